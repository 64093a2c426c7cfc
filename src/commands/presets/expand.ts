/** Presets in a line: `/dream moody` and `preset:moody` stand for the options that somebody has saved. */

import type { ChannelRef, User } from "../../domain/model.js";
import { kebab } from "../../shared/text.js";
import type { Preset, Presets } from "../../store/presets.js";
import type { Command } from "../command.js";
import { type Argument, parseArguments } from "../parsing/command-line.js";
import { readArguments } from "../parsing/read-values.js";
import { replacedBy } from "../recipes/instead-of.js";
import { PRESET } from "./option-name.js";

/** Who types, and where. */
interface PresetUser {
  readonly user: Pick<User, "id">;
  readonly channel: ChannelRef;
}

export type PresetFinder = Pick<Presets, "find" | "list">;

/**
 * The line's arguments with what a preset stands for: what the line itself gives, by whatever name or as a word of its
 * own, wins over it.
 * @throws UserError for a line with a preset that cannot be read
 */
export function withPreset(
  command: Command,
  given: readonly Argument[],
  who: PresetUser,
  presets: PresetFinder,
): readonly Argument[] {
  for (const [index, argument] of given.entries()) {
    const preset = named(command, argument, who, presets);
    if (!preset) continue;
    const others = given.filter((_, other) => other !== index);
    const saved = parseArguments(preset.options);
    if (!saved.ok) return given;
    return [...withoutGiven(command, saved.value, others), ...others];
  }
  return given;
}

/** What is saved, by the options' names, without those that a line gives, or takes the place of. */
function withoutGiven(command: Command, saved: readonly Argument[], line: readonly Argument[]): readonly Argument[] {
  const { typed, values } = readArguments(command, line);
  const gone = new Set([...Object.keys(typed), ...replacedBy(command.options, values).map(kebab)]);
  return Object.entries(readArguments(command, saved).typed)
    .filter(([name]) => !gone.has(name))
    .map(([key, value]) => ({ key, value }));
}

function named(
  { name: command, options }: Pick<Command, "name" | "options">,
  { key, value }: Argument,
  { user, channel: { platform, community } }: PresetUser,
  presets: PresetFinder,
): Preset | undefined {
  if (key !== undefined && key !== PRESET) return undefined;
  const name = value.toLowerCase();
  const isOwnWord =
    options[PRESET]?.choices?.some((choice) => choice.value === name) ||
    Object.entries(options).some(([option, { type }]) => type === "flag" && kebab(option) === name);
  if (isOwnWord) return undefined;
  const found = presets.find({ platform, community, user: user.id }, name);
  return found?.command === command ? found : undefined;
}
