import { plainText } from "../../../markdown/plain-text.js";
import type { WireFound, WirePerson, WireWork } from "../../wire.js";
import { useChannelName } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { relativeTime } from "../text/time.js";
import { Avatar } from "./Avatar.js";
import { Icon, type IconName } from "./Icon.js";

/** A channel, or the gallery. */
export interface Place {
  readonly kind: "place";
  readonly name: string;
  readonly topic: string;
  readonly unread: number;
  readonly icon: IconName;
  readonly href: string;
}

export type Found =
  | Place
  | { readonly kind: "person"; readonly person: WirePerson }
  | { readonly kind: "work"; readonly work: WireWork }
  | { readonly kind: "message"; readonly message: WireFound };

/** One line of what was found. */
export function FoundItem({ item, typed }: { item: Found; typed: string }) {
  switch (item.kind) {
    case "place":
      return (
        <>
          <Icon name={item.icon} size={17} />
          <strong>{item.name}</strong>
          <span>{item.topic}</span>
          {item.unread > 0 && <b class="badge">{item.unread}</b>}
        </>
      );
    case "person":
      return (
        <>
          <Avatar user={item.person} size={24} />
          <strong>{item.person.name}</strong>
          <span>{sentence("find.person")}</span>
        </>
      );
    case "work":
      return (
        <>
          <Picture url={item.work.thumb} veiled={item.work.spoiler} />
          <strong>{item.work.title}</strong>
          <span>{item.work.author.name}</span>
        </>
      );
    case "message":
      return <FoundMessage message={item.message} typed={typed} />;
  }
}

function FoundMessage({ message, typed }: { message: WireFound; typed: string }) {
  const { author, picture, excerpt, at } = message;
  const channel = useChannelName(message.channel);
  return (
    <>
      {picture ? (
        <Picture url={picture.preview} veiled={picture.spoiler === true} />
      ) : (
        <Avatar user={author} size={24} />
      )}
      <strong>{author.name}</strong>
      {message.private && <Icon name="lock" size={13} />}
      <span>
        <Marked text={plainText(excerpt)} typed={typed} />
      </span>
      <small class="find-place">{sentence("find.place", { channel, time: relativeTime(at, Date.now()) })}</small>
    </>
  );
}

function Picture({ url, veiled }: { url: string; veiled: boolean }) {
  return (
    <i class="find-picture">
      <img class={veiled ? "veiled" : ""} src={url} alt="" loading="lazy" decoding="async" />
    </i>
  );
}

/** A text in which the words that begin as those that were typed stand out. */
function Marked({ text, typed }: { text: string; typed: string }) {
  const words = typed.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  if (words.length === 0) return <>{text}</>;
  const parts = text.split(new RegExp(`(?<![\\p{L}\\p{N}])(${words.join("|")})`, "giu"));
  return <>{parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}</>;
}
