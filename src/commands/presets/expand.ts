/** Presets in a line: `/dream moody` and `preset:moody` stand for the options that somebody has saved. */

import type { ChannelRef, User } from "../../domain/model.js";
import { kebab } from "../../shared/text.js";
import type { Preset, Presets } from "../../store/presets.js";
import type { Command } from "../command.js";
import { type Argument, parseArguments } from "../parsing/command-line.js";
import { PRESET } from "./option-name.js";

/** Who types, and where. */
interface PresetUser {
  readonly user: Pick<User, "id">;
  readonly channel: ChannelRef;
}

export type PresetFinder = Pick<Presets, "find" | "list">;

/** The line's arguments with what a preset stands for: what the line itself gives wins over it. */
export function withPreset(
  command: Pick<Command, "name" | "options">,
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
    const keys = new Set(others.map(({ key }) => key && plainKey(key)));
    const words = others.some(({ key }) => key === undefined);
    return [...saved.value.filter(({ key }) => (key === undefined ? !words : !keys.has(plainKey(key)))), ...others];
  }
  return given;
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

/** "octave-scale" and "octavescale" are one option. */
function plainKey(key: string): string {
  return key.replaceAll("-", "");
}
