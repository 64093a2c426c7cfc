/** What the settings and the catalogue of networks offer to people in chats. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BotOptions, offer } from "../commands/bot-options.js";
import { catalogue } from "../engine/networks/catalogue-file.js";
import { looksByDepth, type NetworkNotes, readNotes } from "../engine/networks/presets.js";
import { configuredDevices } from "./devices.js";
import type { Config } from "./settings/load-settings.js";

/** The networks and looks that people may choose. */
export type Catalogue = Pick<BotOptions, "looks" | "networks">;

export const MEGABYTE = 1024 * 1024;

/** @param offered the engine's catalogue and the folders in `models.path` unless given */
export function botOptionsOf(config: Config, offered: Catalogue = configuredCatalogue(config)): BotOptions {
  const { megabytes, ...limits } = config.pictures;
  return {
    ...offered,
    mapsMegabytes: Math.max(...configuredDevices(config).map(({ maps }) => maps)),
    dream: config.dream,
    paint: config.paint,
    neuron: config.neuron,
    film: config.film,
    styles: config.styles,
    caps: config.queue,
    pictures: { maxBytes: Math.round(megabytes * MEGABYTE), ...limits },
  };
}

function configuredCatalogue(config: Config): Catalogue {
  const known = catalogue();
  const folders = config.models.path.flatMap((path) =>
    foldersIn(path).map((id) => {
      const { title, dream } = notesIn(join(path, id)) ?? {};
      // What the catalogue says of a network holds of its folder, too.
      return { id, title, dream: dream ?? (Object.hasOwn(known, id) ? undefined : looksByDepth(() => "")) };
    }),
  );
  return offer(known, folders);
}

/** What stands beside a network; none where it cannot be read: the engine says so when the network is asked for. */
function notesIn(folder: string): NetworkNotes | undefined {
  try {
    return readNotes(readFileSync(join(folder, "dreamloom.yaml"), "utf8"));
  } catch {
    return undefined;
  }
}

/** Names of the folders in a folder; none when it cannot be read: the engine says so when a network is asked for. */
function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && (entry.isDirectory() || entry.isSymbolicLink()))
    .map((entry) => entry.name);
}
