import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";

const MOST = 8;
const STEP = 1.5;
/** How far an arrow key moves an enlarged picture, in pixels. */
const PAN_PX = 80;

/** How a picture lies: enlarged about its middle, then moved by so many pixels. */
interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}
type Point = Pick<View, "x" | "y">;

const WHOLE: View = { scale: 1, x: 0, y: 0 };

/**
 * Enlarges what it holds by wheel, pinch, double click and the keys + - 0, and moves it by dragging and the arrow keys;
 * keys that it does not use go on to who is around it.
 */
export function Zoom({ children, onBackdrop }: { children: ComponentChildren; onBackdrop?: (() => void) | undefined }) {
  const { stage, content, view, enlarge } = useZoom();
  const transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  return (
    <div
      class={view.scale > 1 ? "zoom enlarged" : "zoom"}
      ref={stage}
      onClick={(event) => event.target === stage.current && view.scale === 1 && onBackdrop?.()}
    >
      <div class="zoom-content" ref={content} style={{ transform }}>
        {children}
      </div>
      <div class="zoom-tools">
        <IconButton
          icon="minus"
          label={sentence("picture.smaller")}
          shortcut="-"
          disabled={view.scale === 1}
          onClick={() => enlarge(1 / STEP)}
        />
        <span role="status">{sentence("picture.scale", { percent: Math.round(view.scale * 100) })}</span>
        <IconButton
          icon="plus"
          label={sentence("picture.larger")}
          shortcut="+"
          disabled={view.scale === MOST}
          onClick={() => enlarge(STEP)}
        />
      </div>
    </div>
  );
}

function useZoom() {
  const stage = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(WHOLE);
  const change = (next: (old: View) => View) => setView((old) => inside(next(old), content.current));
  const enlarge = (factor: number, at: Point = { x: 0, y: 0 }) => change((old) => enlarged(old, factor, at));
  useGestures(stage, change);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moved = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.key === "+" || event.key === "=") enlarge(STEP);
    else if (event.key === "-") enlarge(1 / STEP);
    else if (event.key === "0") setView(WHOLE);
    else if (moved && view.scale > 1 && !(event.target instanceof HTMLInputElement)) {
      const [right = 0, down = 0] = moved;
      change((old) => ({ ...old, x: old.x + right * PAN_PX, y: old.y + down * PAN_PX }));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const keys = useRef(onKeyDown);
  keys.current = onKeyDown;
  useEffect(() => {
    // The focus may be on a button beside it.
    const around = stage.current?.closest("dialog");
    const listener = (event: KeyboardEvent) => keys.current(event);
    around?.addEventListener("keydown", listener, { capture: true });
    return () => around?.removeEventListener("keydown", listener, { capture: true });
  }, []);
  return { stage, content, view, enlarge };
}

/** Wheel, drag, pinch and double click. */
function useGestures(stage: { readonly current: HTMLDivElement | null }, change: (next: (old: View) => View) => void) {
  const fingers = useRef(new Map<number, Point>());
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    const controller = new AbortController();
    const { signal } = controller;
    const pointOf = ({ clientX, clientY }: MouseEvent): Point => {
      const box = element.getBoundingClientRect();
      return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
    };
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const at = pointOf(event);
      change((old) => enlarged(old, Math.exp(-event.deltaY / 400), at));
    };
    const onDown = (event: PointerEvent) => fingers.current.set(event.pointerId, pointOf(event));
    const onMove = (event: PointerEvent) => {
      const before = [...fingers.current.values()];
      if (!fingers.current.has(event.pointerId)) return;
      fingers.current.set(event.pointerId, pointOf(event));
      const after = [...fingers.current.values()];
      // One finger on a slider moves that.
      if (after.length === 1 && event.target instanceof HTMLInputElement) return;
      change((old) => dragged(old, before, after));
    };
    const onUp = (event: PointerEvent) => fingers.current.delete(event.pointerId);
    const onDouble = (event: MouseEvent) => {
      if (event.target instanceof HTMLInputElement) return;
      const at = pointOf(event);
      change((old) => (old.scale > 1 ? WHOLE : enlarged(old, 2.5, at)));
    };
    element.addEventListener("wheel", onWheel, { passive: false, signal });
    element.addEventListener("pointerdown", onDown, { signal });
    window.addEventListener("pointermove", onMove, { signal });
    window.addEventListener("pointerup", onUp, { signal });
    window.addEventListener("pointercancel", onUp, { signal });
    element.addEventListener("dblclick", onDouble, { signal });
    return () => controller.abort();
  }, []);
}

/** What lies under a point stays there. */
function enlarged({ scale, x, y }: View, factor: number, at: Point): View {
  const next = Math.min(MOST, Math.max(1, scale * factor));
  const grown = next / scale;
  return { scale: next, x: at.x - (at.x - x) * grown, y: at.y - (at.y - y) * grown };
}

/** Follows fingers: their middle, and how far two are apart. */
function dragged(view: View, before: readonly Point[], after: readonly Point[]): View {
  const [from, to] = [middle(before), middle(after)];
  const moved = { ...view, x: view.x + to.x - from.x, y: view.y + to.y - from.y };
  const apart = distance(before);
  return apart > 0 ? enlarged(moved, distance(after) / apart, to) : moved;
}

function middle(points: readonly Point[]): Point {
  const sum = points.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

function distance([a, b]: readonly Point[]): number {
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}

/** No edge comes nearer to the middle than it is in the whole picture. */
function inside({ scale, x, y }: View, content: HTMLElement | null): View {
  if (scale <= 1 || !content) return WHOLE;
  const [across, along] = [(content.offsetWidth * (scale - 1)) / 2, (content.offsetHeight * (scale - 1)) / 2];
  return { scale, x: Math.min(across, Math.max(-across, x)), y: Math.min(along, Math.max(-along, y)) };
}
