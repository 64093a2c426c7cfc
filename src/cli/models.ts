/** `dreamloom models ...`: the networks there are, fetching them, adding one's own, and their layers. */
import { type Command, InvalidArgumentError } from "commander";
import { engineSettings } from "../app/engine-settings.js";
import { makePrivately } from "../app/private-folders.js";
import { loadConfig } from "../app/settings/load-settings.js";
import { addNetwork } from "../engine/networks/add-network.js";
import { pullNetwork } from "../engine/networks/catalogue.js";
import { Preprocessing } from "../engine/networks/import/preprocessing.js";
import { folderBytes, listNetworks } from "../engine/networks/inventory.js";
import { describeLayers } from "../engine/networks/layer-table.js";
import type { NetworkNotes } from "../engine/networks/presets.js";
import { tryOut } from "../engine/networks/try-out.js";
import { sentence } from "../shared/sentences/sentence.js";
import { withEngine } from "./engine.js";
import { megabytes, printJson, table } from "./output.js";
import { downloadBar } from "./progress.js";
import { UsageError } from "./usage.js";

interface Json {
  readonly json?: boolean;
}

export function addModels(program: Command): void {
  const models = program.command("models").description("List networks, fetch them, or add your own");
  models
    .command("list")
    .description("List the networks of the catalogue and of your folders: which are here, their sizes and licences")
    .option("--json", "Print one JSON object")
    .action(list);
  models
    .command("pull")
    .description("Fetch a network of the catalogue ahead of time")
    .argument("<id>", "Its id, as in `dreamloom models list`")
    .option("--json", "Print one JSON object")
    .action(pull);
  models
    .command("add")
    .description("Copy a network of your own into the models folder, after checking that it loads and dreams")
    .argument(
      "<path>",
      "A folder with a tfjs model.json, a Keras .keras or .h5, or an .onnx file in it, or such a file",
    )
    .option("--id <name>", "What to call it; its own name when left out")
    .option("--title <words>", "A line about it, for lists")
    .option("--channels <order>", "The order of colours it was trained with: rgb or bgr")
    .option("--mean <numbers>", "What was subtracted from 0..255, one number or three, in that order", numbers)
    .option("--scale <numbers>", "What the difference was multiplied by, one number or three", numbers)
    .option("--json", "Print one JSON object")
    .action(add);
  models
    .command("layers")
    .description("List the layers of a network that can be dreamt in, and which of them its looks use")
    .argument("<id>", "Network of the catalogue, or a folder or file")
    .option("--json", "Print one JSON object")
    .action(layersOf);
}

async function list({ json }: Json): Promise<void> {
  const networks = await listNetworks(engineSettings(loadConfig()));
  if (json) {
    const listed = networks.map(({ path, ...rest }) => ({ ...rest, downloaded: path !== undefined, path }));
    return printJson({ networks: listed });
  }
  const rows = networks.map(({ id, bytes, title, licence = "", path, problem, from }) => {
    const here = from === "catalogue" ? "here" : "yours";
    const where = problem !== undefined ? "unusable" : path === undefined ? "to fetch" : here;
    return [id, where, bytes > 0 ? megabytes(bytes) : "", title, licence];
  });
  process.stdout.write(table([["ID", "WHERE", "SIZE", "TITLE", "LICENCE"], ...rows], [2]));
  for (const { problem } of networks) if (problem !== undefined) process.stdout.write(`${problem}\n`);
}

async function pull(id: string, { json = false }: Json): Promise<void> {
  const started = performance.now();
  const bar = downloadBar(id, json);
  const config = loadConfig();
  makePrivately(config, config.models.dir);
  const pulled = await pullNetwork(id, { ...engineSettings(config), onProgress: bar.show }).finally(bar.end);
  if (json) printJson({ ...pulled, seconds: (performance.now() - started) / 1000 });
  else process.stdout.write(`${sentence("cli.pulled", pulled)}\n`);
}

/** `123.7,116.3,103.5` or `1`. */
function numbers(text: string): number | readonly number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [only = Number.NaN] = values;
  if (values.some((value) => !Number.isFinite(value)) || ![1, 3].includes(values.length)) {
    throw new InvalidArgumentError(sentence("cli.numbers"));
  }
  return values.length === 1 ? only : values;
}

interface AddFlags extends Json {
  readonly id?: string;
  readonly title?: string;
  readonly channels?: string;
  readonly mean?: number | readonly number[];
  readonly scale?: number | readonly number[];
}

/** What `add` writes into the network's dreamloom.yaml. */
function notesOf({ title, channels, mean, scale }: AddFlags): NetworkNotes {
  const notes: NetworkNotes = title === undefined ? {} : { title };
  if (channels === undefined && mean === undefined && scale === undefined) return notes;
  if (channels === undefined) throw new UsageError("cli.colour-order");
  const three = typeof mean === "number" ? [mean, mean, mean] : mean;
  const parsed = Preprocessing.safeParse({ channels, mean: three, scale });
  if (parsed.success) return { ...notes, preprocessing: parsed.data };
  throw new UsageError("cli.preprocessing");
}

async function add(path: string, flags: AddFlags): Promise<void> {
  const notes = notesOf(flags);
  await withEngine(flags, async ({ programs }, config) => {
    const { modelsDir } = engineSettings(config);
    const { id } = flags;
    const added = await addNetwork({ path, id, modelsDir, notes, tryOut: (network) => tryOut(programs, network) });
    const layers = added.network.layers.length;
    const bytes = await folderBytes(`${modelsDir}/${added.id}`);
    const { preprocessing } = added.network;
    if (flags.json) return printJson({ id: added.id, path: added.path, bytes, layers, preprocessing });
    process.stdout.write(`${sentence("cli.added", { id: added.id, layers, size: megabytes(bytes) })}\n`);
    if (preprocessing) process.stdout.write(`${sentence("network.prepared", preprocessing)}\n`);
  });
}

async function layersOf(id: string, flags: Json): Promise<void> {
  const { layers, unusable, defaultLook, preprocessing } = await withEngine(
    { ...flags, computes: false },
    async ({ network }) => describeLayers(await network(id)),
  );
  if (flags.json) return printJson({ id, defaultLook, preprocessing, layers, unusable });
  const rows = layers.map(({ name, kind, channels, stride, looks, style, content }) => {
    const marks = Object.entries(looks).map(([look, weight]) => `${look}${weight === 1 ? "" : ` x ${weight}`}`);
    if (style !== undefined) marks.push("(style)");
    if (content) marks.push("(content)");
    return [name, kind, String(channels), String(stride), marks.join(", ")];
  });
  process.stdout.write(table([["LAYER", "KIND", "CHANNELS", "STRIDE", "LOOKS"], ...rows], [2, 3]));
  for (const [layer, why] of Object.entries(unusable)) {
    process.stdout.write(`${sentence("cli.layer-unusable", { layer, why })}\n`);
  }
  if (preprocessing) process.stdout.write(`${sentence("network.prepared", preprocessing)}\n`);
}
