import { useEffect, useState } from "preact/hooks";
import type { WireImage, WireMessage } from "../../wire.js";
import { getState, type Overlay, setState, useStore } from "../state/store.js";
import { pictureBefore } from "./before.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { Icon } from "./Icon.js";

type PictureOverlay = Extract<Overlay, { kind: "picture" }>;

interface Entry {
  readonly message: WireMessage;
  readonly picture: WireImage;
  readonly index: number;
}

/** A picture in full, with its neighbours on the arrow keys, a download, and before/after where the origin is known. */
export function Lightbox({ overlay }: { overlay: PictureOverlay }) {
  const timeline = useStore((state) => state.timelines[overlay.key]);
  const [compare, setCompare] = useState(false);
  const entries = entriesOf([...(timeline?.root ? [timeline.root] : []), ...(timeline?.messages ?? [])]);
  const at = entries.findIndex((entry) => entry.message.id === overlay.message && entry.index === overlay.index);
  const entry = entries[at];
  useEffect(() => {
    if (!entry) closeOverlay();
  }, [entry === undefined]);
  if (!entry) return null;
  const { message, picture } = entry;
  const before = pictureBefore(getState(), message, picture);
  const move = (step: number) => {
    const to = entries[at + step];
    if (to) setState({ overlay: { ...overlay, message: to.message.id, index: to.index } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement) return;
    if (event.key === "ArrowLeft") move(-1);
    if (event.key === "ArrowRight") move(1);
    if (event.key === "c" && before) setCompare(!compare);
  };
  return (
    <Dialog label={picture.description || picture.name} class="lightbox">
      <div class="lightbox-inner" onKeyDown={onKeyDown}>
        <header>
          <p>
            <strong>{message.author.name}</strong>
            <span>
              {picture.name} · {picture.width} × {picture.height}
            </span>
          </p>
          {before && (
            <button
              type="button"
              class={compare ? "button small primary" : "button small"}
              aria-pressed={compare}
              onClick={() => setCompare(!compare)}
            >
              <Icon name="compare" size={18} /> Before and after
            </button>
          )}
          <a class="button small" href={picture.url} download={picture.name}>
            <Icon name="download" size={18} /> Download
          </a>
          <button type="button" class="quiet" aria-label="Close" autoFocus onClick={closeOverlay}>
            <Icon name="close" size={24} />
          </button>
        </header>
        <div class="lightbox-stage" onClick={(event) => event.target === event.currentTarget && closeOverlay()}>
          {compare && before ? <Compare before={before} after={picture} /> : <Large picture={picture} />}
          {entries[at - 1] && (
            <button type="button" class="lightbox-move previous" aria-label="Previous picture" onClick={() => move(-1)}>
              <Icon name="left" size={28} />
            </button>
          )}
          {entries[at + 1] && (
            <button type="button" class="lightbox-move next" aria-label="Next picture" onClick={() => move(1)}>
              <Icon name="right" size={28} />
            </button>
          )}
        </div>
        {picture.description && <p class="lightbox-caption">{picture.description}</p>}
      </div>
    </Dialog>
  );
}

function entriesOf(messages: readonly WireMessage[]): Entry[] {
  const { revealed } = getState();
  const entries = messages.flatMap((message) =>
    message.pictures.map((picture, index) => ({ message, picture, index })),
  );
  return entries.filter(({ picture }) => !picture.spoiler || revealed.has(picture.url));
}

function sizeFor(picture: WireImage) {
  return {
    aspectRatio: `${picture.width} / ${picture.height}`,
    "--ratio": `${picture.width / picture.height}`,
    "--natural": `${Math.max(picture.width * 3, 640)}px`,
  };
}

function Large({ picture }: { picture: WireImage }) {
  // AVIF and TIFF may not show in this browser; their previews do.
  const shown = /avif|tiff/.test(picture.type) ? picture.preview : picture.url;
  return (
    <img class="lightbox-picture" style={sizeFor(picture)} src={shown} alt={picture.description || picture.name} />
  );
}

function Compare({ before, after }: { before: WireImage; after: WireImage }) {
  const [percent, setPercent] = useState(50);
  return (
    <div class="lightbox-picture compare" style={{ ...sizeFor(after), "--split": `${percent}%` }}>
      <img src={after.preview} alt={`After: ${after.description || after.name}`} />
      <img class="compare-before" src={before.preview} alt={`Before: ${before.description || before.name}`} />
      <i class="compare-line" aria-hidden="true" />
      <span class="compare-label left">Before</span>
      <span class="compare-label right">After</span>
      <input
        type="range"
        min="0"
        max="100"
        value={percent}
        aria-label="How much of the picture before is shown"
        onInput={(event) => setPercent(Number(event.currentTarget.value))}
      />
    </div>
  );
}
