/** Teaching: a layer adapted to the motifs of some pictures, and a dream of it that shows what was learnt. */
import { setTimeout as delay } from "node:timers/promises";
import { emptyRaster, fitInside, type Raster } from "../../images/raster.js";
import { pasteRaster, resize } from "../../images/resample.js";
import { type Example, layerToTrain, type TrainingResult, trainLayer } from "../../training/train-layer.js";
import { encodeTrainedLayer } from "../../training/trained-layer.js";
import { withTaughtFile } from "../../training/with-taught-file.js";
import type { ParamsOf } from "../definition.js";
import { dreamDefinition } from "../dream/definition.js";
import { dream } from "../dream/run.js";
import { type Frame, type Frames, type Lesson, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { FEWEST_EXAMPLES, isExample, SAMPLE, type teachDefinition } from "./definition.js";

type TeachParams = ParamsOf<(typeof teachDefinition)["options"]>;

/** The lesson's share of the whole work; the rest is the dream that shows it. */
const LESSON_SHARE = 0.7;
const STEPS = 100;
const PREVIEW_MS = 1500;
/** Of the sheet that shows what is learnt from, in pixels. */
const [TILE, COLUMNS, GREY] = [96, 6, 40];

/**
 * Learns from the pictures `example1`, `example2`, ..., then dreams out of noise in what was learnt.
 * @throws RecipeError for too few pictures or no name, NetworkError
 */
export async function* teach(params: TeachParams, pictures: Pictures, context: RecipeContext): Frames {
  const { name, network: id, seed } = params;
  const examples = Object.keys(pictures)
    .filter(isExample)
    .flatMap((role) => pictures[role] ?? []);
  if (name === undefined) throw new RecipeError("teach.nameless");
  if (examples.length < FEWEST_EXAMPLES)
    throw new RecipeError("teach.too-few", { count: examples.length, least: FEWEST_EXAMPLES });
  const network = await context.network(id);
  const { layer, preference } = yield* lesson(examples, { ...params, name }, context);
  const file = encodeTrainedLayer(layer);
  const taught = withTaughtFile(file)(network);
  const sample = dreamDefinition.params.parse({ ...SAMPLE, look: name, network: id, seed });
  for await (const frame of dream(sample, {}, { ...context, network: async () => taught }))
    yield shown(frame, { file, preference });
}

/** Of a lesson that is repeated from its beginning there is nothing to save. */
function shown({ savable: _, progress, ...frame }: Frame, taught: Lesson): Frame {
  const whole = LESSON_SHARE + (1 - LESSON_SHARE) * progress;
  return progress < 1 ? { ...frame, progress: whole } : { ...frame, progress: 1, taught };
}

/** Shows what is learnt from until it is learnt. */
async function* lesson(
  examples: readonly Example[],
  { name, channels, seed, network: id }: TeachParams & { readonly name: string },
  { network: load, programs, signal }: RecipeContext,
): AsyncGenerator<Frame, TrainingResult, void> {
  const network = await load(id);
  const image = await sheetOf(examples);
  let share = 0;
  const task = { programs, network, layer: layerToTrain(network), examples, name, channels, seed, signal };
  const learning = trainLayer({
    ...task,
    onProgress(now) {
      share = now;
    },
  });
  // Who gives up the job does not wait for it.
  learning.catch(() => undefined);
  for (;;) {
    yield { ...at(share), image };
    const stop = new AbortController();
    const clock = delay(PREVIEW_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    const learnt = await Promise.race([learning, clock]).finally(() => stop.abort());
    if (learnt) return learnt;
  }
}

function at(share: number): Omit<Frame, "image"> {
  const step = Math.max(1, Math.round(share * STEPS));
  const progress = LESSON_SHARE * share;
  return { kind: "preview", octave: 1, octaves: 1, step, steps: STEPS, progress, lossStart: 0, lossEnd: 0 };
}

/** The pictures side by side, small. */
async function sheetOf(examples: readonly Example[]): Promise<Raster> {
  const rows = Math.ceil(examples.length / COLUMNS);
  const sheet = emptyRaster(Math.min(COLUMNS, examples.length) * TILE, rows * TILE);
  sheet.data.fill(GREY);
  for (const [i, example] of examples.entries()) {
    const image = await example.decode(TILE);
    const { width, height } = fitInside(image.width, image.height, TILE);
    const [left, top] = [(i % COLUMNS) * TILE, Math.floor(i / COLUMNS) * TILE];
    const tile = resize(image, width, height);
    pasteRaster(sheet, tile, left + Math.floor((TILE - width) / 2), top + Math.floor((TILE - height) / 2));
  }
  return sheet;
}
