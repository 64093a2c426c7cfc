/** Whom people mean by what they type. */
import type { User } from "../domain/model.js";

/** People with works here who are looked through. */
export const MOST_AUTHORS = 1_000;

/** As platforms write a mention of a person or a role, with a name where they add it. */
const MENTION = /^<@[!&]?([\w-]+)(?:\|[^>]*)?>$/;

/** A name as it is compared, whether or not it was typed as a mention. */
export function withoutSign(name: string): string {
  return name.replace(/^@/, "").toLowerCase();
}

/** Those who are called so, by a mention, an id or a name, in any case. */
export function calledBy<U extends User>(typed: string, known: readonly U[]): readonly U[] {
  const mentioned = MENTION.exec(typed)?.[1];
  const word = mentioned?.toLowerCase() ?? withoutSign(typed);
  const isMeant = ({ id, name }: U) =>
    id.toLowerCase() === word || (mentioned === undefined && withoutSign(name) === word);
  return known.filter(isMeant);
}
