/** Whom people mean by what they type. */
import type { User } from "../domain/model.js";
import { calledSo } from "../shared/typed.js";

/** People with works here who are looked through. */
export const MOST_AUTHORS = 1_000;

/** As platforms write a mention of a person or a role, with a name where they add it. */
const MENTION = /^<@[!&]?([\w-]+)(?:\|[^>]*)?>$/;

/** Those who are called so, by a mention, an id or a name, in any case and in any characters. */
export function calledBy<U extends User>(typed: string, known: readonly U[]): readonly U[] {
  const mentioned = MENTION.exec(typed)?.[1];
  const id = (mentioned ?? typed.replace(/^@/, "")).toLowerCase();
  const named = mentioned === undefined ? calledSo(typed, known) : [];
  return known.filter((each) => each.id.toLowerCase() === id || named.includes(each));
}
