/**
 * The loop of gradient steps that every recipe runs. A step is one run of one tensor program: the transform through
 * which the network sees the images, the loss, its gradient, the transform back and the update are its nodes. The
 * images and what the update remembers stay on the device from step to step; they are read when somebody asks.
 *
 * Every objective is a loss to minimise; one that is to be maximised is negated, so that there is only descent.
 */
import { type Said, SentenceError } from "../../shared/sentences/sentence-error.js";
import { batchOf, type EngineContext, type Evaluation, stepKey } from "../evaluate.js";
import { lossAndGradient } from "../graph/gradient.js";
import type { Node } from "../graph/node.js";
import { input, reduceMean } from "../graph/ops.js";
import { CHANNELS, emptyRaster, type Raster, type Size } from "../images/raster.js";
import type { BuildOptions } from "../networks/network.js";
import { number, type Objective, type ValueOf, valueInputs } from "../objectives/objective.js";
import type { Inputs, Outcome, Tensor, Tensors } from "../runtimes/runtime.js";
import { type Transform, under } from "../transforms/see.js";
import type { StepTime, Update } from "./update.js";

/** The loss of a whole batch by one program. */
interface WholeLoss {
  readonly objective: Objective;
  readonly options?: BuildOptions;
}

/** The loss of one image that is too large to be worked on at once, as the network sees it, and its gradient. */
type TiledLoss = (seen: Raster) => Promise<Evaluation>;

export type Loss = WholeLoss | TiledLoss;

/** What a step sees: the images through a transform, and the loss of what is seen. */
export interface View {
  readonly loss: Loss;
  readonly transform: Transform;
}

export interface Descent {
  readonly engine: EngineContext;
  /** Of one size. They stay as they are. */
  readonly images: readonly Raster[];
  readonly steps: number;
  readonly update: Update;
  /** Called once for each step, counted from 1; it draws the step's random transforms. */
  view(step: number): View;
}

/** A step that was taken. What it reads is there until the next one is asked for. */
export interface Step {
  readonly step: number;
  /** Before the step (L-BFGS: after it), summed over the images. */
  readonly loss: number;
  /** There is nothing more to gain. */
  readonly converged?: boolean;
  /** The images after the step. */
  images(): Promise<readonly Raster[]>;
  /** What the update remembers. */
  memory(): Promise<Tensors>;
}

/** A descent leads nowhere; the message says why, and what would do. */
export class DescentError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "DescentError";
}

/**
 * Takes the steps.
 * @throws the signal's reason when aborted; DescentError once a loss or a pixel is not finite
 */
export async function* takeSteps(
  { engine, images, steps, update, view }: Descent,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  const [{ width, height } = emptyRaster(0, 0)] = images;
  const run: Run = { engine, update, size: { width, height } };
  let state: Inputs = Object.assign({ [IMAGES]: batchOf(images) }, update.memory);
  try {
    for (let step = 1; step <= steps; step++) {
      signal.throwIfAborted();
      const { loss, transform } = view(step);
      const values = Object.assign(under(SEE, transform.values), under(MOVE, update.values({ step, steps })));
      const inputs: Inputs = Object.assign(values, state);
      const { tensors, held } = await (typeof loss === "function"
        ? inTiles(run, loss, transform, inputs)
        : atOnce(run, loss, transform, Object.assign(inputs, loss.objective.values)));
      release(state);
      state = held;
      needFinite(
        [tensors.loss, tensors.strength, tensors.means].flatMap((tensor) => (tensor ? [tensor.data] : [])),
        { step, steps },
      );
      state = await withoutGradient(run, tensors, held);
      const reached = state;
      yield {
        step,
        loss: tensors.loss?.data[0] ?? Number.NaN,
        images: async () => rasters((await read(reached, IMAGES)).data, run.size),
        async memory() {
          const names = Object.keys(update.memory);
          return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(reached, name)])));
        },
      };
    }
  } finally {
    release(state);
  }
}

interface Run {
  readonly engine: EngineContext;
  readonly update: Update;
  readonly size: Size;
}

/** The images' name among the inputs and outputs of a step's program, and before the names of its parts' values. */
const IMAGES = "images";
const [SEE, MOVE] = ["see:", "move:"];
const SHAPE = [null, CHANNELS, null, null];

/** Transform, loss, gradient and update as one program. */
function atOnce({ engine, update }: Run, { objective, options = {} }: WholeLoss, transform: Transform, inputs: Inputs) {
  const { programs, network } = engine;
  const key = stepKey(network, options, [objective, transform, update]);
  const build = () => {
    const images = input(IMAGES, SHAPE, options.multipleOf);
    const value = valueInputs();
    const seen = transform.see(images, prefixed(value, SEE));
    const built = network.build({ ...options, image: seen });
    const { loss, gradient } = lossAndGradient(objective.build({ ...built, image: seen, value }), seen);
    return { loss, ...moved(update, images, transform.back(gradient, prefixed(value, SEE)), value) };
  };
  return programs.advance(key, build, inputs, [IMAGES, ...Object.keys(update.memory)]);
}

/** What is seen, its gradient tile by tile, and the update: three programs, between which the host has the image. */
async function inTiles(
  { engine: { programs }, update, size }: Run,
  loss: TiledLoss,
  transform: Transform,
  inputs: Inputs,
): Promise<Outcome> {
  const see = () => ({ seen: transform.see(input(IMAGES, SHAPE), prefixed(valueInputs(), SEE)) });
  const { seen } = await programs.run(`see(${transform.structure})`, see, inputs);
  const [image = emptyRaster(size.width, size.height)] = rasters(seen?.data ?? new Float32Array(), size);
  const found = await loss(image);
  const build = () => {
    const value = valueInputs();
    const back = transform.back(input("gradient", SHAPE), prefixed(value, SEE));
    return moved(update, input(IMAGES, SHAPE), back, value);
  };
  const shape = [1, CHANNELS, size.height, size.width];
  const given = Object.assign({ gradient: { data: found.gradient, shape } }, inputs);
  const key = `move(${transform.structure}; ${update.structure})`;
  const { tensors, held } = await programs.advance(key, build, given, [IMAGES, ...Object.keys(update.memory)]);
  return { tensors: { ...tensors, loss: number(found.loss) }, held };
}

/** The outputs of an update, and the means of the images, which are finite where every pixel is. */
function moved(update: Update, images: Node, direction: Node, value: ValueOf): Record<string, Node> {
  const { memory, images: after, strength } = update.build(images, direction, prefixed(value, MOVE), value);
  return { [IMAGES]: after, strength, means: reduceMean(after, [1, 2, 3]), ...memory };
}

const prefixed =
  (value: ValueOf, prefix: string): ValueOf =>
  (name, shape) =>
    value(prefix + name, shape);

/** Images whose gradient is zero everywhere are moved by what the update has instead. */
async function withoutGradient({ update, size }: Run, { strength }: Tensors, held: Outcome["held"]): Promise<Inputs> {
  const still = [...(strength?.data ?? [])].flatMap((s, n) => (s === 0 ? [n] : []));
  if (!update.instead || still.length === 0) return held;
  const images = rasters((await read(held, IMAGES)).data.slice(), size);
  for (const n of still) {
    const image = images[n];
    if (image) update.instead(image, n);
  }
  held[IMAGES]?.release();
  return Object.assign({}, held, { [IMAGES]: batchOf(images) });
}

/**
 * All are looked at: onnxruntime's ReLU turns NaN into 0, so a picture of NaN may well have a finite loss.
 * @throws DescentError
 */
export function needFinite(found: readonly ArrayLike<number>[], { step, steps }: StepTime): void {
  if (found.every((numbers) => Array.prototype.every.call(numbers, Number.isFinite))) return;
  if (step === 1) throw new DescentError("descent.no-start");
  throw new DescentError("descent.diverged", { step, steps });
}

function rasters(data: Float32Array, { width, height }: Size): Raster[] {
  const length = CHANNELS * width * height;
  return Array.from({ length: data.length / length }, (_, n) => {
    return { width, height, data: data.subarray(n * length, (n + 1) * length) };
  });
}

async function read(state: Inputs, name: string): Promise<Tensor> {
  const given = state[name];
  if (!given) throw new Error(`a step has made no ${name}`);
  return "data" in given ? given : { data: await given.read(), shape: given.shape };
}

function release(state: Inputs): void {
  for (const given of Object.values(state)) if ("release" in given) given.release();
}
