/**
 * Names for the dimensions that vary from run to run, equal where the sizes are sure to be equal.
 *
 * onnxruntime keeps feature maps in its blocked layout (NCHWc), and plans memory, only across operations whose shapes
 * it can prove to match; it cannot see by itself that a gradient has the shape of what it is the gradient of.
 */
import { type Node, type Pads, type Pair, type Sampling, topologicalOrder } from "./node.js";

/** A number, or a name that stands for one. */
export type Dimension = number | string;

function windowed(
  size: Dimension,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation = 1,
): Dimension {
  const lost = dilation * (kernel - 1) - before - after;
  if (stride === 1 && lost === 0) return size;
  if (typeof size === "number") return Math.floor((size - lost - 1) / stride) + 1;
  return `(${size}-${lost + 1})/${stride}+1`;
}

const window = (
  x: readonly Dimension[],
  channels: Dimension,
  kernel: Pair,
  strides: Pair,
  pads: Pads,
  dilations: Pair = [1, 1],
): Dimension[] => [
  x[0] ?? "?",
  channels,
  windowed(x[2] ?? "?", kernel[0], strides[0], pads[0], pads[2], dilations[0]),
  windowed(x[3] ?? "?", kernel[1], strides[1], pads[1], pads[3], dilations[1]),
];

/** A size less, or more, some places; what is taken off and put back gives the name it had. */
function shifted(size: Dimension, by: number): Dimension {
  if (by === 0) return size;
  if (typeof size === "number") return size + by;
  const undone = by > 0 ? `<${by}` : `>${-by}`;
  return size.endsWith(undone) ? size.slice(0, -undone.length) : `${size}${by < 0 ? `<${-by}` : `>${by}`}`;
}

/** A size times a factor, or divided by it; what is multiplied and divided again gives the name it had. */
function scaled(size: Dimension, factor: number, divided = false): Dimension {
  if (factor === 1) return size;
  if (typeof size === "number") return divided ? size / factor : size * factor;
  const undone = divided ? `*${factor}` : `:${factor}`;
  return size.endsWith(undone) ? size.slice(0, -undone.length) : `${size}${divided ? ":" : "*"}${factor}`;
}

/** A size after resampling; undefined where it has no name of its own. */
function sampled(size: Dimension, like: Dimension, sampling: Sampling): Dimension | undefined {
  if (sampling.type === "pad") return shifted(size, sampling.before + sampling.after);
  if (sampling.factor === null) return like;
  return Number.isInteger(sampling.factor) ? scaled(size, sampling.factor) : undefined;
}

/** The input whose dimensions an operation's result has. */
const LIKE_INPUT: Readonly<Partial<Record<Node["op"], number>>> = {
  maxPoolGradient: 0,
  relu: 0,
  clip: 0,
  exp: 0,
  log: 0,
  abs: 0,
  erf: 0,
  sigmoid: 0,
  tanh: 0,
  pow: 0,
  roll: 0,
  blur: 0,
  sample: 0,
  stopGradient: 0,
  avgPoolGradient: 1,
  subsampleGradient: 1,
  resampleGradient: 1,
  reshapeLike: 1,
  expandLike: 1,
  conv2dTranspose: 2,
};

/** The dimensions of nodes. */
export class Dimensions {
  /** @param sizes shapes of inputs that are known already, by the inputs' names */
  constructor(private readonly sizes: Readonly<Record<string, readonly number[]>> = {}) {}

  readonly #known = new Map<Node, readonly Dimension[]>();
  #fresh = 0;

  of(node: Node): readonly Dimension[] {
    const known = this.#known.get(node);
    if (known) return known;
    // What the program was built with is a number wherever one was known; only the rest needs a name.
    const named = this.#infer(node);
    const dimensions = node.shape.map((d, i) => d ?? named?.[i] ?? `unknown_${this.#fresh++}`);
    this.#known.set(node, dimensions);
    return dimensions;
  }

  #infer(node: Node): readonly Dimension[] | undefined {
    const of = (i: number): readonly Dimension[] => {
      const x = node.inputs[i];
      return x ? this.of(x) : [];
    };
    const same = LIKE_INPUT[node.op];
    if (same !== undefined) return of(same);
    switch (node.op) {
      case "input":
        return this.sizes[node.attributes.name] ?? node.shape.map((d, i) => d ?? `${node.attributes.name}_${i}`);
      case "conv2d": {
        const kernel = node.inputs[1]?.shape as readonly number[];
        const { strides, pads, dilations } = node.attributes;
        return window(of(0), kernel[0] ?? "?", [kernel[2] ?? 1, kernel[3] ?? 1], strides, pads, dilations);
      }
      case "maxPool":
      case "avgPool":
        return window(of(0), of(0)[1] ?? "?", node.attributes.kernel, node.attributes.strides, node.attributes.pads);
      case "subsample":
        return window(of(0), of(0)[1] ?? "?", [1, 1], node.attributes.strides, [0, 0, 0, 0]);
      case "resample": {
        const like = node.inputs.length > 1 ? of(1) : of(0);
        const { rows, columns } = node.attributes;
        const size = [rows, columns].map((sampling, i) => sampled(of(0)[i + 2] ?? "?", like[i + 2] ?? "?", sampling));
        return [of(0)[0] ?? "?", of(0)[1] ?? "?", ...size.map((d) => d ?? `unknown_${this.#fresh++}`)];
      }
      case "depthToSpace":
      case "spaceToDepth": {
        const { block } = node.attributes;
        return of(0).map((d, i) => (i < 2 ? d : scaled(d, block, node.op === "spaceToDepth")));
      }
      case "crop":
      case "pad": {
        const { before, after } = node.attributes;
        const sign = node.op === "pad" ? 1 : -1;
        return of(0).map((d, i) => shifted(d, sign * ((before[i] ?? 0) + (after[i] ?? 0))));
      }
      case "concat":
        return of(0).map((d, i) => (i === node.attributes.axis ? `unknown_${this.#fresh++}` : d));
      case "add":
      case "sub":
      case "mul":
      case "div":
      case "greater":
      case "greaterOrEqual":
      case "equal":
      case "where":
        return this.#broadcast(node);
      default:
        return undefined;
    }
  }

  #broadcast(node: Node): readonly Dimension[] {
    const rank = node.shape.length;
    return node.shape.map((_, i) => {
      for (const x of node.inputs) {
        const d = this.of(x)[i - rank + x.shape.length];
        if (d !== undefined && d !== 1) return d;
      }
      return 1;
    });
  }
}

/** No network needs a larger one: the largest side that {@link leastSide} looks at, in pixels. */
const LARGEST = 4096;

/** Names of the inputs that are images, [N, 3, H, W], on the way to `outputs`. */
export function imageInputs(outputs: readonly Node[]): string[] {
  return topologicalOrder(outputs).flatMap((node) =>
    node.op === "input" && node.shape.length === 4 && node.shape[1] === 3 ? [node.attributes.name] : [],
  );
}

/**
 * The smallest side of the images that come in, in pixels, from which on all feature maps on the way to `outputs` have
 * a row and a column. A window that is not padded has no place on a smaller map, and onnxruntime dies of the division
 * by the map's size (SIGFPE) rather than throw.
 */
export function leastSide(outputs: readonly Node[]): number {
  const nodes = topologicalOrder(outputs).filter(({ shape }) => shape.length === 4);
  const images = imageInputs(outputs);
  const holds = (side: number): boolean => {
    const dimensions = new Dimensions(Object.fromEntries(images.map((name) => [name, [1, 3, side, side]])));
    return nodes.every((node) => dimensions.of(node).every((d) => typeof d === "string" || d > 0));
  };
  let [low, high] = [1, LARGEST];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
