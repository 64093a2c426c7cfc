/**
 * Channels ("neurons") as people write them: `4:1 21:-0.5` of one layer, `block5_conv1/4:1 block4_conv1/21:-0.5` of
 * several.
 */
import { RecipeError } from "./recipe.js";

/** A channel as it is written: its layer may be left to the context. */
interface WrittenChannel {
  readonly written: string;
  readonly layer: string | undefined;
  readonly channel: number;
  readonly weight: number;
}

/**
 * Checks the weight of a layer or channel. Within these bounds float32 never overflows, 0 is nothing to want, and a
 * printed weight needs no exponent.
 * @throws RecipeError
 */
export function checkWeight(weight: number, part: string): void {
  if (Math.abs(weight) < 0.001 || Math.abs(weight) > 1000) throw new RecipeError("layers.weight", { part });
}

/**
 * Parses `[layer/]channel[:weight] ...`; a weight left out is 1. A layer's own name may hold slashes: the channel
 * follows the last one.
 * @throws RecipeError naming the part that is wrong
 */
export function readChannels(text: string): WrittenChannel[] {
  const parts = wordsOf(text);
  if (parts.length === 0) throw new RecipeError("channels.none");
  return parts.map((written) => {
    const [, layer, digits, weightText] = /^(?:(.+)\/)?(\d+)(?::([^:]+))?$/u.exec(written) ?? [];
    const weight = weightText === undefined ? 1 : Number(weightText);
    if (digits === undefined || !Number.isFinite(weight)) throw new RecipeError("channels.invalid", { part: written });
    checkWeight(weight, written);
    return { written, layer, channel: Number(digits), weight };
  });
}

/** What a channel without a layer needs. */
export function needsLayer(written: string): RecipeError {
  return new RecipeError("channels.no-layer", { part: written });
}

export function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/u).filter(Boolean);
}

/** What a line of a chat can hold. */
const PRINTABLE = /^[\w./:+ -]{1,400}$/u;

/** Channels in their usual form; undefined for a text that is none. */
export function readChannelText(typed: string): string | undefined {
  return tidied(wordsOf(typed), (word) => [word]);
}

/** The same where each word may be a mix, its channels joined by plus signs. */
export function readMixes(typed: string): string | undefined {
  return tidied(wordsOf(typed), (word) => word.split("+"));
}

function tidied(words: readonly string[], channelsOf: (word: string) => readonly string[]): string | undefined {
  const text = words.join(" ");
  try {
    for (const word of words) for (const channel of channelsOf(word)) readChannels(channel);
    return PRINTABLE.test(text) ? text : undefined;
  } catch (error) {
    if (error instanceof RecipeError) return undefined;
    throw error;
  }
}
