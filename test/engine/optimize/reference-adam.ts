/** Adam on a pyramid in JavaScript and double precision: the measure for the one that is nodes of a program. */
import { type Matrix3, multiplied, transposed } from "../../../src/engine/images/palette.js";
import { type Border, CHANNELS, fold, type Raster } from "../../../src/engine/images/raster.js";
import { resize } from "../../../src/engine/images/resample.js";
import { Adam, type AdamMoments, type AdamOptions } from "../../../src/engine/optimize/adam.js";

interface PyramidAdamOptions extends Omit<AdamOptions, "rate"> {
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
}

interface Level {
  readonly width: number;
  readonly height: number;
  readonly adam: Adam;
}

interface LevelMoments {
  readonly width: number;
  readonly height: number;
  readonly moments: AdamMoments;
}

/** The smallest side, in pixels, that a further level may have. */
const SMALLEST = 8;

export class PyramidAdam {
  readonly #levels: readonly Level[];
  readonly #basis: Matrix3 | undefined;
  readonly #unwoven: number;
  readonly #border: Border;

  /** @param before moments of another size of the same image, which are taken on, resized */
  constructor(
    width: number,
    height: number,
    { rates, basis, unwoven = 0, border = "mirror", ...options }: PyramidAdamOptions,
    before?: readonly LevelMoments[],
  ) {
    const levels: Level[] = [];
    let [w, h] = [width, height];
    for (const [index, rate] of rates.entries()) {
      if (index > 0 && Math.min(w, h) < SMALLEST) break;
      const earlier = before?.[index];
      const moments = earlier?.moments;
      const resized = (data: Float32Array): Float32Array =>
        earlier ? resize({ width: earlier.width, height: earlier.height, data }, w, h).data : data;
      levels.push({
        width: w,
        height: h,
        adam: new Adam(
          CHANNELS * w * h,
          { ...options, rate },
          moments && { first: resized(moments.first), second: resized(moments.second), steps: moments.steps },
        ),
      });
      [w, h] = [Math.ceil(w / 2), Math.ceil(h / 2)];
    }
    this.#levels = levels;
    this.#basis = basis;
    this.#unwoven = unwoven;
    this.#border = border;
  }

  get moments(): readonly LevelMoments[] {
    return this.#levels.map(({ width, height, adam }) => ({ width, height, moments: adam.moments }));
  }

  /**
   * Moves an image against its gradient, in place.
   * @param gradient one value for each of the image's, [3, height, width]
   * @param factor length of this step against the rates
   */
  step({ data }: Raster, gradient: Raster, factor = 1): void {
    const moves: Raster[] = [];
    let seen = this.#basis ? multiplied(gradient, transposed(this.#basis)) : gradient;
    for (const { width, height, adam } of this.#levels) {
      seen = resize(seen, width, height);
      const move = new Float32Array(seen.data.length);
      adam.step(move, seen.data);
      moves.push({ width, height, data: move });
    }
    const sum = moves.reduceRight((coarse, fine) => {
      const { data: both } = resize(coarse, fine.width, fine.height);
      for (let i = 0; i < both.length; i++) both[i] = (both[i] ?? 0) + (fine.data[i] ?? 0);
      return { ...fine, data: both };
    });
    const turned = this.#basis ? multiplied(sum, this.#basis) : sum;
    const total = this.#unwoven > 0 ? withoutLines(turned, this.#unwoven, this.#border) : turned;
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + factor * (total.data[i] ?? 0);
  }
}

const [HIGH, LOW] = [
  [1, -4, 6, -4, 1],
  [1, 4, 6, 4, 1],
].map((taps) => taps.map((v) => v / 16)) as [number[], number[]];
/**
 * A kernel of 5 x 5, row by row, that sees lines along either axis: high across them, low along them. At frequencies fx
 * and fy its response is sin(pi fx)^4 cos(pi fy)^4 + cos(pi fx)^4 sin(pi fy)^4: 1 at the finest lines along an axis, a
 * quarter at twice their width, and at most an eighth along the diagonals.
 */
const LINES = HIGH.flatMap((high, y) => HIGH.map((other, x) => high * (LOW[x] ?? 0) + (LOW[y] ?? 0) * other));

function withoutLines({ width, height, data }: Raster, amount: number, border: Border): Raster {
  const out = data.slice();
  const [columns, rows] = [width, height].map((length) =>
    Array.from({ length: length + 4 }, (_, i) => fold(i - 2, length, border)),
  ) as [number[], number[]];
  for (let row = 0; row < CHANNELS * height; row++) {
    const [plane, y] = [row - (row % height), row % height];
    for (let k = 0; k < LINES.length; k++) {
      const [from, across] = [(plane + (rows[y + Math.floor(k / 5)] ?? 0)) * width, k % 5];
      const weight = amount * (LINES[k] ?? 0);
      for (let x = 0; x < width; x++) {
        const at = row * width + x;
        out[at] = (out[at] ?? 0) - weight * (data[from + (columns[x + across] ?? 0)] ?? 0);
      }
    }
  }
  return { width, height, data: out };
}
