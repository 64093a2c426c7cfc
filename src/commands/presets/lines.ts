import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import type { Preset } from "../../store/presets.js";

/** The line that a preset stands for. */
export function lineOf({ command, options }: Pick<Preset, "command" | "options">): string {
  return `/${command} ${options}`;
}

/** Who is named with a preset that is handed on. */
export function creditOf({ author, credits }: Pick<Preset, "author" | "credits">): string {
  const by = sentence("preset.card-by", { by: plain(author.name) });
  return credits === undefined ? by : `${by} · ${credits}`;
}
