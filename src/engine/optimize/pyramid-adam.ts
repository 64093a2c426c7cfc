/** Adam on several sizes of an image at once: large shapes move as fast as fine ones. */
import type { Node } from "../graph/node.js";
import { abs, add, div, matmul, mul, pow, reduceMean, scalar, square, sub, transpose } from "../graph/ops.js";
import { type Matrix3, transposed } from "../images/palette.js";
import { type Border, CHANNELS, emptyRaster, fold, type Size } from "../images/raster.js";
import { resize } from "../images/resample.js";
import { number, type ValueOf } from "../objectives/objective.js";
import type { Tensor, Tensors } from "../runtimes/runtime.js";
import { halved, matrix, resized, resizeValues } from "./pyramid.js";
import { type StepTime, type Update, within } from "./update.js";

interface PyramidAdamOptions {
  /**
   * Step size of each level in the image's units, the image's own size first; each further level is half as wide and
   * high.
   */
  readonly rates: readonly number[];
  /** Columns are the colours that Adam steps along; red, green and blue when left out. */
  readonly basis?: Matrix3 | undefined;
  /** From 0 to 1, how much of a step's finest lines along the axes is left out; nothing when left out. */
  readonly unwoven?: number;
  /** How those lines go on past the image's border. */
  readonly border?: Border;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Length of a step against the rates. */
  factor(time: StepTime): number;
}

/** What Adam has learnt at one size of an image. */
export interface AdamMemory {
  readonly size: Size;
  /** Steps taken, at all sizes together. */
  readonly steps: number;
  /** Running means of the gradient, `first0`, and of its square, `second0`, of each level: [1, 3, height, width]. */
  readonly moments: Tensors;
}

/** The smallest side, in pixels, that a further level may have. */
const SMALLEST = 8;

/** Sizes of a pyramid's levels, the image's own first. */
export function levelsOf(size: Size, most: number): Size[] {
  const levels = [size];
  for (let next = halved(size); levels.length < most && Math.min(next.width, next.height) >= SMALLEST; )
    next = halved(levels[levels.push(next) - 1] ?? next);
  return levels;
}

/**
 * Adam whose coordinates are those of a pyramid of the image: a step is the sum of Adam's steps at the image's own
 * size, at half of it, at a quarter, ...
 *
 * Adam gives each coordinate a step of the same size. Of pixels alone this turns the weak, noisy parts of a gradient,
 * its finest patterns, into grain as strong as the strokes. In a pyramid most of the movement is coarse, and the finest
 * level only refines it. The idea is the preconditioning of "Feature Visualization" (Olah, Mordvintsev and Schubert,
 * 2017), in pyramids for Fourier transforms.
 *
 * With a `basis` R of colours, Adam's coordinates are y, of which the image is R y. One step, with g the gradient, d_l
 * and u_l halving and doubling to level l and back, and A_l that level's Adam, which turns a gradient into a move of
 * its rate: image += factor * U R (sum over l of u_l(A_l(d_l(R^T g)))). R acts on the three values of each pixel.
 *
 * U leaves out the finest lines along the axes, the weave that gradients of some networks make: it takes `unwoven` of
 * what {@link HIGH} along one axis and {@link LOW} along the other let through.
 * @param before what it has learnt at another size of the same image, which is resized
 */
export function pyramidAdam(size: Size, options: PyramidAdamOptions, before?: AdamMemory): Update {
  const { rates, basis, unwoven = 0, beta1, beta2, epsilon, factor } = options;
  const levels = levelsOf(size, rates.length);
  const fixed: Record<string, Tensor> = { epsilon: number(epsilon) };
  for (const [l, level] of levels.entries()) {
    const finer = levels[l - 1];
    if (finer) Object.assign(fixed, resizeValues(`shrink${l}`, finer, level), resizeValues(`grow${l}`, level, finer));
  }
  if (basis) Object.assign(fixed, { basis: mixing(basis), back: mixing(transposed(basis)) });
  if (unwoven > 0) Object.assign(fixed, lineValues(size, unwoven, options.border ?? "mirror"));
  return {
    structure: `pyramid adam(${[levels.length, beta1, beta2, basis && "basis", unwoven > 0 && "unwoven"].join(" ")})`,
    memory: memoryAt(levels, before),
    values(time) {
      const steps = (before?.steps ?? 0) + time.step;
      const length = factor(time) / (1 - beta1 ** steps);
      const moving = levels.map((_, l) => [`rate${l}`, number(-length * (rates[l] ?? 0))] as const);
      return { ...fixed, unbias: number(1 / (1 - beta2 ** steps)), ...Object.fromEntries(moving) };
    },
    build(images, gradient, value, remembered) {
      const memory: Record<string, Node> = {};
      let seen = basis ? mixed(gradient, value("back", MIXING)) : gradient;
      const moves = levels.map((_, l) => {
        if (l > 0) seen = resized(seen, value, `shrink${l}`);
        const mean = (name: string, beta: number, now: Node): Node => {
          const next = add(mul(remembered(name, LEVEL), scalar(beta)), mul(now, scalar(1 - beta)));
          memory[name] = next;
          return next;
        };
        const [first, second] = [mean(`first${l}`, beta1, seen), mean(`second${l}`, beta2, square(seen))];
        const deviation = add(pow(mul(second, value("unbias", [])), 0.5), value("epsilon", []));
        return mul(div(first, deviation), value(`rate${l}`, []));
      });
      const sum = moves.reduceRight((coarse, fine, l) => add(resized(coarse, value, `grow${l + 1}`), fine));
      const turned = basis ? mixed(sum, value("basis", MIXING)) : sum;
      const move = unwoven > 0 ? sub(turned, linesOf(turned, value)) : turned;
      return { images: within(add(images, move)), strength: reduceMean(abs(gradient), [1, 2, 3]), memory };
    },
  };
}

const MIXING = [1, 1, CHANNELS, CHANNELS];
const LEVEL = [null, CHANNELS, null, null];

const mixing = (colours: Matrix3): Tensor => ({ data: Float32Array.from(colours), shape: MIXING });

/** Each pixel's three values, a column, multiplied by a matrix [1, 1, 3, 3]. */
function mixed(images: Node, by: Node): Node {
  const swapped = [0, 2, 1, 3];
  return transpose(matmul(by, transpose(images, swapped)), swapped);
}

function memoryAt(levels: readonly Size[], before: AdamMemory | undefined): Tensors {
  const earlier = before ? levelsOf(before.size, levels.length) : [];
  const moments = levels.flatMap(({ width, height }, l) =>
    [`first${l}`, `second${l}`].map((name) => {
      const [from, known] = [earlier[l], before?.moments[name]];
      const { data } =
        from && known ? resize({ ...from, data: known.data }, width, height) : emptyRaster(width, height);
      return [name, { data, shape: [1, CHANNELS, height, width] }] as const;
    }),
  );
  return Object.fromEntries(moments);
}

/** High across lines, low along them. */
const [HIGH, LOW] = [
  [1, -4, 6, -4, 1],
  [1, 4, 6, 4, 1],
].map((taps) => taps.map((v) => v / 16)) as [number[], number[]];

/**
 * An image's lines along either axis. At frequencies fx and fy the response is sin(pi fx)^4 cos(pi fy)^4 + cos(pi fx)^4
 * sin(pi fy)^4: 1 at the finest lines along an axis, a quarter at twice their width, and at most an eighth along the
 * diagonals.
 */
function linesOf(images: Node, value: ValueOf): Node {
  return add(resized(images, value, "level"), resized(images, value, "upright"));
}

function lineValues({ width, height }: Size, amount: number, border: Border): Tensors {
  const filter = (taps: readonly number[], length: number, upright: boolean, scale = 1): Tensor => {
    const data = new Float32Array(length * length);
    for (let at = 0; at < length; at++)
      for (const [k, tap] of taps.entries()) {
        const from = fold(at + k - 2, length, border);
        const i = upright ? at * length + from : from * length + at;
        data[i] = (data[i] ?? 0) + scale * tap;
      }
    return matrix(data, length, length);
  };
  return {
    "level.down": filter(HIGH, height, true, amount),
    "level.across": filter(LOW, width, false),
    "upright.down": filter(LOW, height, true, amount),
    "upright.across": filter(HIGH, width, false),
  };
}
