/** Finding and loading networks: by name from the catalogue, by name in folders, by path. */
import { join } from "node:path";
import { defined } from "../../shared/defined.js";
import { nearest } from "../../shared/nearest.js";
import { type CatalogueEntry, catalogue } from "./catalogue-file.js";
import { type InstallOptions, install, installed, modelFile } from "./download/install.js";
import { assemble } from "./import/assemble.js";
import { type FoundPreprocessing, findPreprocessing } from "./import/find-preprocessing.js";
import { findModel, formatOf, notesBeside, preprocessingBeside, suggestedNames } from "./local.js";
import { presetsByDepth, resolveLayer } from "./looks.js";
import { type Network, NetworkError } from "./network.js";
import type { NetworkNotes, Presets } from "./presets.js";

export interface LoadOptions extends InstallOptions {
  /** Where downloaded networks are kept. */
  readonly modelsDir: string;
  /** Folders searched first for `<id>/`. */
  readonly modelsPath: readonly string[];
}

const isName = (text: string): boolean => /^[A-Za-z0-9][\w.-]*$/.test(text);

function entryOf(id: string): CatalogueEntry | undefined {
  const entries = catalogue();
  return Object.hasOwn(entries, id) ? entries[id] : undefined;
}

/** The catalogue's entry for a model found by path, by the names its path suggests. */
export function entryFor(modelPath: string): CatalogueEntry | undefined {
  for (const name of suggestedNames(modelPath)) {
    const entry =
      entryOf(name.toLowerCase()) ?? Object.values(catalogue()).find((e) => "url" in e.source && modelFile(e) === name);
    if (entry) return entry;
  }
  return undefined;
}

/** Where a network is, without fetching it; undefined if it is nowhere on this machine. */
export async function findNetwork(
  idOrPath: string,
  { modelsDir, modelsPath }: Pick<LoadOptions, "modelsDir" | "modelsPath">,
): Promise<string | undefined> {
  const inside = entryOf(idOrPath)?.file;
  if (isName(idOrPath)) {
    for (const folder of modelsPath) {
      const found = await findModel(join(folder, idOrPath), inside);
      if (found !== undefined) return found;
    }
  }
  const entry = entryOf(idOrPath);
  // A name of the catalogue never means a file of that name in the folder one happens to be in.
  if (entry) return installed(idOrPath, entry, modelsDir);
  return (isName(idOrPath) ? await findModel(join(modelsDir, idOrPath)) : undefined) ?? findModel(idOrPath);
}

interface Pulled {
  readonly id: string;
  /** Its model file. */
  readonly path: string;
  /** False when it was there already. */
  readonly fetched: boolean;
}

/**
 * Fetches a network unless it is on this machine.
 * @throws NetworkError "unknown" for one that is neither in the catalogue nor here, "unreachable" or "corrupt" when
 *   fetching fails
 */
export async function pullNetwork(id: string, options: LoadOptions): Promise<Pulled> {
  const here = await findNetwork(id, options);
  if (here !== undefined) return { id, path: here, fetched: false };
  const entry = entryOf(id);
  if (entry) return { id, path: await install(id, entry, options.modelsDir, options), fetched: true };
  const ids = Object.keys(catalogue());
  const near = nearest(id, ids);
  throw near
    ? new NetworkError("unknown", "network.unknown-near", { id, near })
    : new NetworkError("unknown", "network.unknown", { id, ids: ids.join(", ") });
}

/**
 * A network's presets: from notes beside it, else from the catalogue, else by depth.
 * @throws NetworkError when the notes name a layer that does not exist
 */
function presetsFor(network: Network, notes: NetworkNotes | undefined, known: CatalogueEntry | undefined): Presets {
  const { dream, style } = notes ?? {};
  const layersOf = (p: Partial<Presets>): string[] => [
    ...Object.values(p.dream?.looks ?? {}).flatMap((look) => Object.keys(look.layers)),
    ...Object.keys(p.style?.layers ?? {}),
    ...(p.style ? [p.style.content] : []),
  ];
  for (const name of layersOf({ ...(dream && { dream }), ...(style && { style }) })) resolveLayer(network, name);
  // A folder may bear a name of the catalogue and hold another network, or another file of the same one with other
  // layer names.
  const names = new Set(network.layers.map((l) => l.name));
  const { dream: looks, style: layers } = known ?? {};
  const usual = looks && layers && { dream: looks, style: layers };
  const fallback = usual && layersOf(usual).every((name) => names.has(name)) ? usual : presetsByDepth(network.layers);
  return { dream: dream ?? fallback.dream, style: style ?? fallback.style };
}

/**
 * Loads a network.
 *
 * A name is looked for as a folder in `modelsPath`, then in `modelsDir`, then fetched if the catalogue has it; anything
 * else is a path of a folder or file. How its training preprocessed images is stated in a `dreamloom.yaml` beside it,
 * else by the catalogue's entry of that name, else found from the file, else what its format usually wants.
 * @throws NetworkError
 * @example const network = await loadNetwork("resnet50", { modelsDir: "/home/me/models", modelsPath: [] });
 */
export async function loadNetwork(idOrPath: string, options: LoadOptions): Promise<Network> {
  const { path } = await pullNetwork(idOrPath, options);
  options.signal?.throwIfAborted();
  const format = formatOf(path);
  const notes = await notesBeside(path);
  const known = entryOf(idOrPath) ?? entryFor(path);
  const graph = await format.read(path);
  const found = async (): Promise<FoundPreprocessing> => {
    if (notes?.preprocessing) return { preprocessing: notes.preprocessing, from: "notes" };
    if (known) return { preprocessing: known.preprocessing, from: "catalogue" };
    return findPreprocessing(graph, await preprocessingBeside(path), format.preprocessing);
  };
  const preprocessing = await found();
  const classNames = notes?.classes ?? known?.classes;
  const network = assemble(idOrPath, graph, preprocessing.preprocessing, classNames);
  const square = notes?.square ?? known?.square;
  return { ...network, preprocessing, presets: presetsFor(network, notes, known), ...defined({ square }) };
}
