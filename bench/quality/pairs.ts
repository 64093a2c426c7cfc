/** Six photos in styles, painted by one or several networks, measured by one, and laid beside those of another program. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { decode, encode } from "../../src/engine/images/codec.js";
import { type Raster, rootMeanSquare, subtractRasters } from "../../src/engine/images/raster.js";
import type { OpenEngine } from "../../src/engine/open.js";
import { stylizeDefinition } from "../../src/engine/recipes/stylize/definition.js";
import { stylize } from "../../src/engine/recipes/stylize/run.js";
import { type Distances, judgeOf } from "./judge.js";
import { type Row, sheetOf } from "./sheet.js";
import { input } from "./ways.js";
import { type Weave, weaveOf } from "./weave.js";

/** Names of pairs, with the photo and the style; the first two are looked for in IMAGES_PATH. */
export const PAIRS: Readonly<Record<string, readonly [photo: string, style: string]>> = {
  tubingen: ["IMAGES/tubingen.jpg", "IMAGES/starry_night.jpg"],
  shipwreck: ["IMAGES/shipwreck.jpg", "IMAGES/starry_night.jpg"],
  night: ["config/sample.jpg", "config/styles/night.jpg"],
  glass: ["config/sample.jpg", "config/styles/glass.jpg"],
  ink: ["config/sample.jpg", "config/styles/ink.jpg"],
  dark: ["config/sample.jpg", "config/styles/ink.jpg"],
};
/** The sample in `dark` has this share of its light. */
const DARK = 0.25;
/** Judges all networks' pictures. */
const JUDGE = "vgg19";

interface Measures extends Distances {
  readonly weave: Weave;
  /** Root mean square of what differs from the photo, in grey levels. */
  readonly change: number;
}

interface Result extends Measures {
  readonly pair: string;
  readonly network: string;
  readonly megapixelSteps: number;
  /** The same pair by another program. */
  readonly other?: Measures;
}

interface PairsOptions {
  readonly only: readonly string[];
  readonly networks: readonly string[];
  readonly size: number;
  /** Where pictures go, as PAIR-NETWORK.png, and a sheet of them all. */
  readonly out: string;
  /** Where another program's pictures of the same names are. */
  readonly beside?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A pair's files; undefined when they are not on this machine. */
async function pairFiles(pair: string): Promise<{ photo: Buffer; style: Buffer } | undefined> {
  const { IMAGES_PATH } = process.env;
  const paths = (PAIRS[pair] ?? []).map((path) => path.replace("IMAGES", IMAGES_PATH ?? ""));
  if (IMAGES_PATH === undefined && PAIRS[pair]?.[0].startsWith("IMAGES")) return undefined;
  const [photo, style] = await Promise.all(paths.map((path) => readFile(path)));
  if (!photo || !style) throw new Error(`there is no pair ${pair}`);
  return { photo: pair === "dark" ? await sharp(photo).linear(DARK, 0).png().toBuffer() : photo, style };
}

export async function comparePairs(engine: OpenEngine, options: PairsOptions): Promise<Result[]> {
  const { only, networks, size, out, beside } = options;
  await mkdir(out, { recursive: true });
  const results: Result[] = [];
  const rows: Row[] = [];
  for (const pair of only) {
    const files = await pairFiles(pair);
    if (!files) continue;
    const judge = await judgeOf(engine, await engine.network(JUDGE), { ...files, size });
    const original = await decode(files.photo, size);
    const measured = async (image: Raster): Promise<Measures> => {
      const change = rootMeanSquare(subtractRasters(image, original).data);
      return { ...(await judge(image)), weave: weaveOf(image), change };
    };
    const row: Row = [files.photo, files.style];
    for (const network of networks) {
      const { image, megapixelSteps } = await paintPair(engine, network, files, options);
      const picture = await encode(image);
      const name = `${pair}-${network}.png`;
      await writeFile(join(out, name), picture);
      const others = beside && (await readFile(join(beside, name)));
      const other = others && (await measured(await decode(others)));
      row.push(...(others ? [others] : []), picture);
      results.push({
        pair,
        network,
        megapixelSteps,
        ...(await measured(await decode(picture))),
        ...(other && { other }),
      });
    }
    rows.push(row);
  }
  await writeFile(join(out, "sheet.jpg"), await sheetOf(rows));
  return results;
}

async function paintPair(
  engine: OpenEngine,
  id: string,
  { photo, style }: { readonly photo: Uint8Array; readonly style: Uint8Array },
  { size, params }: PairsOptions,
): Promise<{ image: Raster; megapixelSteps: number }> {
  const network = await engine.network(id);
  const context = { programs: engine.programs, network: async () => network, signal: new AbortController().signal };
  const pictures = { image: await input(photo), style: await input(style) };
  const frames = stylize(stylizeDefinition.params.parse({ ...params, network: id, size }), pictures, context);
  let image: Raster | undefined;
  let megapixelSteps = 0;
  for (let next = await frames.next(); !next.done; next = await frames.next()) {
    image = next.value.image;
    if (next.value.kind === "octave") megapixelSteps += (image.width * image.height * next.value.steps) / 1e6;
  }
  if (!image) throw new Error("a painting made no picture");
  return { image, megapixelSteps };
}

/** For each network the means, as shares of the other program's. */
export function summaryOf(results: readonly Result[]) {
  return [...new Set(results.map(({ network }) => network))].map((network) => {
    const own = results.filter((result) => result.network === network);
    const share = (of: (distances: Distances) => number): number | undefined => {
      const others = own.flatMap(({ other }) => (other ? [of(other)] : []));
      const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);
      return others.length === own.length ? sum(own.map(of)) / sum(others) : undefined;
    };
    const worst = Math.max(...own.map(({ style, other }) => style / (other?.style ?? Number.NaN)));
    return { network, style: share(({ style }) => style), worst, content: share(({ content }) => content) };
  });
}
