import { useRef } from "preact/hooks";
import type { WireImage, WireMessage } from "../../wire.js";
import { getState, setState, timelineKey, useStore } from "../state/store.js";
import { Icon } from "./Icon.js";
import { LivePicture } from "./LivePicture.js";

/** A small frame of a running job is shown enlarged, at most this much: it gets sharper as the job goes on, and nothing jumps. */
const largestScale = 4;
const single = { width: 560, height: 460 };
const several = { width: 360, height: 240 };

export function Pictures({ message, inThread }: { message: WireMessage; inThread: boolean }) {
  const { pictures } = message;
  const open = (index: number) =>
    setState({
      overlay: {
        kind: "picture",
        key: timelineKey(message.channel, inThread ? (message.thread ?? message.id) : undefined),
        message: message.id,
        index,
      },
    });
  return (
    <div class={pictures.length > 1 ? "pictures several" : "pictures"}>
      {pictures.map((picture, index) => (
        // The place, not the file, is the identity: an edit replaces the picture in its place.
        <Frame
          key={index}
          picture={picture}
          largest={pictures.length > 1 ? several : single}
          onOpen={() => open(index)}
        />
      ))}
    </div>
  );
}

function Frame({
  picture,
  largest,
  onOpen,
}: {
  picture: WireImage;
  largest: { width: number; height: number };
  onOpen: () => void;
}) {
  const width = Math.min(
    largest.width,
    (largest.height * picture.width) / picture.height,
    picture.width * largestScale,
  );
  const hidden = useStore((state) => picture.spoiler === true && !state.revealed.has(picture.url));
  const reveal = () => setState({ revealed: new Set([...getState().revealed, picture.url]) });
  // Never smaller than before: the next octave's frame must not make the message shrink.
  const widest = useRef(width);
  const shape = useRef(picture.width / picture.height);
  const sameShape = Math.abs(picture.width / picture.height / shape.current - 1) < 0.05;
  widest.current = sameShape ? Math.max(widest.current, width) : width;
  if (!sameShape) shape.current = picture.width / picture.height;
  return (
    <figure class="frame" style={{ width: `${Math.max(48, widest.current)}px` }}>
      <button
        type="button"
        class="picture"
        style={{ aspectRatio: `${shape.current}` }}
        onClick={hidden ? reveal : onOpen}
        aria-label={hidden ? "A hidden picture: show it" : `Enlarge: ${picture.description || picture.name}`}
      >
        <LivePicture picture={picture} veiled={hidden} />
        {hidden && (
          <span class="veil-words">
            <Icon name="hidden" size={17} /> Hidden: show it
          </span>
        )}
      </button>
      <a
        class="frame-tool"
        href={picture.url}
        download={picture.name}
        aria-label={`Download ${picture.name}`}
        title={`Download (${picture.width} × ${picture.height})`}
      >
        <Icon name="download" size={17} />
      </a>
    </figure>
  );
}
