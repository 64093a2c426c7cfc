import { useRef } from "preact/hooks";
import type { WireImage, WireMessage } from "../../wire.js";
import { toggleReaction } from "../state/actions.js";
import { getState, setState, timelineKey, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";
import { Icon } from "./Icon.js";
import { LivePicture } from "./LivePicture.js";
import { isVideo, Player } from "./Player.js";

/**
 * A small frame of a running job is shown enlarged, at most this much: it gets sharper as the job goes on, and nothing
 * jumps.
 */
const LARGEST_SCALE = 4;
const SINGLE = { width: 560, height: 460 };
const SEVERAL = { width: 360, height: 240 };
const LEAST_WIDTH = 48;

export function Pictures({ message, inThread }: { message: WireMessage; inThread: boolean }) {
  const { pictures, id } = message;
  const several = pictures.length > 1;
  const key = timelineKey(message.channel, inThread ? (message.thread ?? id) : undefined);
  return (
    <div class={several ? "pictures several" : "pictures"}>
      {pictures.map((picture, index) => (
        // The position, not the file, is the identity: an edit replaces the image there.
        <Frame
          key={index}
          message={message}
          picture={picture}
          largest={several && !picture.tiles ? SEVERAL : SINGLE}
          onOpen={() => setState({ overlay: { kind: "picture", key, message: id, index } })}
        />
      ))}
    </div>
  );
}

interface FrameProps {
  readonly message: WireMessage;
  readonly picture: WireImage;
  readonly largest: { readonly width: number; readonly height: number };
  readonly onOpen: () => void;
}

function Frame({ message, picture, largest, onOpen }: FrameProps) {
  const { url, name } = picture;
  const hidden = useStore((state) => picture.spoiler === true && !state.revealed.has(url));
  const reveal = () => setState({ revealed: new Set([...getState().revealed, url]) });
  const shown = useSteadySize(picture, largest);
  const enlarge = sentence("picture.enlarge", { name: picture.description || name });
  const { tiles } = picture;
  if (tiles)
    return (
      <figure class="frame choices" style={{ width: `${shown.width}px` }}>
        <div class="picture tiled" style={{ aspectRatio: `${shown.ratio}` }}>
          <LivePicture picture={picture} />
          <Tiles message={message} tiles={tiles} />
        </div>
        <IconButton icon="enlarge" size={17} class="frame-tool enlarge" label={enlarge} onClick={onOpen} />
      </figure>
    );
  if (isVideo(picture) && !hidden)
    return (
      <figure class="frame" style={{ width: `${shown.width}px` }}>
        <Player
          class="picture"
          style={{ aspectRatio: `${shown.ratio}` }}
          url={url}
          poster={picture.preview}
          label={picture.description || name}
        />
        <IconButton icon="enlarge" size={17} class="frame-tool enlarge" label={enlarge} onClick={onOpen} />
      </figure>
    );
  return (
    <figure class="frame" style={{ width: `${shown.width}px` }}>
      <button
        type="button"
        class="picture"
        style={{ aspectRatio: `${shown.ratio}` }}
        onClick={hidden ? reveal : onOpen}
        aria-label={hidden ? sentence("picture.hidden") : enlarge}
      >
        <LivePicture picture={picture} veiled={hidden} />
        {hidden && (
          <span class="veil-words">
            <Icon name="hidden" size={17} /> {sentence("picture.hidden")}
          </span>
        )}
      </button>
      <DownloadTool picture={picture} />
    </figure>
  );
}

/** Buttons over parts of a picture: each gives or takes back the reaction that it stands for. */
function Tiles({ message, tiles }: { message: WireMessage; tiles: NonNullable<WireImage["tiles"]> }) {
  const me = useStore((state) => state.session?.me.id);
  return (
    <div class="tiles" role="group" aria-label={sentence("picture.tiles")}>
      {tiles.map(({ emoji, label, ...place }) => {
        const people = message.reactions.find((each) => each.emoji === emoji)?.people ?? [];
        const style = Object.fromEntries(Object.entries(place).map(([side, share]) => [side, `${share * 100}%`]));
        return (
          <button
            type="button"
            key={emoji}
            class="choice-tile"
            style={style}
            aria-pressed={people.some(({ id }) => id === me)}
            aria-label={sentence("picture.tile", { emoji, label })}
            title={sentence("picture.tile", { emoji, label })}
            onClick={() => toggleReaction(message, emoji)}
          >
            <span aria-hidden="true">{emoji}</span>
          </button>
        );
      })}
    </div>
  );
}

function DownloadTool({ picture: { url, name, width, height } }: { picture: WireImage }) {
  return (
    <a
      class="frame-tool"
      href={url}
      download={name}
      aria-label={sentence("picture.download", { name })}
      title={sentence("picture.download.size", { width, height })}
    >
      <Icon name="download" size={17} />
    </a>
  );
}

/** Never narrower than before while the shape stays: the next octave's frame must not make the message shrink. */
function useSteadySize({ width, height }: WireImage, largest: FrameProps["largest"]) {
  const ratio = width / height;
  const fitting = Math.min(largest.width, largest.height * ratio, width * LARGEST_SCALE);
  const before = useRef({ ratio, width: fitting });
  const sameShape = Math.abs(ratio / before.current.ratio - 1) < 0.05;
  before.current = sameShape
    ? { ratio: before.current.ratio, width: Math.max(before.current.width, fitting) }
    : { ratio, width: fitting };
  return { ratio: before.current.ratio, width: Math.max(LEAST_WIDTH, before.current.width) };
}
