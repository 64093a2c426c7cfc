/** The slash commands that an app has, and those that a bot names although its app has them not. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { commandSummaries } from "../../../scripts/commands-docs.js";
import { MANIFEST } from "../../../scripts/slack-manifest.js";
import { fields } from "./validate.js";

interface SlashCommand {
  readonly command: string;
  readonly should_escape: boolean;
}

const inManifest = (manifest: string): SlashCommand[] => parse(manifest).features.slash_commands;

/** Without their slash: those of the manifest that the project brings. */
export function manifestCommands(manifest = readFileSync(MANIFEST, "utf8")): string[] {
  return inManifest(manifest).map(({ command }) => command.slice(1));
}

/** Whether mentions and links come with ids and in brackets in what is typed after these. */
export function manifestEscapes(): boolean {
  return inManifest(readFileSync(MANIFEST, "utf8")).every(({ should_escape }) => should_escape);
}

const KNOWN = commandSummaries().map(({ name }) => name);
const NAMED = new RegExp(String.raw`(?<![\w/.:<-])/(${KNOWN.join("|")})(?![\w/-])`, "g");

/** Slash commands in any text of a call that cannot be typed here. */
export function unregisteredNames(value: unknown, registered: ReadonlySet<string>): string[] {
  if (typeof value === "string")
    return [...value.matchAll(NAMED)].map(([, name = ""]) => name).filter((name) => !registered.has(name));
  const { metadata: _, private_metadata: __, ...shown } = fields(value);
  return Object.values(shown).flatMap((each) => unregisteredNames(each, registered));
}
