import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { answerWithMask, type Drawn, drawnOnPicture, mayBeDrawnOn, type ShownPicture } from "../state/masks.js";
import { setState } from "../state/store.js";
import { errorText, toast } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { Button, IconButton, useBusy } from "./Button.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { drawStrokes, type Place, paintsSomething, type Stroke } from "./mask-strokes.js";

/** Diameters of the brush, as shares of the picture's longer side. */
const SIZES = { least: 0.02, most: 0.4, usual: 0.12, step: 0.02 };
/** How far an arrow key moves the brush, in shares of the picture, and with Shift. */
const [STRIDE, SMALL_STRIDE] = [0.04, 0.01];

/** What is drawn on. */
interface DrawnPicture {
  readonly name: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

interface Props {
  readonly picture: DrawnPicture;
  /** What was drawn before, and what is drawn now. */
  readonly kept: Drawn;
  /** Rejects with what to tell the person. */
  readonly onUse: (strokes: readonly Stroke[]) => Promise<void>;
  readonly onClose: () => void;
  /** Above the picture. */
  readonly children?: ComponentChildren;
}

/** The brush on a picture that is in the channel; what is drawn goes with an answer to its message. */
export function MessageMask(shown: ShownPicture) {
  const picture = shown.message.pictures[shown.picture];
  if (!picture) return null;
  const { name, preview: url, width, height } = picture;
  return (
    <MaskDialog
      picture={{ name, url, width, height }}
      kept={drawnOnPicture(picture.url)}
      onUse={(strokes) => answerWithMask(shown, strokes)}
      onClose={closeOverlay}
    >
      <WhichPicture {...shown} />
    </MaskDialog>
  );
}

/** Chooses among a message's pictures. */
function WhichPicture({ message, picture: chosen, inThread }: ShownPicture) {
  const places = message.pictures.flatMap((picture, place) => (mayBeDrawnOn(message, picture) ? [place] : []));
  if (places.length < 2) return null;
  return (
    <div class="mask-which" role="group" aria-label={sentence("mask.which")}>
      {places.map((place) => (
        <Button
          key={place}
          class="mask-choice"
          aria-pressed={place === chosen}
          aria-label={sentence("mask.choice", { number: place + 1, name: message.pictures[place]?.name ?? "" })}
          onClick={() => setState({ overlay: { kind: "mask", message, inThread, picture: place } })}
        >
          <img src={message.pictures[place]?.preview} alt="" draggable={false} />
        </Button>
      ))}
    </div>
  );
}

/** Where on a picture something is to be done, drawn with a brush: by mouse, touch, pen or keyboard. */
export function MaskDialog({ children, ...drawing }: Props) {
  return (
    <Dialog label={sentence("mask.title")} class="sheet mask" onClose={drawing.onClose}>
      <h2>{sentence("mask.title")}</h2>
      <p class="hint" id="mask-hint">
        {sentence("mask.hint")}
      </p>
      {children}
      <Drawing key={drawing.picture.url} {...drawing} />
    </Dialog>
  );
}

function Drawing({ picture, kept, onUse, onClose }: Omit<Props, "children">) {
  const brush = useBrush(kept);
  const [busy, run] = useBusy();
  const { strokes } = brush;
  const use = async () => {
    try {
      await onUse(strokes);
      onClose();
    } catch (error) {
      toast(errorText(error));
    }
  };
  return (
    <>
      <Surface picture={picture} brush={brush} />
      <p class="hint" role="status">
        {sentence(brush.down ? "mask.down" : "mask.up")}
      </p>
      <Tools brush={brush} />
      <div class="sheet-actions">
        <Button class="button" onClick={onClose}>
          {sentence("common.cancel")}
        </Button>
        <Button class="button primary" disabled={busy || !paintsSomething(strokes)} onClick={() => run(use)}>
          {sentence("mask.use")}
        </Button>
      </div>
    </>
  );
}

function Tools({ brush }: { brush: Brush }) {
  const { strokes, size, erases } = brush;
  return (
    <div class="mask-tools">
      <label>
        <span>{sentence("mask.size")}</span>
        <input
          type="range"
          min={SIZES.least}
          max={SIZES.most}
          step={SIZES.step}
          value={size}
          onInput={(event) => brush.setSize(Number(event.currentTarget.value))}
        />
      </label>
      <Button class="button" aria-pressed={erases} onClick={() => brush.setErases(!erases)}>
        {sentence("mask.erase")}
      </Button>
      <IconButton icon="undo" label={sentence("mask.undo")} disabled={strokes.length === 0} onClick={brush.undo} />
      <IconButton icon="trash" label={sentence("mask.clear")} disabled={strokes.length === 0} onClick={brush.clear} />
    </div>
  );
}

/** What is drawn, and the brush. What was drawn on a picture is there again when it is opened again. */
function useBrush(kept: Drawn) {
  const [strokes, setStrokes] = useState<readonly Stroke[]>(kept.strokes);
  const [size, setSize] = useState(SIZES.usual);
  const [erases, setErases] = useState(false);
  const [down, setDown] = useState(false);
  // Several events come before the next frame: each goes on from the one before.
  const latest = useRef(strokes);
  const change = (next: readonly Stroke[]) => {
    latest.current = next;
    kept.strokes = next;
    setStrokes(next);
  };
  return {
    strokes,
    size,
    erases,
    setErases,
    down,
    setDown,
    setSize: (to: number) => setSize(Math.min(SIZES.most, Math.max(SIZES.least, to))),
    begin: (place: Place) => change([...latest.current, { erases, size, places: [place] }]),
    extend(place: Place) {
      const last = latest.current.at(-1);
      if (last) change([...latest.current.slice(0, -1), { ...last, places: [...last.places, place] }]);
    },
    undo: () => change(latest.current.slice(0, -1)),
    clear: () => change([]),
  };
}

type Brush = ReturnType<typeof useBrush>;

/** The picture with what is drawn over it. */
function Surface({ picture, brush }: { picture: DrawnPicture; brush: Brush }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState<Place>([0.5, 0.5]);
  const { name, url, width, height } = picture;
  const { strokes, size, down, setDown } = brush;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) drawStrokes(context, strokes, "#ff2d87");
  }, [strokes]);
  const keys = (event: KeyboardEvent) => onKey(event, { brush, at, setAt });
  const longer = Math.max(width, height);
  return (
    <div
      class="mask-surface"
      style={{ aspectRatio: `${width} / ${height}` }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on by keys as well
      tabIndex={0}
      role="application"
      aria-label={sentence("mask.canvas", { name })}
      aria-describedby="mask-hint"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        brush.begin(placeOf(event));
      }}
      onPointerMove={(event) => {
        setAt(placeOf(event));
        if (event.currentTarget.hasPointerCapture(event.pointerId)) brush.extend(placeOf(event));
      }}
      onKeyDown={keys}
      onBlur={() => setDown(false)}
    >
      <img src={url} alt="" draggable={false} />
      <canvas ref={canvas} width={Math.round((width / longer) * 512)} height={Math.round((height / longer) * 512)} />
      <span
        class={down ? "mask-brush down" : "mask-brush"}
        style={{
          left: `${at[0] * 100}%`,
          top: `${at[1] * 100}%`,
          width: `${(size * longer * 100) / width}%`,
          height: `${(size * longer * 100) / height}%`,
        }}
      />
    </div>
  );
}

function placeOf({ clientX, clientY, currentTarget }: PointerEvent & { currentTarget: Element }): Place {
  const { left, top, width, height } = currentTarget.getBoundingClientRect();
  return [(clientX - left) / width, (clientY - top) / height];
}

const ARROWS: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Keys {
  readonly brush: Brush;
  readonly at: Place;
  setAt(place: Place): void;
}

/** Arrows move the brush, Space puts it down and up again. */
function onKey(event: KeyboardEvent, { brush, at, setAt }: Keys): void {
  const { down, setDown } = brush;
  const arrow = ARROWS[event.key];
  if (arrow) {
    const stride = event.shiftKey ? SMALL_STRIDE : STRIDE;
    const within = (v: number): number => Math.min(1, Math.max(0, v));
    const next: Place = [within(at[0] + stride * arrow[0]), within(at[1] + stride * arrow[1])];
    setAt(next);
    if (down) brush.extend(next);
  } else if (event.key === " ") {
    if (!down) brush.begin(at);
    setDown(!down);
  } else if (event.key === "+" || event.key === "-")
    brush.setSize(brush.size + (event.key === "+" ? SIZES.step : -SIZES.step));
  else if (event.key === "e") brush.setErases(!brush.erases);
  else if ((event.key === "z" && (event.ctrlKey || event.metaKey)) || event.key === "Backspace") {
    brush.undo();
    setDown(false);
  } else return;
  event.preventDefault();
}
