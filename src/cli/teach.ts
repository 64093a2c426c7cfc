/** `dreamloom teach FOLDER --name NAME`: a layer adapted to the motifs of a folder of pictures. */
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { Presets, SingleBar } from "cli-progress";
import type { Command } from "commander";
import { engineSettings } from "../app/engine-settings.js";
import { loadConfig } from "../app/settings/load-settings.js";
import { decode } from "../engine/images/codec.js";
import { presetsOf } from "../engine/networks/looks.js";
import type { Network } from "../engine/networks/network.js";
import {
  DEFAULT_CHANNELS,
  type Example,
  FEWEST_EXAMPLES,
  layerToTrain,
  trainLayer,
} from "../engine/training/train-layer.js";
import { trainedLayerName } from "../engine/training/trained-layer.js";
import { saveTrainedLayer, trainedLayerPath } from "../engine/training/trained-layers.js";
import { inspectPicture, PictureError } from "../shared/inspect-image.js";
import { openCliEngine } from "./engine.js";
import { number } from "./run-recipe.js";
import { megabytes } from "./table.js";
import { UsageError } from "./usage-error.js";

interface Flags {
  readonly network: string;
  readonly layer?: string;
  readonly name: string;
  readonly channels: number;
  readonly seed: number;
  readonly replace?: boolean;
  readonly json?: boolean;
}

const PICTURES: readonly string[] = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff"];
const MOST_BYTES = 50e6;

/** The pictures of a folder that can be read, by name, and how many files cannot. */
async function examplesIn(folder: string): Promise<{ examples: Example[]; skipped: number }> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOTDIR" ? "is a file" : cause.code === "ENOENT" ? "does not exist" : "cannot be read";
    throw new UsageError(`"${folder}" ${why}; give a folder of pictures.`, { cause });
  });
  const examples: Example[] = [];
  let skipped = 0;
  for (const name of names.sort()) {
    if (!PICTURES.includes(extname(name).toLowerCase()) || name.startsWith(".")) continue;
    const path = join(folder, name);
    try {
      if ((await stat(path)).size > MOST_BYTES) throw new PictureError("too large");
      // To its end, since a picture that breaks off would stop the teaching half-way.
      const bytes = await readFile(path);
      await inspectPicture(bytes);
      await decode(bytes, 64);
      examples.push({ decode: async (side) => decode(await readFile(path), side) });
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      skipped++;
    }
  }
  return { examples, skipped };
}

function checkFlags({ name, channels, seed }: Flags): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
    throw new UsageError(
      `"${name}" cannot be a look's name: use up to 32 small letters, digits and -, for instance --name moths.`,
    );
  }
  if (!Number.isInteger(channels) || channels < 1 || channels > 256)
    throw new UsageError("--channels takes a whole number from 1 to 256.");
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31)
    throw new UsageError(`--seed takes a whole number from 0 to ${2 ** 31 - 1}.`);
}

function checkFree(name: string, network: Network, modelsDir: string, taken: boolean, replace: boolean): void {
  const look = presetsOf(network).dream.looks[name];
  if (look && !(trainedLayerName(name) in look.layers)) {
    throw new UsageError(`${network.id} has a look called ${name} already; choose another --name.`);
  }
  if (taken && !replace) {
    throw new UsageError(
      `${name} has been taught already (${trainedLayerPath(modelsDir, name)}); add --replace, or choose another --name.`,
    );
  }
}

async function run(folder: string, flags: Flags): Promise<void> {
  const { name, channels, seed, replace = false, json = false } = flags;
  checkFlags(flags);
  const config = loadConfig();
  const { modelsDir } = engineSettings(config);
  const { examples, skipped } = await examplesIn(folder);
  if (examples.length < FEWEST_EXAMPLES) {
    const found = examples.length === 0 ? "none" : `only ${examples.length}`;
    throw new UsageError(
      `"${folder}" holds ${found}${skipped > 0 ? " that can be read" : ""}; ${FEWEST_EXAMPLES} pictures or more are needed.`,
    );
  }
  const engine = openCliEngine(config, json);
  const bar =
    json || !process.stderr.isTTY
      ? undefined
      : new SingleBar(
          {
            stream: process.stderr,
            format: "learning {bar} {percentage}% | {duration_formatted}",
            hideCursor: true,
            clearOnComplete: true,
          },
          Presets.shades_classic,
        );
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new UsageError("Stopped."));
  process.once("SIGINT", interrupt);
  try {
    const network = await engine.network(flags.network);
    const taken = (await stat(trainedLayerPath(modelsDir, name)).catch(() => undefined)) !== undefined;
    checkFree(name, network, modelsDir, taken, replace);
    bar?.start(1, 0);
    const layer = flags.layer ?? layerToTrain(network);
    const taught = await trainLayer({
      programs: engine.programs,
      network,
      layer,
      examples,
      name,
      channels,
      seed,
      signal: stop.signal,
      onProgress: (share) => bar?.update(share),
    });
    bar?.stop();
    const path = await saveTrainedLayer(modelsDir, taught.layer);
    const { preference, keptBack, seconds } = taught;
    const { pictures, channels: made, layer: below } = taught.layer;
    if (json) {
      const facts = {
        name,
        network: network.id,
        layer: below,
        channels: made,
        pictures,
        skipped,
        seed,
        keptBack,
        preference,
        seconds,
        path,
      };
      process.stdout.write(`${JSON.stringify(facts)}\n`);
      return;
    }
    const { size } = await stat(path);
    const whose = keptBack > 0 ? `${keptBack} of them that were kept back` : "them";
    process.stdout.write(
      `${path}: ${made} channels over ${below} from ${pictures} pictures${skipped > 0 ? ` (${skipped} could not be read)` : ""}, ${megabytes(size)}, ${seconds.toFixed(1)} s\n` +
        `It answers ${preference.toFixed(1)} times as strongly to ${whose} as to pictures of nothing.\n` +
        `Try it: dreamloom dream IMAGE --network ${network.id} --look ${name} -o out.png\n`,
    );
  } finally {
    bar?.stop();
    process.off("SIGINT", interrupt);
    await engine.close();
  }
}

export function addTeach(program: Command): void {
  program
    .command("teach")
    .description("teaches one layer of a network the motifs of a folder of pictures, as a look to dream of")
    .argument("<folder>", `${FEWEST_EXAMPLES} pictures or more; thirty that share a motif are good`)
    .requiredOption("--name <name>", "what the look will be called: small letters, digits and -")
    .option("--network <id>", "network of the catalogue, or a folder or file", "resnet50")
    .option("--layer <layer>", "the layer to re-mix; the deepest with a stride of 8 when left out")
    .option("--channels <n>", "at most so many motifs", number, DEFAULT_CHANNELS)
    .option("--seed <n>", "the same number and pictures teach the same again", number, 1)
    .option("--replace", "teach a name anew that has been taught already")
    .option("--json", "print one JSON object")
    .action(run);
}
