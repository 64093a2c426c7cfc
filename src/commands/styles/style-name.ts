/** What styles may be called and marked by: a name or an emoji that means something else would never mean the style. */
import { NO_GUIDE } from "../../engine/recipes/dream/guide.js";
import { ATTACHED, PHOTO } from "../../engine/recipes/painting/options.js";
import { REST } from "../../engine/recipes/where/syntax.js";
import { sameEmoji } from "../../shared/typed.js";
import type { Command, CommandContext } from "../command.js";
import { DREAM_EMOJI } from "../interactive/art-channels.js";
import { namesOption } from "../parsing/read-values.js";
import { UserError } from "../user-error.js";

/** Words that stand where styles do. */
const WORDS: readonly string[] = [ATTACHED, PHOTO, NO_GUIDE, REST];

/**
 * Whether a name is free for a style in the lines of all commands that take one.
 * @throws UserError for options of theirs, words that stand where styles do, and presets that this person may name
 */
export function checkStyleName(name: string, { app, registry, channel, user }: CommandContext): void {
  const { platform, community } = channel;
  const takers = registry.all.filter(takesStyles);
  const preset = app.store.presets.find({ platform, community, user: user.id }, name)?.command;
  const taken = takers.some((command) => command.name === preset || namesOption(command, name));
  if (taken || WORDS.includes(name)) throw new UserError("style.name-means", { name });
}

/** @throws UserError for an emoji that asks for something else in art channels */
export function checkStyleEmoji(emoji: string): void {
  if (sameEmoji(emoji, DREAM_EMOJI)) throw new UserError("style.emoji-means", { emoji });
}

function takesStyles({ options }: Command): boolean {
  return Object.values(options).some(({ completes }) => completes === "styles");
}
