/** Grids: what many channels of several layers look for, on one sheet (Deep Learning Cookbook 12.1). */
import { defined } from "../../../shared/defined.js";
import { batchOf, type EngineContext, observe } from "../../evaluate.js";
import { reduceMean } from "../../graph/ops.js";
import { contactSheet, labelFits, type SheetLayout, type SheetRow } from "../../images/contact-sheet.js";
import { type Random, random, randomInteger } from "../../images/random.js";
import { CHANNELS, type Raster } from "../../images/raster.js";
import { middle } from "../../images/resample.js";
import { channelsFor, labelsOf } from "../../networks/channel-labels.js";
import { presetsOf, resolveLayer } from "../../networks/looks.js";
import { leastSideOf, type Network, noClasses } from "../../networks/network.js";
import { type ChannelTerm, channels as channelsObjective } from "../../objectives/channels.js";
import { takeSteps } from "../../optimize/steps.js";
import { wordsOf } from "../channel-syntax.js";
import { channelsOf, parseChannels } from "../channel-terms.js";
import { previewClock } from "../descend-octaves.js";
import { weightsOf } from "../dream/into.js";
import { neuronAscent } from "../neuron/ascent.js";
import { ascentOptionsOf, shown } from "../neuron/ascent-options.js";
import { meaningsOf } from "../neuron/run.js";
import { startingNoise } from "../noise.js";
import { type Frame, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { floatsOf, type SavedState, sizeOf } from "../saved-state.js";
import { BATCH, type GridParams, USUAL_ROWS } from "./definition.js";

/** Border of a tile that is cut off, as a share of its side: padding shows there. Book: 16 of 128. */
const BORDER = 1 / 8;
const MAX_TILES = 512;
/** From so many standard deviations on a channel stands for one thing. */
const LABELLED = 7;

/**
 * A contact sheet: one row a layer, its channels sorted by the value reached, best first.
 *
 * The channels of a layer are ascended in one batch, each from its own noise, so that a channel looks the same whatever
 * others stand beside it. Each "octave" is one layer.
 * @throws RecipeError, NetworkError for channels or layers that do not exist
 */
export async function* grid(
  params: GridParams,
  _pictures: Pictures,
  context: RecipeContext,
): AsyncGenerator<Frame, void, void> {
  const network = await context.network(params.network);
  const wanted = channelsByLayer(params, network);
  const counts = [...wanted.values()].map((channels) => channels.length);
  const columns = Math.min(params.columns, Math.max(...counts));
  const seen = params.size - 2 * Math.round(params.size * BORDER);
  const layout = { rows: wanted.size, columns, side: seen, title: longest(wanted.keys()) };
  const side = Math.max(params.size, leastSideOf(network, [...wanted.keys()]));
  const rows = context.resume ? savedRows(context.resume, [...wanted.keys()], { network, layout }) : [];
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
  const [done, total] = [sum(counts.slice(0, rows.length)) * params.steps, sum(counts) * params.steps];
  const { programs, signal } = context;
  const sheet: Sheet = { programs, network, params, layout, side, rows, clock: previewClock(), done, total };
  for (const [layer, channels] of [...wanted].slice(rows.length)) yield* addRow(sheet, layer, channels, signal);
}

/** A sheet while it is made. */
interface Sheet extends EngineContext {
  readonly params: GridParams;
  readonly layout: SheetLayout;
  /** Of the images that are worked on, in pixels; tiles are their middles. */
  readonly side: number;
  /** Those that are finished. */
  readonly rows: SheetRow[];
  readonly clock: ReturnType<typeof previewClock>;
  /** Steps of channels: taken so far, and of all of them. */
  done: number;
  readonly total: number;
}

/** A channel, its image, and the mean that it reaches in it. */
interface Candidate {
  readonly channel: number;
  readonly next: Random;
  image: Raster;
  value: number;
}

/** Ascends towards a layer's channels, batch by batch, and adds the best as a row. */
async function* addRow(
  sheet: Sheet,
  layer: string,
  channels: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<Frame, void, void> {
  const { params, rows, layout } = sheet;
  const losses = { start: 0, end: 0 };
  const reached: Candidate[] = [];
  for (let from = 0; from < channels.length; from += BATCH) {
    const batch = channels.slice(from, from + BATCH).map((channel) => begin(sheet, layer, channel));
    yield* ascendBatch(sheet, layer, batch, { reached, losses, signal });
    const values = await means(sheet, layer, batch);
    const count = channelsOf(sheet.network)(layer);
    for (const [n, candidate] of batch.entries()) candidate.value = values[n * count + candidate.channel] ?? 0;
    reached.push(...batch);
  }
  // Those that were looked for stand in the order in which they were found.
  if (params.find === undefined) reached.sort((a, b) => b.value - a.value || a.channel - b.channel);
  rows.push(rowOf(layer, reached, sheet));
  const state = saved(rows);
  yield {
    kind: "octave",
    ...placeOf(sheet, rows.length, params.steps),
    image: contactSheet(rows, layout),
    lossStart: losses.start,
    lossEnd: losses.end,
    ...defined({ meanings: rows.length === layout.rows ? meaningsOf(shownIn(rows), sheet.network) : undefined }),
    savable: { bytes: sizeOf(state.arrays), save: () => state },
  };
}

/** Takes a batch's steps; yields previews of its row. */
async function* ascendBatch(
  sheet: Sheet,
  layer: string,
  batch: readonly Candidate[],
  row: { readonly reached: readonly Candidate[]; readonly losses: { start: number; end: number }; signal: AbortSignal },
): AsyncGenerator<Frame, void, void> {
  const { params, rows, layout, network } = sheet;
  const { reached, losses, signal } = row;
  const terms = batch.map(({ channel }): ChannelTerm[] => [{ layer, channel, weight: 1 }]);
  const objective = channelsObjective(terms, channelsOf(network), params.leak);
  const randoms = batch.map(({ next }) => next);
  const size = { width: sheet.side, height: sheet.side };
  const ascent = neuronAscent(sheet, objective, randoms, ascentOptionsOf(params, 0), size);
  const start = batch.map(({ image }) => image);
  const steps = takeSteps({ ...ascent, images: start, steps: params.steps }, signal);
  for await (const { step, loss, images } of steps) {
    if (step === 1) losses.start += loss;
    if (step === params.steps) losses.end += loss;
    sheet.done += batch.length;
    const last = step === params.steps;
    if (!last && !sheet.clock.due()) continue;
    const made = await images();
    for (const [n, candidate] of batch.entries()) candidate.image = made[n] ?? candidate.image;
    if (last) continue;
    yield {
      kind: "preview",
      ...placeOf(sheet, rows.length + 1, step),
      image: contactSheet([...rows, rowOf(layer, [...reached, ...batch], sheet)], layout),
      lossStart: losses.start,
      lossEnd: loss,
    };
  }
}

function placeOf({ layout, params, done, total }: Sheet, row: number, step: number) {
  return { octave: row, octaves: layout.rows, step, steps: params.steps, progress: done / total };
}

function shownIn(rows: readonly SheetRow[]) {
  return rows.flatMap(({ title: layer, tiles }) =>
    tiles.map(({ label }) => ({ layer, channel: Number.parseInt(label, 10) })),
  );
}

/** A grid goes on after the rows that it has. */
function saved(rows: readonly SheetRow[]): SavedState {
  const arrays: Record<string, Float32Array> = {};
  for (const [i, { tiles }] of rows.entries()) {
    arrays[`channels${i}`] = Float32Array.from(tiles, ({ label }) => Number.parseInt(label, 10));
    for (const [j, { image }] of tiles.entries()) arrays[`tile${i}.${j}`] = image.data;
  }
  const numbers = Object.fromEntries(rows.map(({ tiles }, i) => [`tiles${i}`, tiles.length]));
  return { octave: rows.length, numbers, arrays };
}

function savedRows(state: SavedState, layers: readonly string[], of: Pick<Sheet, "network" | "layout">): SheetRow[] {
  const { side } = of.layout;
  const rows: SheetRow[] = [];
  if (state.octave >= layers.length) return [];
  for (const [i, title] of layers.slice(0, state.octave).entries()) {
    const channels = floatsOf(state, `channels${i}`, state.numbers[`tiles${i}`] ?? 0);
    const tiles = [...(channels ?? [])].flatMap((channel, j) => {
      const data = floatsOf(state, `tile${i}.${j}`, CHANNELS * side * side);
      return data ? [{ label: labelOf(title, channel, of), image: { width: side, height: side, data } }] : [];
    });
    if (!channels || tiles.length !== channels.length) return [];
    rows.push({ title, tiles });
  }
  return rows;
}

/** The start of a channel: noise of its own, the same in every grid of this seed. */
function begin({ params: { seed, gradient }, side }: Sheet, layer: string, channel: number): Candidate {
  const mixed = [...layer].reduce(
    (sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0),
    seed + Math.imul(channel, 0x9e3779b1),
  );
  const next = random(mixed);
  const image = startingNoise(gradient, side, side, next);
  return { channel, next, image, value: 0 };
}

/** Mean of every channel of every image, [N, C] flattened. */
async function means(
  { programs, network }: EngineContext,
  layer: string,
  candidates: readonly Candidate[],
): Promise<Float32Array> {
  const outputs = await observe(
    programs,
    network,
    `means(${layer})`,
    (scope) => ({ means: reduceMean(scope.layer(layer), [2, 3]) }),
    batchOf(candidates.map(({ image }) => image)),
  );
  return outputs.means?.data ?? new Float32Array();
}

function rowOf(layer: string, reached: readonly Candidate[], sheet: Sheet): SheetRow {
  const { params, layout } = sheet;
  const tiles = reached.slice(0, layout.columns).map(({ channel, image }) => ({
    label: labelOf(layer, channel, sheet),
    image: middle(shown(image, params.display), { width: layout.side, height: layout.side }),
  }));
  return { title: layer, tiles };
}

/** A channel's number, and what it stands for where that is known and fits below its tile. */
function labelOf(layer: string, channel: number, { network, layout }: Pick<Sheet, "network" | "layout">): string {
  const [first] = labelsOf(network, layer, channel) ?? [];
  const whole = first && first.deviations >= LABELLED ? `${channel} ${first.name}` : String(channel);
  return labelFits(whole, layout) ? whole : String(channel);
}

function longest(names: Iterable<string>): string {
  return [...names].reduce((a, b) => (b.length > a.length ? b : a), "");
}

/** Which channels of which layers, in the order of rows. */
function channelsByLayer(params: GridParams, network: Network): Map<string, number[]> {
  const { layers, channels, sample, seed, find } = params;
  if (find !== undefined) return channelsThatMean(find, params, network);
  const named = layers === undefined ? undefined : wordsOf(layers);
  const terms = wordsOf(channels ?? "");
  const homeless = terms.some((term) => !term.includes("/"));
  const rows = new Map<string, number[]>();
  if (named || terms.length === 0 || homeless) {
    for (const name of named ?? spread(network)) rows.set(resolveLayer(network, name).name, []);
  }
  if (channels !== undefined && terms.length === 0) throw new RecipeError("grid.no-channels");
  if (terms.length === 0) {
    const next = random(seed);
    for (const layer of rows.keys()) rows.set(layer, drawn(channelsOf(network)(layer), sample, next));
  }
  const homes = [...rows.keys()];
  for (const term of terms) {
    for (const home of term.includes("/") ? [undefined] : homes) {
      for (const { layer, channel } of parseChannels(term, network, home)) {
        const row = rows.get(layer) ?? [];
        if (!row.includes(channel)) row.push(channel);
        rows.set(layer, row);
      }
    }
  }
  for (const [layer, row] of rows) if (row.length === 0) rows.delete(layer);
  const tiles = [...rows.values()].reduce((sum, row) => sum + row.length, 0);
  if (tiles > MAX_TILES) throw new RecipeError("grid.too-many", { tiles, most: MAX_TILES });
  return rows;
}

/** @throws RecipeError, NetworkError where no channel has a label, or the words mean nothing */
function channelsThatMean(find: string, { layers, channels, columns }: GridParams, network: Network) {
  if (layers !== undefined || channels !== undefined) throw new RecipeError("grid.find-alone");
  const count = network.classes ?? noClasses(network.id);
  const found = channelsFor(network, weightsOf({ into: find, away: undefined }, count), columns);
  if (!found) throw new RecipeError("grid.no-labels", { network: network.id });
  return new Map([[found.layer, [...found.channels]]]);
}

/** `count` different numbers below `below`, in rising order. */
function drawn(below: number, count: number, next: () => number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, below)) chosen.add(randomInteger(next, 0, below - 1));
  return [...chosen].sort((a, b) => a - b);
}

/** Layers of a network's looks, from shallow to deep: those are known to show something. */
function spread(network: Network): string[] {
  const used = new Set(Object.values(presetsOf(network).dream.looks).flatMap((look) => Object.keys(look.layers)));
  const good = network.layers.map((l) => l.name).filter((name) => used.has(name));
  const rows = Math.min(USUAL_ROWS, good.length);
  const picked = Array.from(
    { length: rows },
    (_, i) => good[Math.round((i * (good.length - 1)) / Math.max(1, rows - 1))] ?? "",
  );
  return [...new Set(picked)];
}
