/** `dreamloom models ...`: the networks there are, fetching them, adding one's own, and their layers. */
import { type Command, InvalidArgumentError } from "commander";
import { engineSettings } from "../app/engine-settings.js";
import { loadConfig } from "../app/settings/load-settings.js";
import { addNetwork } from "../engine/networks/add-network.js";
import { Preprocessing } from "../engine/networks/import/preprocessing.js";
import { folderBytes, type Listed, listNetworks } from "../engine/networks/inventory.js";
import { describeLayers } from "../engine/networks/layer-table.js";
import type { NetworkNotes } from "../engine/networks/presets.js";
import { pullNetwork } from "../engine/networks/pull.js";
import { tryOut } from "../engine/networks/try-out.js";
import { downloadBar } from "./download-bar.js";
import { openCliEngine } from "./engine.js";
import { megabytes, table } from "./table.js";
import { UsageError } from "./usage-error.js";

interface Json {
  readonly json?: boolean;
}

const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

function addList(models: Command): void {
  models
    .command("list")
    .description(
      "the networks of the catalogue and of your folders: which are here, how large they are, their licences",
    )
    .option("--json", "print one JSON object")
    .action(async ({ json }: Json) => {
      const networks = await listNetworks(engineSettings(loadConfig()));
      if (json)
        return printJson({
          networks: networks.map(({ path, ...rest }) => ({ ...rest, downloaded: path !== undefined, path })),
        });
      const here = ({ path, problem, from }: Listed): string =>
        problem !== undefined ? "unusable" : path === undefined ? "to fetch" : from === "catalogue" ? "here" : "yours";
      const rows = networks.map((n) => [
        n.id,
        here(n),
        n.bytes > 0 ? megabytes(n.bytes) : "",
        n.title,
        n.licence ?? "",
      ]);
      process.stdout.write(table([["ID", "WHERE", "SIZE", "TITLE", "LICENCE"], ...rows], [2]));
      for (const { problem } of networks) if (problem !== undefined) process.stdout.write(`${problem}\n`);
    });
}

function addPull(models: Command): void {
  models
    .command("pull")
    .description("fetches a network of the catalogue ahead of time")
    .argument("<id>", "its id, as in `dreamloom models list`")
    .option("--json", "print one JSON object")
    .action(async (id: string, { json = false }: Json) => {
      const started = performance.now();
      const bar = downloadBar(id, json);
      try {
        const pulled = await pullNetwork(id, { ...engineSettings(loadConfig()), onProgress: bar.show });
        bar.end();
        if (json) printJson({ ...pulled, seconds: (performance.now() - started) / 1000 });
        else process.stdout.write(`${id} is ${pulled.fetched ? "fetched" : "already there"}: ${pulled.path}\n`);
      } finally {
        bar.end();
      }
    });
}

/** `123.7,116.3,103.5` or `1`. */
function numbers(text: string): number | readonly number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [only = Number.NaN] = values;
  if (values.some((v) => !Number.isFinite(v)) || ![1, 3].includes(values.length)) {
    throw new InvalidArgumentError("It takes one number, or three with commas between.");
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
  if (channels === undefined) throw new UsageError("Say the order of colours too: --channels rgb or --channels bgr.");
  const three = typeof mean === "number" ? [mean, mean, mean] : mean;
  const parsed = Preprocessing.safeParse({
    channels,
    ...(three && { mean: three }),
    ...(scale !== undefined && { scale }),
  });
  if (parsed.success) return { ...notes, preprocessing: parsed.data };
  throw new UsageError(
    "Pictures are prepared as (x - mean) * scale: give --channels rgb or bgr, --mean and a positive --scale.",
  );
}

function addAdd(models: Command): void {
  models
    .command("add")
    .description("copies a network of your own into the models folder, after checking that it loads and dreams")
    .argument("<path>", "a folder with a tfjs model.json, a Keras .h5 or an .onnx file in it, or such a file")
    .option("--id <name>", "what to call it; its own name when left out")
    .option("--title <words>", "a line about it, for lists")
    .option("--channels <order>", "the order of colours it was trained with: rgb or bgr")
    .option(
      "--mean <numbers>",
      "what was subtracted from 0..255, one number or three, in that order of colours",
      numbers,
    )
    .option("--scale <numbers>", "what the difference was multiplied by, one number or three", numbers)
    .option("--json", "print one JSON object")
    .action(async (path: string, flags: AddFlags) => {
      const config = loadConfig();
      const notes = notesOf(flags);
      const engine = openCliEngine(config, flags.json ?? false);
      try {
        const { modelsDir } = engineSettings(config);
        const added = await addNetwork({
          path,
          id: flags.id,
          modelsDir,
          notes,
          tryOut: (network) => tryOut(engine.programs, network),
        });
        const { id, network } = added;
        const layers = network.layers.length;
        const bytes = await folderBytes(`${modelsDir}/${id}`);
        if (flags.json) printJson({ id, path: added.path, bytes, layers });
        else
          process.stdout.write(
            `${id} is added (${layers} layers, ${megabytes(bytes)}): try dreamloom dream IMAGE --network ${id} -o out.png\n`,
          );
      } finally {
        await engine.close();
      }
    });
}

function addLayers(models: Command): void {
  models
    .command("layers")
    .description("the layers of a network that can be dreamt in, and which of them its looks use")
    .argument("<id>", "network of the catalogue, or a folder or file")
    .option("--json", "print one JSON object")
    .action(async (id: string, { json = false }: Json) => {
      const engine = openCliEngine(loadConfig(), json);
      try {
        const { layers, unusable, defaultLook } = describeLayers(await engine.network(id));
        if (json) return printJson({ id, defaultLook, layers, unusable });
        const rows = layers.map(({ name, kind, channels, stride, looks, style, content }) => {
          const marks = Object.entries(looks).map(([look, weight]) => `${look}${weight === 1 ? "" : ` x ${weight}`}`);
          if (style !== undefined) marks.push("(style)");
          if (content) marks.push("(content)");
          return [name, kind, String(channels), String(stride), marks.join(", ")];
        });
        process.stdout.write(table([["LAYER", "KIND", "CHANNELS", "STRIDE", "LOOKS"], ...rows], [2, 3]));
        for (const [name, why] of Object.entries(unusable)) process.stdout.write(`${name} cannot be used: ${why}.\n`);
      } finally {
        await engine.close();
      }
    });
}

export function addModels(program: Command): void {
  const models = program.command("models").description("the networks there are, fetching them, adding your own");
  addList(models);
  addPull(models);
  addAdd(models);
  addLayers(models);
}
