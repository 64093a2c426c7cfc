/** Runs one job inside the engine's own process: decodes its images, runs its recipe, encodes its frames. */
import type { z } from "zod";
import { abortable } from "../shared/async.js";
import { defined } from "../shared/defined.js";
import { PictureError } from "../shared/inspect-image.js";
import { NativePartError } from "../shared/native.js";
import { checkpointClock, packCheckpoint, unpackCheckpoint } from "./checkpoint.js";
import { type CutOut, encode, openPicture } from "./images/codec.js";
import { type Film, FilmError, type FilmFormat } from "./images/film.js";
import { openMoving } from "./images/moving-picture.js";
import { NetworkError } from "./networks/network.js";
import type { OpenEngine } from "./open.js";
import { DescentError } from "./optimize/steps.js";
import {
  type Checkpoint,
  EngineError,
  type EngineFrame,
  type EngineRequest,
  type EngineResult,
  type OctaveSummary,
  type RunOptions,
} from "./process/engine.js";
import { blendDefinition } from "./recipes/blend/definition.js";
import { blend } from "./recipes/blend/run.js";
import { FILM_BYTES } from "./recipes/common-options.js";
import type { ParamsOf, RecipeDefinition } from "./recipes/definition.js";
import { dreamDefinition } from "./recipes/dream/definition.js";
import { dream } from "./recipes/dream/run.js";
import { morph } from "./recipes/morph.js";
import { octaveRole } from "./recipes/morph-options.js";
import { movingFrames } from "./recipes/moving/frames.js";
import { neuronDefinition } from "./recipes/neuron/definition.js";
import { neuron } from "./recipes/neuron/run.js";
import { gridDefinition } from "./recipes/neuron-grid/definition.js";
import { grid } from "./recipes/neuron-grid/run.js";
import type { RecipeOptions } from "./recipes/option.js";
import { framesOf, isMorph, variationsOf } from "./recipes/outcome.js";
import {
  type Frame,
  type Frames,
  type PictureInput,
  type Pictures,
  type Recipe,
  type RecipeContext,
  RecipeError,
} from "./recipes/recipe.js";
import { seeRecipe } from "./recipes/see/run.js";
import { stylizeDefinition } from "./recipes/stylize/definition.js";
import { stylize } from "./recipes/stylize/run.js";
import { TAUGHT, teachDefinition } from "./recipes/teach/definition.js";
import { teach } from "./recipes/teach/run.js";
import { textureDefinition } from "./recipes/texture/definition.js";
import { texture } from "./recipes/texture/run.js";
import { variationParams } from "./recipes/variation-options.js";
import { variations } from "./recipes/variations.js";
import { zoomDefinition } from "./recipes/zoom/definition.js";
import { zoom } from "./recipes/zoom/run.js";
import { DeviceError } from "./runtimes/runtime.js";
import { withTaughtFile } from "./training/with-taught-file.js";

type JobContext = Pick<OpenEngine, "programs" | "network" | "memoryBytes"> &
  Pick<RecipeContext, "installed"> &
  Pick<RunOptions, "signal" | "onFrame">;

/**
 * Runs a job to its end.
 * @throws EngineError with a sentence for the person who asked; the signal's reason when aborted
 */
export async function runJob(request: EngineRequest, context: JobContext): Promise<EngineResult> {
  try {
    return await runRecipe(request, context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw toEngineError(error);
  }
}

async function runRecipe(request: EngineRequest, context: JobContext): Promise<EngineResult> {
  const { signal } = context;
  const started = performance.now();
  const recipe = recipeOf(request.recipe);
  const params = parseParams(recipe.params, request.params);
  const task = { recipe: request.recipe, version: recipe.version, params, pictures: request.pictures };
  await abortable(Promise.resolve(context.programs.runtime.open?.()), signal);
  const earlier = request.resume && unpackCheckpoint(task, request.resume);
  const octaves: OctaveSummary[] = [...(earlier?.octaves ?? [])];
  const seconds = () => (earlier?.seconds ?? 0) + (performance.now() - started) / 1000;
  const checkpointDue = checkpointClock();
  let last: Frame | undefined;
  let film: Film | undefined;
  let cutOut: CutOut | undefined;
  const inputs = await inputsOf(request.pictures, recipe.cutOutOf?.(params), (made) => {
    cutOut = made;
  });
  const given = { ...context, network: networksOf(request, context), ...(earlier && { resume: earlier.state }) };
  const note = (made: Film | undefined) => {
    film = made;
  };
  for await (const frame of noting(recipe.run(params, inputs, given), note)) {
    signal.throwIfAborted();
    if (frame.kind === "octave") octaves.push(summary(frame));
    last = frame;
    const encoded = await encodeFrame(frame, cutOut);
    // Nothing comes after the last one.
    const savable = frame.progress < 1 ? frame.savable : undefined;
    const checkpoint: Checkpoint | undefined =
      savable && checkpointDue(savable.bytes)
        ? packCheckpoint(task, { state: await savable.save(), octaves, seconds: seconds() })
        : undefined;
    context.onFrame({ ...encoded, ...(checkpoint && { checkpoint }) });
  }
  signal.throwIfAborted();
  const used = params as Record<string, unknown>;
  if (!last) throw new EngineError("internal", "engine.no-picture");
  return {
    ...(await finished(last, film, cutOut)),
    seconds: seconds(),
    recipe: request.recipe,
    ...(recipe.version > 1 && { version: recipe.version }),
    network: String(used.network),
    runtime: context.programs.runtime.name,
    seed: Number(used.seed ?? 0),
    octaves,
    ...toldOf(last),
    params: used,
  };
}

function recipeOf(name: string): Recipe {
  const recipe = BESIDE.get(name) ?? RECIPES.get(name);
  if (recipe) return recipe;
  throw new RecipeError("engine.recipe-unknown", { recipe: name, known: [...RECIPES.keys()].join(", ") });
}

/** Networks, with the look that came with the job. What is being downloaded goes on without a job that is aborted. */
function networksOf(
  { pictures }: EngineRequest,
  { network, signal }: Pick<JobContext, "network" | "signal">,
): JobContext["network"] {
  const file = pictures[TAUGHT];
  const taught = file && withTaughtFile(file);
  return async (id) => {
    const found = await abortable(network(id), signal);
    return taught ? taught(found) : found;
  };
}

/** What a result tells besides its picture. */
function toldOf({ seen, meanings, labels, taught }: Frame) {
  const lesson = taught && { ...taught, file: Buffer.from(taught.file).toString("base64") };
  return defined({ seen, meanings, labels, taught: lesson });
}

/** @param note is told what of the image of role `cut` is transparent when the recipe decodes it */
async function inputsOf(
  encoded: EngineRequest["pictures"],
  cut: string | undefined,
  note: (cutOut: CutOut | undefined) => void,
): Promise<Record<string, PictureInput>> {
  const inputs: Record<string, PictureInput> = {};
  for (const [role, bytes] of Object.entries(encoded)) {
    if (role === TAUGHT) continue;
    const { width, height, decode } = await openPicture(bytes);
    const moving = () => openMoving(bytes);
    const noted: PictureInput["decode"] = async (side, matte) => {
      const image = await decode(side, matte);
      note(image.cutOut);
      return image;
    };
    inputs[role] = { width, height, decode: role === cut ? noted : decode, moving };
  }
  return inputs;
}

async function encodeFrame(frame: Frame, cutOut: CutOut | undefined): Promise<EngineFrame> {
  const { kind, octave, octaves, step, steps, progress, image } = frame;
  const type = kind === "preview" ? "jpeg" : "png";
  return {
    kind,
    octave,
    octaves,
    step,
    steps,
    progress,
    width: image.width,
    height: image.height,
    picture: await encode(image, type, cutOut),
    type: `image/${type}`,
  };
}

/** Passes frames on, and in the end says whether there is a film. */
async function* noting(frames: Frames, note: (film: Film | undefined) => void): AsyncGenerator<Frame, void, void> {
  note((yield* frames) ?? undefined);
}

async function finished(
  { image }: Frame,
  film: Film | undefined,
  cutOut: CutOut | undefined,
): Promise<Pick<EngineResult, "picture" | "type" | "width" | "height" | "film">> {
  if (!film)
    return { picture: await encode(image, "png", cutOut), type: "image/png", width: image.width, height: image.height };
  const { bytes, type, width, height, frames, framesPerSecond } = film;
  return { picture: bytes, type, width, height, film: { frames, framesPerSecond } };
}

function summary({ octave, image, steps, lossStart, lossEnd }: Frame): OctaveSummary {
  return { octave, width: image.width, height: image.height, steps, lossStart, lossEnd };
}

function parseParams(schema: z.ZodType, params: unknown): unknown {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw new RecipeError("engine.option", { option: where, problem: issue?.message ?? "it is wrong" });
}

/** Says what went wrong in a form that crosses the process border. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (error instanceof PictureError || error instanceof RecipeError || error instanceof FilmError)
    return new EngineError("input", error);
  if (error instanceof DescentError) return new EngineError("input", error);
  // Only the operator can repair it, but the person who asked is told.
  if (error instanceof DeviceError || error instanceof NativePartError) return new EngineError("device", error);
  if (error instanceof NetworkError) return new EngineError(error.kind === "unknown" ? "input" : "network", error);
  return outOfMemory(error)
    ? new EngineError("memory", "engine.memory", {}, { cause: error })
    : new EngineError("internal", "engine.failed", {}, { cause: error });
}

/**
 * onnxruntime, sharp and V8 have no code for it, only texts: "std::bad_alloc", "Failed to allocate memory", "Array
 * buffer allocation failed".
 */
function outOfMemory(error: unknown): boolean {
  return (
    error instanceof Error && /bad_alloc|failed to allocate memory|allocation failed|out of memory/i.test(error.message)
  );
}

function recipe<O extends RecipeOptions>(
  { name, params, version, pictures, film }: RecipeDefinition<O>,
  run: (params: ParamsOf<O>, pictures: Pictures, context: RecipeContext) => Frames,
): readonly [string, Recipe<z.ZodType<ParamsOf<O>>>] {
  const role = Object.keys(pictures).find((each) => pictures[each]?.cutOut);
  return [
    name,
    {
      name,
      version,
      params,
      cutOutOf: (given) => (film(given) || variationsOf(given) > 1 ? undefined : role),
      run(given, inputs, context) {
        const count = variationsOf(given);
        if (count > 1 && isMorph(given)) throw new RecipeError("morph.or-repeat");
        if (framesOf(given) > 1) return movingFrames(given, inputs, run, context);
        if (isMorph(given)) return morph((within) => run(given, inputs, within), morphOf(given, inputs), context);
        if (count === 1) return run(given, inputs, context);
        const one = (variation: number, within: RecipeContext) =>
          run({ ...given, ...variationParams(given, variation) }, inputs, within);
        return variations(count, one, context);
      },
    },
  ];
}

/** A dream and a painting begin with a photo; what is made from noise has none. */
function morphOf({ format = "webp", maxBytes = FILM_BYTES }: Readonly<Record<string, unknown>>, pictures: Pictures) {
  const { image } = pictures;
  return {
    format: format as FilmFormat,
    maxBytes: Number(maxBytes),
    kept: octavesAmong(pictures),
    ...(image && { start: (side: number) => image.decode(side) }),
  };
}

/** The octaves that a job was given, in their order. */
function octavesAmong(pictures: Pictures): PictureInput[] {
  const octaves: PictureInput[] = [];
  for (let next = pictures[octaveRole(1)]; next; next = pictures[octaveRole(octaves.length + 1)]) octaves.push(next);
  return octaves;
}

/** Those that are asked for in ways of their own. */
const BESIDE: ReadonlyMap<string, Recipe> = new Map<string, Recipe>([
  [seeRecipe.name, seeRecipe],
  recipe(teachDefinition, teach),
]);

/** Those that make pictures, as commands of the same form. */
export const RECIPES: ReadonlyMap<string, Recipe> = new Map<string, Recipe>([
  recipe(dreamDefinition, dream),
  recipe(stylizeDefinition, stylize),
  recipe(blendDefinition, blend),
  recipe(textureDefinition, texture),
  recipe(neuronDefinition, neuron),
  recipe(gridDefinition, grid),
  recipe(zoomDefinition, zoom),
]);
