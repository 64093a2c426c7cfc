/** Reference images without content, made from an image: what a community's images are compared with. */
import { type Random, randomInteger } from "../images/random.js";
import { emptyRaster, type Raster, roll } from "../images/raster.js";
import { resize } from "../images/resample.js";

/** Copies added up; the sum of many is Gaussian, two dozen come near. */
const COPIES = 24;

/**
 * An image's colours and spectrum with all shapes gone: randomly shifted copies, each with a random sign, added up.
 * Source: asymptotic discrete spot noise, of which this is the finite sum (Galerne, Gousseau and Morel 2011).
 */
export function spotNoise(picture: Raster, next: Random): Raster {
  const { width, height, data } = picture;
  const pixels = width * height;
  const means = [0, 1, 2].map((c) => data.subarray(c * pixels, (c + 1) * pixels).reduce((a, b) => a + b, 0) / pixels);
  const centred: Raster = { width, height, data: data.map((v, i) => v - (means[Math.floor(i / pixels)] ?? 0)) };
  const sum = new Float32Array(data.length);
  for (let copy = 0; copy < COPIES; copy++) {
    const shifted = roll(centred, randomInteger(next, 0, width - 1), randomInteger(next, 0, height - 1)).data;
    const sign = next() < 0.5 ? -1 : 1;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + sign * (shifted[i] ?? 0);
  }
  const scale = 1 / Math.sqrt(COPIES);
  return {
    width,
    height,
    data: sum.map((v, i) => Math.min(255, Math.max(0, v * scale + (means[Math.floor(i / pixels)] ?? 0)))),
  };
}

/**
 * Dead leaves: discs and boxes that cover one another, in an image's colours. Edges, corners and flat parts as in
 * photos of anything (Lee, Mumford and Huang 2001).
 */
export function deadLeaves(picture: Raster, next: Random): Raster {
  const { width, height } = picture;
  const out = emptyRaster(width, height);
  const pixels = width * height;
  const [smallest, largest] = [3, Math.min(width, height) / 2];
  for (let leaf = 0; leaf < 220; leaf++) {
    // Areas fall off as 1 / r^3, which makes the image look alike at every scale; large ones go first, so that none
    // covers all.
    const u = next();
    const radius = 1 / Math.sqrt(u / smallest ** 2 + (1 - u) / largest ** 2);
    const [cx, cy] = [next() * width, next() * height];
    const from = randomInteger(next, 0, pixels - 1);
    const [cos, sin, box] = [Math.cos(next() * 6.283), Math.sin(next() * 6.283), next() < 0.5];
    const grain = next() < 0.5 ? 0 : 24 * next();
    for (let y = Math.max(0, Math.floor(cy - radius * 1.5)); y < Math.min(height, cy + radius * 1.5); y++) {
      for (let x = Math.max(0, Math.floor(cx - radius * 1.5)); x < Math.min(width, cx + radius * 1.5); x++) {
        const [dx, dy] = [x - cx, y - cy];
        const inside = box
          ? Math.abs(dx * cos + dy * sin) < radius && Math.abs(dy * cos - dx * sin) < radius * 0.6
          : dx * dx + dy * dy < radius * radius;
        if (!inside) continue;
        const shade = grain * (next() - 0.5);
        for (let c = 0; c < 3; c++)
          out.data[c * pixels + y * width + x] = (picture.data[c * pixels + from] ?? 0) + shade;
      }
    }
  }
  return out;
}

const ORDERS = ["012", "021", "102", "120", "201", "210"] as const;

/**
 * Red, green and blue swapped at random, and greyed by a random amount: what a community's own colours are compared
 * with.
 */
export function strangeColours({ width, height, data }: Raster, next: Random): Raster {
  const order = [...(ORDERS[randomInteger(next, 0, ORDERS.length - 1)] ?? ORDERS[0])].map(Number);
  const colour = next();
  const pixels = width * height;
  const out = new Float32Array(data.length);
  for (let i = 0; i < pixels; i++) {
    const grey = ((data[i] ?? 0) + (data[pixels + i] ?? 0) + (data[2 * pixels + i] ?? 0)) / 3;
    for (const [c, from] of order.entries())
      out[c * pixels + i] = grey + colour * ((data[from * pixels + i] ?? 0) - grey);
  }
  return { width, height, data: out };
}

/** Just an image's colours, running into one another. */
export function flat(picture: Raster): Raster {
  return resize(resize(picture, 5, 5), picture.width, picture.height);
}
