import type { ChannelRef, Credit } from "../../domain/model.js";
import { nearest } from "../../shared/nearest.js";
import { cutText, plain } from "../../shared/text.js";
import { sameEmoji } from "../../shared/typed.js";
import { UserError } from "../user-error.js";

/** A style that people may name. */
export interface Style {
  /** A lower-case word. */
  readonly name: string;
  readonly emoji: string;
  /** One line. */
  readonly help: string;
  /** The name of the style that is its counterpart, for instance winter for summer. */
  readonly opposite?: string;
  /** Who made it, with the licence where there is one. */
  readonly by: string;
  /** The id of the person who has added it for the community; left out of built-in ones. */
  readonly addedBy?: string;
  /** Its picture, encoded. */
  picture(): Promise<Uint8Array>;
}

/** The styles of a channel: the built-in ones, and those that its community has added. */
export interface StyleLibrary {
  list(channel: ChannelRef): Promise<readonly Style[]>;
}

/**
 * Finds a style by its name or its emoji.
 * @param others words that may have been meant instead, for instance options of the command
 * @throws UserError with the nearest name
 */
export async function findStyle(
  library: StyleLibrary,
  channel: ChannelRef,
  wanted: string,
  others: readonly string[] = [],
): Promise<Style> {
  const styles = await library.list(channel);
  const word = wanted.trim().toLowerCase();
  const found = styles.find(({ name, emoji }) => name === word || sameEmoji(emoji, word));
  if (found) return found;
  const names = styles.map(({ name }) => name);
  if (others.includes(word)) throw new UserError("style.is-option", { word });
  const near = nearest(word, [...names, ...others]);
  throw new UserError("style.unknown", { name: plain(cutText(wanted, 40, "...")), near, known: names.join(", ") });
}

/** Who is named for a painting in a style. */
export function styleCredit({ name, by }: Style): Credit {
  return { role: "style", by, what: name };
}
