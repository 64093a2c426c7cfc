/**
 * Writes config/slack-emoji.json, Slack's names of emoji, from emoji-datasource, the list that Slack itself uses. The
 * package is too large for a dependency (25 MB, most of it pictures), and only new versions of Unicode change the
 * names.
 *
 * Usage: npm install --no-save emoji-datasource && npx tsx scripts/slack-emoji.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

interface Emoji {
  readonly short_names: readonly string[];
  /** Code points in hex, joined by "-". */
  readonly unified: string;
}

const source = createRequire(import.meta.url).resolve("emoji-datasource/emoji.json");
const list = JSON.parse(readFileSync(source, "utf8")) as readonly Emoji[];
const names: Record<string, string> = {};
for (const { short_names, unified } of list) {
  const emoji = String.fromCodePoint(...unified.split("-").map((hex) => Number.parseInt(hex, 16)));
  for (const name of short_names) names[name] = emoji;
}
writeFileSync(
  fileURLToPath(new URL("../config/slack-emoji.json", import.meta.url)),
  `${JSON.stringify(names, null, 2)}\n`,
);
