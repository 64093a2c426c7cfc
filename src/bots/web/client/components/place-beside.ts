/** Beside the thing that opened it, and inside the window. A phone's style sheet puts it at the bottom instead. */
export function placeBeside(
  anchor: DOMRect,
  { width, height }: { readonly width: number; readonly height: number },
  from: "left" | "right" = "right",
) {
  const edge = from === "left" ? anchor.left : anchor.right - width;
  const left = Math.max(8, Math.min(window.innerWidth - width - 8, edge));
  const below = anchor.bottom + 6 + height < window.innerHeight;
  const top = below ? anchor.bottom + 6 : Math.max(8, Math.min(anchor.top, window.innerHeight) - height - 6);
  return { "--left": `${left}px`, "--top": `${top}px` };
}
