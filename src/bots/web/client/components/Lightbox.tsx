import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { WireImage, WireMessage } from "../../wire.js";
import { loadNewer, loadOlder } from "../state/actions.js";
import { getState, type Overlay, setState, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { Button, IconButton } from "./Button.js";
import { Compare } from "./Compare.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { Icon } from "./Icon.js";
import { isVideo, Player } from "./Player.js";
import { Zoom } from "./Zoom.js";

type PictureOverlay = Extract<Overlay, { kind: "picture" }>;

interface Entry {
  readonly message: WireMessage;
  readonly picture: WireImage;
  readonly index: number;
}

/** A picture in full, with its neighbours on the arrow keys, a download, and before/after where the origin is known. */
export function Lightbox({ overlay }: { overlay: PictureOverlay }) {
  const { before, entry, after } = useEntries(overlay);
  const [compare, setCompare] = useState(overlay.compare === true);
  useEffect(() => {
    if (!entry) closeOverlay();
  }, [entry === undefined]);
  if (!entry) return null;
  const { message, picture } = entry;
  const origin = pictureBefore(picture);
  const show = (to: Entry | undefined) => {
    if (to) setState({ overlay: { ...overlay, message: to.message.id, index: to.index } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLVideoElement) return;
    if (event.key === "ArrowLeft") show(before);
    if (event.key === "ArrowRight") show(after);
    if (event.key === "c" && origin) setCompare(!compare);
  };
  return (
    <Dialog label={nameOf(picture)} class="lightbox">
      <div class="lightbox-inner" onKeyDown={onKeyDown}>
        <Header message={message} picture={picture}>
          {origin && (
            <Button
              icon="compare"
              class={compare ? "button small primary" : "button small"}
              aria-pressed={compare}
              onClick={() => setCompare(!compare)}
            >
              {sentence("picture.compare")}
            </Button>
          )}
        </Header>
        <div class="lightbox-stage">
          {isVideo(picture) ? (
            <VideoStage picture={picture} />
          ) : (
            <Zoom key={picture.url} onBackdrop={closeOverlay}>
              <Large picture={picture} before={compare ? origin : undefined} />
            </Zoom>
          )}
          {before && <MoveButton to="previous" label={sentence("picture.previous")} onClick={() => show(before)} />}
          {after && <MoveButton to="next" label={sentence("picture.next")} onClick={() => show(after)} />}
        </div>
        {picture.description && <p class="lightbox-caption">{picture.description}</p>}
      </div>
    </Dialog>
  );
}

/** The picture that is shown and its neighbours among all that may be seen in the timeline. */
function useEntries({ key, message: id, index: at }: PictureOverlay) {
  const timeline = useStore((state) => state.timelines[key]);
  const { revealed } = getState();
  const messages = [...(timeline?.root ? [timeline.root] : []), ...(timeline?.messages ?? [])];
  const entries = messages
    .flatMap((message) => message.pictures.map((picture, index): Entry => ({ message, picture, index })))
    .filter(({ picture }) => !picture.spoiler || revealed.has(picture.url));
  const place = entries.findIndex(({ message, index }) => message.id === id && index === at);
  useMore(key, place === 0 && timeline?.hasOlder === true, place === entries.length - 1 && timeline?.hasNewer === true);
  return { before: entries[place - 1], entry: entries[place], after: entries[place + 1] };
}

/** Loads on where the first or the last loaded picture is shown, page by page until another one is there. */
function useMore(key: string, older: boolean, newer: boolean): void {
  const loaded = useStore((state) => state.timelines[key]?.messages.length);
  useEffect(() => {
    const [channel = "", thread] = key.split("/");
    if (older) void loadOlder({ channel, thread });
    if (newer) void loadNewer({ channel, thread });
  }, [key, older, newer, loaded]);
}

function Header(props: Pick<Entry, "message" | "picture"> & { children: ComponentChildren }) {
  const { name, width, height, url } = props.picture;
  return (
    <header>
      <p>
        <strong>{props.message.author.name}</strong>
        <span>{`${name} · ${width} × ${height}`}</span>
      </p>
      {props.children}
      <a class="button small" href={url} download={name}>
        <Icon name="download" size={18} /> {sentence("common.download")}
      </a>
      <IconButton icon="close" size={24} label={sentence("common.close")} autoFocus onClick={closeOverlay} />
    </header>
  );
}

/** Leads to the picture beside; it lies over the stage's edge. */
export function MoveButton({ to, ...props }: { to: "previous" | "next"; label: string; onClick: () => void }) {
  const icon = to === "previous" ? "left" : "right";
  return <IconButton icon={icon} size={28} class={`lightbox-move ${to}`} {...props} />;
}

function nameOf({ description, name }: WireImage): string {
  return description || name;
}

function sizeFor({ width, height }: WireImage) {
  const ratio = width / height;
  return { aspectRatio: `${ratio}`, "--ratio": `${ratio}`, "--natural": `${Math.max(width * 3, 640)}px` };
}

/** Its own controls are under the pointer, so it is not zoomed. */
function VideoStage({ picture }: { picture: WireImage }) {
  const look = { class: "lightbox-picture", style: sizeFor(picture) };
  return (
    <div class="zoom">
      <Player {...look} url={picture.url} poster={picture.preview} label={nameOf(picture)} />
    </div>
  );
}

function Large({ picture, before }: { picture: WireImage; before: WireImage | undefined }) {
  const look = { class: "lightbox-picture", style: sizeFor(picture) };
  if (before) {
    const side = (image: WireImage) => ({ url: image.preview, name: nameOf(image) });
    return <Compare {...look} before={side(before)} after={side(picture)} />;
  }
  // AVIF and TIFF may not show in this browser; their previews do.
  const shown = /avif|tiff/.test(picture.type) ? picture.preview : picture.url;
  return <img {...look} src={shown} alt={nameOf(picture)} draggable={false} />;
}

/** The image that another one was made from, where both have one shape and can be held over each other. */
export function pictureBefore({ before, ...picture }: WireImage): WireImage | undefined {
  return before && !isVideo(before) && !isVideo(picture) && sameShape(before, picture) ? before : undefined;
}

function sameShape(a: Pick<WireImage, "width" | "height">, b: Pick<WireImage, "width" | "height">): boolean {
  return Math.abs(a.width / a.height / (b.width / b.height) - 1) < 0.03;
}
