/**
 * What a step means, in JavaScript, image by image and in double precision: the measure for the steps that the engine
 * takes as tensor programs.
 */
import type { Evaluation } from "../../../src/engine/evaluate.js";
import {
  clampRaster,
  meanAbsolute,
  type Raster,
  roll,
  rootMeanSquare,
  subtractRasters,
} from "../../../src/engine/images/raster.js";
import { resize } from "../../../src/engine/images/resample.js";
import { warp } from "../../../src/engine/images/warp.js";
import type { Move } from "../../../src/engine/transforms/move.js";
import type { Shift } from "../../../src/engine/transforms/see.js";
import { gaussianBlur } from "../../support/blur.js";

/** How an image is seen, and what is done to its gradient on the way back. */
export interface Through {
  forward(image: Raster): Raster;
  backward(gradient: Raster): Raster;
}

interface Loop {
  readonly images: readonly Raster[];
  readonly steps: number;
  /** For a step, counted from 1: one for each image. */
  through(step: number): readonly Through[];
  /** Loss and gradient of images of one size, theirs one after the other. */
  loss(images: readonly Raster[]): Promise<Evaluation>;
  /** Moves image n in place. */
  move(image: Raster, gradient: Raster, n: number, step: number): void;
}

/** The losses before each step, and the images after the last. */
export async function loop({
  images,
  steps,
  through,
  loss,
  move,
}: Loop): Promise<{ losses: number[]; images: Raster[] }> {
  let now = images.map((image) => ({ ...image, data: image.data.slice() }));
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const ways = through(step);
    const found = await loss(now.map((image, n) => ways[n]?.forward(image) ?? image));
    losses.push(found.loss);
    const length = found.gradient.length / now.length;
    now = now.map((image, n) => {
      const gradient = { ...image, data: found.gradient.slice(n * length, (n + 1) * length) };
      const moved = { ...image, data: image.data.slice() };
      move(moved, ways[n]?.backward(gradient) ?? gradient, n, step);
      return moved;
    });
  }
  return { losses, images: now };
}

/** Applies ways one after the other, the first one first. */
export function composed(...ways: readonly Through[]): Through {
  return {
    forward: (image) => ways.reduce((seen, way) => way.forward(seen), image),
    backward: (gradient) => ways.reduceRight((found, way) => way.backward(found), gradient),
  };
}

export const conditioned = (backward: (gradient: Raster) => Raster): Through => ({
  forward: (image) => image,
  backward,
});

export function shifted({ dx, dy }: Shift): Through {
  return { forward: (image) => roll(image, dx, dy), backward: (gradient) => roll(gradient, -dx, -dy) };
}

export function moved({ degrees, zoom, ...by }: Move): Through {
  const turned = (raster: Raster, move: Pick<Move, "degrees" | "zoom">): Raster =>
    warp(raster, move, { kernel: "linear", border: "wrap" });
  return composed(shifted(by), {
    forward: (image) => turned(image, { degrees, zoom }),
    backward: (gradient) => turned(gradient, { degrees: -degrees, zoom: 1 / zoom }),
  });
}

/** The mean of three blurs, each of which continues the one before. */
export function cascaded(gradient: Raster, sigma: number): Raster {
  const sum = new Float32Array(gradient.data.length);
  let [blurred, before] = [gradient, 0];
  for (const target of [sigma / 2, sigma, 2 * sigma]) {
    blurred = gaussianBlur(blurred, Math.sqrt(target ** 2 - before ** 2), "wrap", 2);
    before = target;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (blurred.data[i] ?? 0) / 3;
  }
  return { ...gradient, data: sum };
}

/** A gradient's bands at given strengths, summed. */
export function equalised(gradient: Raster, levels: number, slope: number): Raster {
  const bands: Raster[] = [];
  let rest = gradient;
  for (let level = 0; level < levels && Math.min(rest.width, rest.height) >= 16; level++) {
    const small = resize(rest, Math.ceil(rest.width / 2), Math.ceil(rest.height / 2));
    bands.push(subtractRasters(rest, resize(small, rest.width, rest.height)));
    rest = small;
  }
  return bands.reduceRight(
    (sum, band, level) => {
      const larger = resize(sum, band.width, band.height);
      const strong = strengthened(band, slope ** level);
      return { ...band, data: larger.data.map((v, i) => v + (strong.data[i] ?? 0)) };
    },
    strengthened(rest, slope ** bands.length),
  );
}

function strengthened(raster: Raster, wanted: number): Raster {
  const rms = rootMeanSquare(raster.data);
  return { ...raster, data: raster.data.map((v) => (rms > 0 ? (v * wanted) / rms : 0)) };
}

const against = ({ data }: Raster, direction: Raster, scale: number): void => {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) - scale * (direction.data[i] ?? 0);
};

/** Steps of mean absolute size `rate`, within 0..255. */
export const byMeanAbsolute =
  (rate: number): Loop["move"] =>
  (image, gradient) => {
    against(image, gradient, rate / Math.max(meanAbsolute(gradient.data), 1e-7));
    clampRaster(image);
  };

/** Steps of root mean square `rate`. */
export const byRms =
  (rate: number, epsilon: number, clamp: boolean): Loop["move"] =>
  (image, gradient) => {
    against(image, gradient, rate / (rootMeanSquare(gradient.data) + epsilon));
    if (clamp) clampRaster(image);
  };
