import { sentLines } from "../state/history.js";

/**
 * The line that an arrow key calls back: up from an empty box, and on from a line that stands there as it was sent;
 * undefined for other keys, and where something else is being written.
 */
export function recalled({ key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent, text: string): string | undefined {
  if ((key !== "ArrowUp" && key !== "ArrowDown") || shiftKey || altKey || ctrlKey || metaKey) return undefined;
  const lines = sentLines();
  const at = text === "" ? lines.length : lines.lastIndexOf(text);
  if (at < 0) return undefined;
  if (key === "ArrowUp") return lines[at - 1];
  return text === "" ? undefined : (lines[at + 1] ?? "");
}
