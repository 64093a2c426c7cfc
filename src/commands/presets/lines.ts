import { sentence } from "../../shared/sentences/sentence.js";
import { inCode, plain } from "../../shared/text.js";
import type { Preset } from "../../store/presets.js";

/** The line that a preset stands for. */
export function lineOf({ command, options }: Pick<Preset, "command" | "options">): string {
  return `/${command} ${options}`;
}

/** The same as it is shown to people: others have saved it, or made the file that it came from. */
export function shownLineOf(preset: Pick<Preset, "command" | "options">): string {
  return inCode(lineOf(preset));
}

/** Who is named with a preset that is handed on. */
export function creditOf({ author, credits }: Pick<Preset, "author" | "credits">): string {
  const by = sentence("preset.card-by", { by: plain(author.name) });
  return credits === undefined ? by : `${by} · ${credits}`;
}
