/** Looks that a community has taught: found by their names, for dreams and for lists. */
import type { ChannelRef, Credit } from "../../domain/model.js";
import { TAUGHT } from "../../engine/recipes/teach/definition.js";
import type { Completion } from "../../port/commands.js";
import { nearest } from "../../shared/nearest.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import type { Look, Looks } from "../../store/looks.js";
import type { BotOptions } from "../bot-options.js";
import { styleScope } from "../styles/style-scope.js";
import { UserError } from "../user-error.js";

/** The looks that may be named in a channel. */
export type LookLibrary = Pick<Looks, "find" | "file" | "list">;

/** Most looks of a community, and of one person in it: each takes some 100 kB. */
export const LOOK_LIMITS = { perCommunity: 40, perPerson: 10 } as const;

type Params = Readonly<Record<string, unknown>>;

interface Asked {
  readonly params: Params;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  readonly changes: Params;
}

/** A dream's taught look, and its file. */
interface Chosen {
  readonly look: Look;
  readonly file: Uint8Array;
}

/**
 * The taught look that a dream has or is given; undefined where it has none.
 * @throws UserError when it is gone, or another network is asked for
 */
export async function taughtLook(
  { params, pictures, changes }: Asked,
  { looks, channel }: { readonly looks: LookLibrary; readonly channel: ChannelRef },
  { looks: known }: Pick<BotOptions, "looks">,
): Promise<Chosen | undefined> {
  const kept = changes.look === undefined ? pictures[TAUGHT] : undefined;
  const name = changes.look ?? (kept && params.look);
  if (typeof name !== "string" || known.some((look) => look.name === name)) return undefined;
  const look = looks.find(styleScope(channel), name);
  // What its maker has removed is not dreamt of again.
  if (!look && kept) throw new UserError("look.gone", { name });
  if (!look) return undefined;
  if (changes.network !== undefined && changes.network !== look.network)
    throw new UserError("look.other-network", { name, network: look.network });
  const file = kept ?? (await looks.file(look));
  if (!file) throw new UserError("look.gone", { name });
  return { look, file };
}

/** What may be chosen besides in this channel. */
export function lookCompletions(looks: LookLibrary, channel: ChannelRef): Completion[] {
  return looks.list(styleScope(channel)).map((look) => ({ value: look.name, label: labelOf(look) }));
}

function labelOf({ author, pictures }: Look): string {
  return sentence("look.taught-by", { by: plain(author.name), pictures });
}

export function lookCredits({ name, author, makers }: Look): Credit[] {
  return [author, ...makers].map(({ name: by }) => ({ role: "look", by, what: name }));
}

/** @throws UserError for a word that names no look in this channel */
export function checkLook(
  name: string,
  channel: ChannelRef,
  looks: LookLibrary,
  { looks: known }: Pick<BotOptions, "looks">,
): void {
  const names = [...known.map((look) => look.name), ...lookCompletions(looks, channel).map(({ value }) => value)];
  if (names.length === 0 || names.includes(name)) return;
  throw unknownLook(name, names);
}

export function unknownLook(look: string, known: readonly string[]): UserError {
  return new UserError("look.unknown-here", { look, near: nearest(look, known), known });
}
