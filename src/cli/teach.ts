/** `dreamloom teach FOLDER --name NAME`: a layer adapted to the motifs of a folder of pictures. */
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Command } from "commander";
import { engineSettings } from "../app/engine-settings.js";
import { loadConfig } from "../app/settings/load-settings.js";
import { decode } from "../engine/images/codec.js";
import { presetsOf } from "../engine/networks/looks.js";
import type { Network } from "../engine/networks/network.js";
import type { RecipeOption } from "../engine/recipes/option.js";
import { FEWEST_EXAMPLES, readLookName, teachDefinition } from "../engine/recipes/teach/definition.js";
import { type Example, layerToTrain, trainLayer } from "../engine/training/train-layer.js";
import { trainedLayerName } from "../engine/training/trained-layer.js";
import { saveTrainedLayer, trainedLayerPath } from "../engine/training/trained-layers.js";
import { inspectPicture, PictureError } from "../shared/inspect-image.js";
import { sentence } from "../shared/sentences/sentence.js";
import { type EngineFlags, withEngine } from "./engine.js";
import { megabytes, printJson } from "./output.js";
import { progressBar } from "./progress.js";
import { numberWithin, stoppedByInterrupt, UsageError } from "./usage.js";

interface Flags extends EngineFlags {
  readonly network: string;
  readonly layer?: string;
  readonly name: string;
  readonly channels: number;
  readonly seed: number;
  readonly replace?: boolean;
}

export function addTeach(program: Command): void {
  const { help, options } = teachDefinition;
  const whole = ({ minimum = 0, maximum = 0 }: RecipeOption) => numberWithin(minimum, maximum, { whole: true });
  program
    .command("teach")
    .description(help)
    .argument("<folder>", `${FEWEST_EXAMPLES} pictures or more; thirty that share a motif are good`)
    .requiredOption("--name <name>", `${options.name.help}: small letters, digits and -`)
    .option("--network <id>", `${options.network.help}: its id, or a path`, "resnet50")
    .option("--layer <layer>", "The layer to re-mix; the deepest with a stride of 8 when left out")
    .option("--channels <n>", options.channels.help, whole(options.channels), options.channels.default)
    .option(
      "--seed <n>",
      "The same number and pictures teach the same again",
      whole(options.seed),
      options.seed.default,
    )
    .option("--replace", "Replace what has been taught under that name")
    .option("--json", "Print one JSON object")
    .action(teach);
}

async function teach(folder: string, flags: Flags): Promise<void> {
  const { name, channels, seed, replace = false, json = false } = flags;
  if (readLookName(name) !== name) throw new UsageError("teach.name", { name });
  const { modelsDir } = engineSettings(loadConfig());
  const { examples, skipped } = await examplesIn(folder);
  if (examples.length < FEWEST_EXAMPLES) {
    throw new UsageError("teach.few", { folder, found: examples.length, skipped, fewest: FEWEST_EXAMPLES });
  }
  const bar = progressBar("learning {bar} {percentage}% | {duration_formatted}", json);
  const onProgress = (share: number): void => bar.show(share, 1);
  const { layer, preference, keptBack, seconds } = await withEngine(flags, async ({ network: load, programs }) => {
    const network = await load(flags.network);
    await checkFree(name, network, modelsDir, replace);
    const below = flags.layer ?? layerToTrain(network);
    const task = { programs, network, layer: below, examples, name, channels, seed, onProgress };
    return stoppedByInterrupt((signal) => trainLayer({ ...task, signal }).finally(bar.end));
  });
  const path = await saveTrainedLayer(modelsDir, layer);
  const { network, pictures, channels: made, layer: below } = layer;
  const facts = { name, network, layer: below, channels: made, pictures, skipped, seed, keptBack, preference, seconds };
  if (json) printJson({ ...facts, path });
  else {
    const size = megabytes((await stat(path)).size);
    process.stdout.write(`${sentence("teach.taught", { ...facts, path, size })}\n`);
  }
}

const PICTURES: readonly string[] = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff"];
const MOST_BYTES = 50e6;

/** The pictures of a folder that can be read, by name, and how many files cannot. */
async function examplesIn(folder: string): Promise<{ examples: Example[]; skipped: number }> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const why = { ENOTDIR: "teach.file", ENOENT: "teach.no-folder" } as const;
    throw new UsageError(why[cause.code as keyof typeof why] ?? "teach.unreadable", { folder }, { cause });
  });
  const examples: Example[] = [];
  let skipped = 0;
  for (const name of names.sort()) {
    if (!PICTURES.includes(extname(name).toLowerCase()) || name.startsWith(".")) continue;
    const path = join(folder, name);
    if (await isReadable(path)) examples.push({ decode: async (side) => decode(await readFile(path), side) });
    else skipped++;
  }
  return { examples, skipped };
}

/** It is read to its end, since an image that breaks off would stop the training half-way. */
async function isReadable(path: string): Promise<boolean> {
  if ((await stat(path)).size > MOST_BYTES) return false;
  try {
    const bytes = await readFile(path);
    await inspectPicture(bytes);
    await decode(bytes, 64);
    return true;
  } catch (error) {
    if (error instanceof PictureError) return false;
    throw error;
  }
}

async function checkFree(name: string, network: Network, modelsDir: string, replace: boolean): Promise<void> {
  const look = presetsOf(network).dream.looks[name];
  if (look && !(trainedLayerName(name) in look.layers)) {
    throw new UsageError("teach.look-taken", { network: network.id, name });
  }
  const path = trainedLayerPath(modelsDir, name);
  const taken = (await stat(path).catch(() => undefined)) !== undefined;
  if (taken && !replace) throw new UsageError("teach.taken", { name, path });
}
