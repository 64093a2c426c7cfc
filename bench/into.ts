/**
 * Does a dream into a word become what the word says? Twenty classes at 256 px, from two photos and from noise, seed 1,
 * judged by the network that dreamt and by GoogLeNet, which did not.
 *
 * Usage: npx tsx bench/into.ts [FOLDER]     prints a table, and writes the pictures into the folder
 * PHOTO        a second photo beside the sample
 * NAMES        some of the classes, with commas between
 * FROM         some of sample, photo, noise, with commas between
 * MODELS_PATH  where GoogLeNet is, if it is anywhere
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { engineSettings } from "../src/app/engine-settings.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { findClasses } from "../src/engine/classes.js";
import { classify } from "../src/engine/classify.js";
import { openPicture } from "../src/engine/images/codec.js";
import { median } from "../src/engine/measure/step.js";
import { findNetwork } from "../src/engine/networks/catalogue.js";
import { openEngine } from "../src/engine/open.js";
import { runJob } from "../src/engine/run-job.js";
import { CLASSES, pictureName } from "./into-classes.js";

const SIDE = 256;

const [folder] = process.argv.slice(2);
const { PHOTO, NAMES = CLASSES, FROM = "sample,photo,noise" } = process.env;
const settings = engineSettings(loadConfig());
const engine = openEngine(settings);
const dreamer = await engine.network("resnet50");
const judge = (await findNetwork("googlenet", settings)) === undefined ? undefined : await engine.network("googlenet");
const sources = new Map<string, Uint8Array | undefined>([
  ["sample", await readFile(new URL("../config/sample.jpg", import.meta.url))],
  ...(PHOTO === undefined ? [] : [["photo", await readFile(PHOTO)] as const]),
  ["noise", undefined],
]);
if (folder !== undefined) await mkdir(folder, { recursive: true });

interface Verdict {
  readonly place: number;
  readonly probability: number;
  readonly first: string;
}

async function verdict(network: typeof dreamer, picture: Uint8Array, name: string): Promise<Verdict> {
  const image = await (await openPicture(picture)).decode(SIDE);
  const seen = await classify({ programs: engine.programs, network }, image);
  const place = seen.findIndex((each) => each.name === name);
  return { place: place + 1, probability: seen[place]?.probability ?? 0, first: seen[0]?.name ?? "" };
}

const percent = (share: number): string => `${Math.round(share * 100)} %`.padStart(5);
for (const from of FROM.split(",")) {
  if (!sources.has(from)) continue;
  const image = sources.get(from);
  const counts = { own: 0, first: 0, ten: 0 };
  const times: number[] = [];
  const names = NAMES.split(",").map((name) => findClasses(name)?.name ?? name.trim());
  for (const name of names) {
    const params = { into: name, size: SIDE, seed: 1 };
    const request = { recipe: "dream", params, pictures: image ? { image } : {} };
    const run = { ...engine, signal: new AbortController().signal, onFrame: () => undefined };
    const { picture, seconds } = await runJob(request, run);
    times.push(seconds);
    if (folder !== undefined) await writeFile(join(folder, pictureName(from, name)), picture);
    const own = await verdict(dreamer, picture, name);
    const other = judge && (await verdict(judge, picture, name));
    if (own.place === 1 && own.probability >= 0.9) counts.own++;
    if (other?.place === 1) counts.first++;
    if (other && other.place <= 10) counts.ten++;
    const judged = other ? `googlenet ${percent(other.probability)}, place ${other.place} (${other.first})` : "";
    process.stdout.write(
      `${from} ${name.padEnd(16)} ${seconds.toFixed(1)} s  resnet50 ${percent(own.probability)} (${own.first})  ${judged}\n`,
    );
  }
  process.stdout.write(
    `${from}: ${names.length} classes, resnet50 sees ${counts.own} first at 90 % or more, googlenet ${counts.first} ` +
      `first and ${counts.ten} among its first ten; median ${median(times).toFixed(1)} s, ` +
      `the first of them ${(times[0] ?? 0).toFixed(1)} s, the others ${Math.max(...times.slice(1)).toFixed(1)} s at most\n`,
  );
}
await engine.close();
