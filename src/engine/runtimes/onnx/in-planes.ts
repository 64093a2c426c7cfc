/**
 * Lowers runs of convolutions with many channels: as planes, by Winograd's algorithm, with what stands between them.
 */
import type { Dimensions } from "../../graph/dimensions.js";
import { at, GraphError, isMap, type Node, type NodeOf } from "../../graph/node.js";
import { DataType } from "../../onnx-schema.js";
import { depthwise, maskOfRelu, reluOf } from "./blocked.js";
import { channelsOf } from "./geometry.js";
import { type Grid, PixelIndex, type Planes, sameGrid } from "./planes.js";
import type { Sizes } from "./sizes.js";
import {
  halves,
  isSame3x3,
  type Matrix,
  PIXELS,
  padded,
  REACH,
  RESULTS,
  squared,
  TILE,
  turnedIn,
  turnedOut,
  WEIGHTS,
  type WinogradKernels,
} from "./winograd.js";
import type { OnnxWriter } from "./writer.js";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const AREA = REACH * REACH;
/** Planes of a map in tiles of p x p, that of zeros included. */
const planesOf = (tile: number): number => tile * tile + 1;

interface InPlanesOptions {
  readonly writer: OnnxWriter;
  readonly sizes: Sizes;
  readonly dimensions: Dimensions;
  /** The kernels of the convolutions to compute so. */
  readonly chosen: WinogradKernels;
  /** The ONNX name of a node's result as NCHW. */
  resultOf(node: Node): string;
}

export class InPlanes {
  readonly #known = new Map<Node, Planes | undefined>();
  readonly #entered = new Map<Node, Planes>();
  readonly #batches = new Map<string, string>();
  readonly #matrices = new Map<string, string>();
  readonly #weights = new Map<Node, string>();
  readonly #index: PixelIndex;

  constructor(private readonly options: InPlanesOptions) {
    this.#index = new PixelIndex(options.writer);
  }

  /** A node's result as planes, where that is how it is computed. */
  of(node: Node): Planes | undefined {
    if (this.options.chosen.runs.size === 0) return undefined;
    if (!this.#known.has(node)) this.#known.set(node, this.#lower(node));
    return this.#known.get(node);
  }

  /**
   * The result, as a map, of a convolution that stands between others which are computed in blocks. All else stays in
   * blocks: a 1x1 convolution is as fast there, and takes its bias, its ReLU and a residual along (docs/benchmarks.md).
   */
  alone(node: Node): string | undefined {
    if (node.op !== "conv2d" && node.op !== "conv2dTranspose") return undefined;
    const [, kernel, bias] = node.inputs;
    if (!kernel || !this.options.chosen.alone.has(kernel) || !isSame3x3(node.attributes, kernel)) return undefined;
    const { writer: w, dimensions, resultOf } = this.options;
    const planes = this.#convolution(node, true);
    const map = this.toMap(planes);
    w.describe(map, DataType.float32, dimensions.of(node));
    return depthwise(w, map, planes.channels, 1, node.op === "conv2d" && bias ? [resultOf(bias)] : []);
  }

  /** Planes as NCHW. */
  toMap(x: Planes): string {
    const w = this.options.writer;
    const { batch, size } = x.grid;
    const rows = this.#index.take(x, { tile: 1, tiles: size, offsets: [0] });
    const shape = w.node("Concat", [batch, size, w.ints([x.channels])], { axis: 0 });
    return w.node("Transpose", [w.node("Reshape", [rows, shape])], { perm: [0, 3, 1, 2] });
  }

  #lower(node: Node): Planes | undefined {
    switch (node.op) {
      case "conv2d":
        return this.options.chosen.runs.has(at(node.inputs, 1)) ? this.#convolution(node) : undefined;
      case "conv2dTranspose":
        return this.options.chosen.runs.has(at(node.inputs, 1)) && isSame3x3(node.attributes, at(node.inputs, 1))
          ? this.#convolution(node)
          : undefined;
      case "relu": {
        const x = this.of(at(node.inputs, 0));
        return x && { ...x, name: this.options.writer.node("Relu", [x.name]) };
      }
      case "avgPool":
        return this.#pooled(node);
      case "avgPoolGradient":
        return this.#spread(node);
      case "add":
        return this.#sum(node);
      case "where":
        return this.#masked(node);
      default:
        return undefined;
    }
  }

  /**
   * A convolution, or the gradient of one by its input: the same of kernels turned by 180 degrees, channels exchanged.
   */
  #convolution(node: NodeOf<"conv2d"> | NodeOf<"conv2dTranspose">, withoutBias = false): Planes {
    const { writer: w, sizes } = this.options;
    const back = node.op === "conv2dTranspose";
    const x = this.#enter(at(node.inputs, 0));
    const kernel = at(node.inputs, 1);
    const channels = Number(kernel.shape[back ? 1 : 0]);
    const size = sizes.of(back ? at(node.inputs, 2) : node);
    const grid: Grid = { tile: TILE, tiles: this.#index.tilesOf(size, TILE), size, batch: x.grid.batch };
    const around = upTo(REACH).map((i) => i - 1);
    const pixels = this.#index.take(x, { tile: TILE, tiles: grid.tiles, offsets: around });
    // Kernels turned by 180 degrees do to a tile what the kernels do to the turned tile, turned back: so their weights
    // are shared.
    const into = this.#matrix(back ? "turned pixels" : "pixels", () => squared(back ? turnedIn(PIXELS) : PIXELS));
    const out = this.#matrix(back ? "turned results" : "results", () =>
      padded(squared(back ? turnedOut(RESULTS) : RESULTS), 1),
    );
    const tiles = w.node("MatMul", [into, w.node("Reshape", [pixels, w.ints([AREA, -1])])]);
    const factors = [w.node("Reshape", [tiles, w.ints([AREA, -1, x.channels])]), this.#weightsOf(kernel)];
    const products = back ? w.node("MatMul", factors) : w.node("FusedMatMul", factors, { transB: 1 });
    const results = w.node("MatMul", [out, w.node("Reshape", [products, w.ints([AREA, -1])])]);
    const bias = back || withoutBias ? undefined : node.inputs[2];
    return { name: this.#asRows(bias ? this.#biased(results, bias) : results, channels), channels, grid };
  }

  #biased(results: string, bias: Node): string {
    const w = this.options.writer;
    if (bias.op !== "constant") throw new GraphError("a convolution's bias must be a constant");
    const { data } = bias.attributes;
    const channels = data.length;
    const planes = planesOf(TILE);
    // None on the plane of zeros.
    const each = new Float32Array(planes * channels);
    for (let plane = 0; plane < planes - 1; plane++) each.set(data, plane * channels);
    return w.node("Add", [
      w.node("Reshape", [results, w.ints([planes, -1, channels])]),
      w.floats(each, [planes, 1, channels]),
    ]);
  }

  /**
   * Kernels OIHW as [36, O, I]: written as operations on constants, which onnxruntime computes once, when it opens the
   * model.
   */
  #weightsOf(kernel: Node): string {
    const known = this.#weights.get(kernel);
    if (known !== undefined) return known;
    const w = this.options.writer;
    const [out = 0, inputs = 0] = kernel.shape as readonly number[];
    const flat = w.node("Reshape", [this.options.resultOf(kernel), w.ints([out * inputs, -1])]);
    const matrix = this.#matrix("weights", () => squared(WEIGHTS));
    const weights = w.node("MatMul", [matrix, w.node("Transpose", [flat], { perm: [1, 0] })]);
    const made = w.node("Reshape", [weights, w.ints([AREA, out, inputs])]);
    w.reserve((AREA - 9) * out * inputs);
    this.#weights.set(kernel, made);
    return made;
  }

  /** The mean of each 2x2 pixels: of four planes. */
  #pooled(node: NodeOf<"avgPool">): Planes | undefined {
    const x = this.of(at(node.inputs, 0));
    if (!x || x.grid.tile % 2 !== 0 || !halves(node.attributes)) return undefined;
    const { writer: w, sizes } = this.options;
    const { tile, tiles, batch } = x.grid;
    const half = tile / 2;
    const pair = upTo(half).map((i) => upTo(tile).map((j) => Number(Math.floor(j / 2) === i) / 2));
    const mean = this.#matrix(`means of ${tile}`, () =>
      padded(
        squared(pair).map((row) => [...row, 0]),
        1,
      ),
    );
    const pooled = w.node("MatMul", [mean, w.node("Reshape", [x.name, w.ints([planesOf(tile), -1])])]);
    const grid: Grid = { tile: half, tiles, batch, size: sizes.of(node) };
    return { name: this.#asRows(pooled, x.channels), channels: x.channels, grid };
  }

  /** The gradient of average pooling: each pixel takes a quarter of what its window has. */
  #spread(node: NodeOf<"avgPoolGradient">): Planes | undefined {
    const like = this.of(at(node.inputs, 1));
    if (!like || !halves(node.attributes)) return undefined;
    const g = this.#enter(at(node.inputs, 0));
    const quarter = { ...g, name: this.options.writer.node("Mul", [g.name, this.options.writer.scalar(1 / 4)]) };
    return this.#arrange(quarter, like.grid, 2);
  }

  #sum(node: NodeOf<"add">): Planes | undefined {
    if (node.inputs.length !== 2 || !node.inputs.every((x) => isMap(x, node))) return undefined;
    const [a, b] = node.inputs.map((x) => this.of(x));
    const grid = [a, b].find((x) => x?.grid.tile === TILE)?.grid;
    if (!grid) return undefined;
    const [x, y] = node.inputs.map((input) => this.#arrange(this.#enter(input), grid));
    return x && y && { ...x, name: this.options.writer.node("Add", [x.name, y.name]) };
  }

  /** The gradient of ReLU. */
  #masked(node: NodeOf<"where">): Planes | undefined {
    const relu = reluOf(node);
    const y = relu && this.of(relu);
    if (!y) return undefined;
    const w = this.options.writer;
    const g = this.#arrange(this.#enter(at(node.inputs, 1)), y.grid);
    return { ...y, name: w.node("Mul", [maskOfRelu(w, y.name), g.name]) };
  }

  /** A map as planes, of whatever grid. */
  #enter(node: Node): Planes {
    const there = this.of(node) ?? this.#entered.get(node);
    if (there) return there;
    const { writer: w, sizes, resultOf } = this.options;
    const channels = channelsOf(node);
    const nhwc = w.node("Transpose", [resultOf(node)], { perm: [0, 2, 3, 1] });
    const rows = this.#asRows(nhwc, channels);
    const name = w.node("Concat", [rows, w.floats(new Float32Array(channels), [1, channels])], { axis: 0 });
    const size = sizes.of(node);
    const entered = { name, channels, grid: { tile: 1, tiles: size, size, batch: this.#batchOf(node, nhwc) } };
    this.#entered.set(node, entered);
    return entered;
  }

  /** x in the order of another grid, of a map `times` as large. */
  #arrange(x: Planes, grid: Grid, times = 1): Planes {
    if (sameGrid(x.grid, grid)) return x;
    const { tile, tiles } = grid;
    return { ...x, grid, name: this.#index.take(x, { tile, tiles, offsets: upTo(tile), divisor: times, zeros: true }) };
  }

  /** How many images there are: one name for all maps of the same images. */
  #batchOf(node: Node, nhwc: string): string {
    const w = this.options.writer;
    const key = String(this.options.dimensions.of(node)[0]);
    const batch =
      this.#batches.get(key) ?? w.node("Slice", [w.node("Shape", [nhwc]), w.ints([0]), w.ints([1]), w.ints([0])]);
    this.#batches.set(key, batch);
    return batch;
  }

  #asRows(x: string, channels: number): string {
    return this.options.writer.node("Reshape", [x, this.options.writer.ints([-1, channels])]);
  }

  #matrix(key: string, make: () => Matrix): string {
    const known = this.#matrices.get(key);
    if (known !== undefined) return known;
    const matrix = make();
    const name = this.options.writer.floats(Float32Array.from(matrix.flat()), [matrix.length, matrix[0]?.length ?? 0]);
    this.#matrices.set(key, name);
    return name;
  }
}
