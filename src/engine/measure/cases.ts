/** Cases with known losses and gradients: the file format, and an engine's errors on them. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { evaluate, featureOf, observe } from "../evaluate.js";
import { random } from "../images/random.js";
import { resolveLayer } from "../networks/looks.js";
import { type Network, NetworkError } from "../networks/network.js";
import { channels } from "../objectives/channels.js";
import { content } from "../objectives/content.js";
import { dream } from "../objectives/dream.js";
import { gramLoss, gramOutputs } from "../objectives/gram.js";
import { type Objective, type Scope, sum } from "../objectives/objective.js";
import { totalVariation } from "../objectives/total-variation.js";
import type { OpenEngine } from "../open.js";
import { RecipeError } from "../recipes/recipe.js";
import type { Tensor } from "../runtimes/runtime.js";

const shared = {
  name: z.string(),
  network: z.string(),
  /** The file with the image at which the case is taken. */
  at: z.string(),
  loss: z.number(),
  /** The file with d loss / d image. */
  gradient: z.string(),
  gradient_l2: z.number().optional(),
  /** Another shape than the file's. */
  shape: z.array(z.number().int().positive()).length(4).optional(),
};

const Case = z.discriminatedUnion("kind", [
  z.object({
    ...shared,
    kind: z.literal("channels"),
    terms: z
      .array(z.object({ layer: z.string(), channel: z.number().int().min(0), weight: z.number().default(1) }))
      .min(1),
  }),
  z.object({ ...shared, kind: z.literal("dream"), layers: z.record(z.string(), z.number()) }),
  z.object({
    ...shared,
    kind: z.literal("style"),
    style_layers: z.array(z.string()).min(1),
    content_layer: z.string(),
    delta: z.number().default(0),
    content_divisor: z.number().default(1),
    tv_divisor: z.number().default(1),
    /** The files of the two images whose style and content are wanted. */
    style: z.string().default("style.f32"),
    content: z.string().default("image.f32"),
  }),
]);
type Case = z.output<typeof Case>;

const Cases = z.object({
  shape: z.array(z.number().int().positive()).length(4),
  layout: z.string().optional(),
  cases: z.array(Case).min(1),
});

interface CaseErrors {
  readonly name: string;
  /** |loss - expected| / |expected| */
  readonly lossError: number;
  /** ||g - expected|| / ||expected|| */
  readonly gradientError: number;
}

interface CasesReport {
  readonly cases: readonly CaseErrors[];
  readonly worstLossError: number;
  readonly worstGradientError: number;
}

/** What float32 should reach. */
export const TOLERANCE = { loss: 1e-4, gradient: 2e-3 } as const;

type CasesEngine = Pick<OpenEngine, "programs" | "network">;

async function readFloats(folder: string, file: string, shape: readonly number[]): Promise<Tensor> {
  const path = resolve(folder, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new RecipeError("cases.tensor-unreadable", { file }, { cause });
  });
  const size = shape.reduce((a, b) => a * b, 1);
  if (bytes.byteLength !== 4 * size) {
    throw new RecipeError("cases.tensor-size", {
      file,
      bytes: bytes.byteLength,
      shape: shape.join(", "),
      expected: 4 * size,
    });
  }
  return { data: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)), shape };
}

function l2(values: Float32Array): number {
  let total = 0;
  for (const v of values) total += v * v;
  return Math.sqrt(total);
}

/** The case's objective, and whether its loss is one to maximise. */
async function objectiveOf(
  test: Case,
  engine: CasesEngine,
  network: Network,
  folder: string,
  shape: readonly number[],
): Promise<[Objective, 1 | -1]> {
  const channelsOf = (layer: string): number => resolveLayer(network, layer).channels;
  switch (test.kind) {
    case "channels":
      for (const { layer, channel } of test.terms) {
        if (channel >= channelsOf(layer))
          throw new RecipeError("cases.channel", { test: test.name, layer, last: channelsOf(layer) - 1, channel });
      }
      return [channels([test.terms], channelsOf), -1];
    case "dream":
      for (const layer of Object.keys(test.layers)) resolveLayer(network, layer);
      return [dream(test.layers), -1];
    case "style":
      return [await styleObjective(test, engine, network, folder, shape), 1];
  }
}

async function styleObjective(
  { style_layers: layers, content_layer: contentLayer, delta, ...test }: Extract<Case, { kind: "style" }>,
  { programs }: CasesEngine,
  network: Network,
  folder: string,
  shape: readonly number[],
): Promise<Objective> {
  const channelsOf = new Map([...layers, contentLayer].map((name) => [name, resolveLayer(network, name).channels]));
  const style = await readFloats(folder, test.style, shape);
  const ofStyle = (scope: Scope) => gramOutputs(scope, layers, delta);
  const grams = await observe(programs, network, `grams(${delta}:${layers.join(",")})`, ofStyle, style);
  const image = await readFloats(folder, test.content, shape);
  const features = await featureOf({ programs, network }, contentLayer, image);
  const targets = layers.map((layer, i) => {
    const target = grams[layer];
    if (!target) throw new Error(`a program gave no Gram matrix of ${layer}`);
    // The case's G are sums over pixels divided by numel; ours are means over pixels, so only the channels are left to
    // divide by.
    return { layer, target, weight: 0.5 ** i / (channelsOf.get(layer) ?? 1) ** 2 };
  });
  return sum([
    [gramLoss(targets, delta), 1],
    [content(contentLayer, features, 1), 1 / test.content_divisor],
    [totalVariation(1), 1 / test.tv_divisor],
  ]);
}

/**
 * Where two numbers of a maximum or of a ReLU are closer than float32 tells apart, the gradient goes either way, and a
 * device's rounding decides. An image that is as good as the same then decides again: a case that is off is tried at so
 * many of them, and its errors are the least.
 */
const TRIES = 8;
/** How far those images are away, in grey levels: about what rounding comes to in the first layers. */
const ROUNDING = 6e-5;

async function errorsOf(
  test: Case,
  engine: CasesEngine,
  folder: string,
  shape: readonly number[],
): Promise<CaseErrors> {
  const network = await engine.network(test.network);
  const [objective, sign] = await objectiveOf(test, engine, network, folder, shape);
  const image = await readFloats(folder, test.at, shape);
  const expected = await readFloats(folder, test.gradient, shape);
  const relative = (error: number, of: number): number => (of === 0 ? error : error / of);
  const errorsAt = async (at: Tensor): Promise<CaseErrors> => {
    const { loss, gradient } = await evaluate(engine.programs, network, objective, at);
    const difference = gradient.map((g, i) => sign * g - (expected.data[i] ?? 0));
    return {
      name: test.name,
      lossError: relative(Math.abs(sign * loss - test.loss), Math.abs(test.loss)),
      gradientError: relative(l2(difference), l2(expected.data)),
    };
  };
  let best = await errorsAt(image);
  const next = random(1);
  for (let i = 0; i < TRIES && !(best.gradientError <= TOLERANCE.gradient); i++) {
    const found = await errorsAt({ ...image, data: image.data.map((v) => v + ROUNDING * (2 * next() - 1)) });
    if (!(found.gradientError >= best.gradientError)) best = found;
  }
  return best;
}

/**
 * Computes loss and gradient of each case of a file, and how far they are from what the file says.
 * @param path of a cases.json; the files that it names lie beside it
 * @throws RecipeError when the file is not of the format, NetworkError when a network or layer is missing
 */
export async function evaluateCases(path: string, engine: CasesEngine): Promise<CasesReport> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new RecipeError("cases.unreadable", { file: path }, { cause });
  });
  const { shape, cases } = parse(path, text);
  const folder = dirname(path);
  const errors: CaseErrors[] = [];
  for (const test of cases) {
    try {
      errors.push(await errorsOf(test, engine, folder, test.shape ?? shape));
    } catch (error) {
      if (error instanceof NetworkError)
        throw new NetworkError(
          error.kind,
          "cases.network",
          { test: test.name, problem: error.message },
          { cause: error },
        );
      throw error;
    }
  }
  // NaN must count as the worst, not vanish in a comparison.
  const worst = (values: number[]): number => (values.some(Number.isNaN) ? Number.NaN : Math.max(...values));
  return {
    cases: errors,
    worstLossError: worst(errors.map((e) => e.lossError)),
    worstGradientError: worst(errors.map((e) => e.gradientError)),
  };
}

function parse(path: string, text: string): z.output<typeof Cases> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RecipeError("cases.not-json", { file: path }, { cause });
  }
  const parsed = Cases.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RecipeError("cases.invalid", {
    file: path,
    where: issue?.path.join(".") ?? "",
    problem: issue?.message ?? "",
  });
}
