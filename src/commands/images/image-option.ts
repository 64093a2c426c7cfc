import { defined } from "../../shared/defined.js";
import { type Option, textOption } from "../parsing/options.js";

/**
 * The image that a command's line asks for: none, the latest of the channel, one of several, or the one that a link
 * leads to.
 */
export type WantedImage = "none" | "latest" | Numbered | URL | Written;

/** One of the pictures that a message shows, from 1. */
export interface Numbered {
  readonly number: number;
  /** To the message, where that is not left to the chat. */
  readonly link?: URL;
}

/** A mention or a custom emoji, as the platform writes it: a person's avatar, the emoji's image. */
export interface Written {
  readonly written: string;
}

const MENTION = /^<@!?[\w]{2,30}(?:\|[^<>]*)?>$/;
const EMOJI = /^(?:<a?:\w{2,32}:\d{1,20}>|:[\w+'-]{1,100}:)$/;

const NUMBER = /^[1-9]\d?$/;
/** A link to a message, and which of its pictures. */
const LINK_AND_NUMBER = /^(\S+)\s+([1-9]\d?)$/;

const LINK = /^<?[a-z][a-z0-9+.-]*:\/\//i;
/** Longer links are not to images. */
const MAX_LINK = 2048;

/**
 * Whether a word of a line is meant for the picture: a link, with or without the brackets that chats put around one, or
 * a mention. An emoji may be a style.
 */
export function isForPicture(word: string): boolean {
  return LINK.test(word) || MENTION.test(word);
}

/**
 * The link that a person gave, as chats write it: `<https://example.org/a.jpg>`, `<https://example.org/a.jpg|a.jpg>`,
 * with `&amp;` for `&`. Undefined when it is none. Whether anything may be fetched from there is checked elsewhere.
 */
export function readLink(typed: string): URL | undefined {
  const inside = /^<([^>|]*)(?:\|[^>]*)?>$/.exec(typed.trim())?.[1] ?? typed.trim();
  const text = inside.replaceAll("&amp;", "&");
  return LINK.test(text) && text.length <= MAX_LINK && URL.canParse(text) ? new URL(text) : undefined;
}

/**
 * What a link to a message and the number of one of its pictures mean together, in any order. Undefined where they are
 * something else.
 */
export function withNumber(one: string, other: string): string | undefined {
  const [link, number] = NUMBER.test(one) ? [other, one] : [one, other];
  return readLink(link) && NUMBER.test(number) ? `${link} ${number}` : undefined;
}

/** Whether a line leaves it to the chat which picture it is. */
export function isLeftOpen(wanted: WantedImage = "latest"): boolean {
  return wanted === "latest" || (isNumbered(wanted) && !wanted.link);
}

/** The link that a line gives, also with a number. */
export function linkIn(wanted: WantedImage): URL | undefined {
  if (wanted instanceof URL) return wanted;
  return isNumbered(wanted) ? wanted.link : undefined;
}

export function isWritten(wanted: WantedImage): wanted is Written {
  return typeof wanted === "object" && "written" in wanted;
}

export function isNumbered(wanted: WantedImage): wanted is Numbered {
  return typeof wanted === "object" && "number" in wanted;
}

/**
 * Which image to work on, for every command that works on one. A link is read anywhere in the line, also without the
 * option's name.
 *
 * @param none whether the command can do without an image
 * @param second what a second attached image is for
 * @param many how many may be attached, where the command works on all of them
 */
export function imageOption({
  help,
  none = false,
  second,
  many,
}: {
  readonly help: string;
  readonly none?: boolean;
  readonly second?: string;
  readonly many?: number;
}): Option<WantedImage> {
  return {
    ...textOption<WantedImage>({
      help,
      expected:
        `latest, ${none ? "none, " : ""}a number such as 2 in a message with several, ` +
        "a link such as https://example.org/photo.jpg, or an attached picture",
      read(typed) {
        const word = typed.trim().toLowerCase();
        if (word === "latest" || (none && word === "none")) return word;
        if (NUMBER.test(word)) return { number: Number(word) };
        const written = typed.trim();
        const [, link, number] = LINK_AND_NUMBER.exec(written) ?? [];
        const numbered = link === undefined ? undefined : readLink(link);
        if (numbered) return { link: numbered, number: Number(number) };
        return MENTION.test(written) || EMOJI.test(written) ? { written } : readLink(typed);
      },
      default: "latest",
    }),
    type: "picture",
    ...defined({ second, many }),
  };
}
