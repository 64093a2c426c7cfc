/** A summer field in dabs of pure colour: gold, poppies, greens, a turquoise sky. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, type Rgb, svgCanvas } from "./canvas.js";
import { one } from "./marks.js";
import { noisePixels } from "./noise.js";

type Palette = readonly [Rgb, ...Rgb[]];
const SKY: Palette = [
  [92, 196, 214],
  [140, 216, 222],
  [58, 160, 206],
  [250, 240, 206],
  [252, 214, 150],
];
const WHEAT: Palette = [
  [250, 202, 48],
  [244, 168, 26],
  [255, 226, 112],
  [228, 126, 28],
  [196, 148, 40],
];
const GREEN: Palette = [
  [96, 158, 50],
  [48, 118, 58],
  [162, 194, 62],
  [220, 210, 74],
  [28, 92, 84],
];
const POPPY: Palette = [
  [226, 44, 32],
  [246, 84, 44],
  [190, 24, 48],
  [250, 132, 74],
];

/** Which colours a place has: the sky above, stripes of wheat and grass below, poppies in drifts. */
function paletteAt(x: number, y: number, drift: number, next: Random): Palette {
  const horizon = 0.34 + 0.03 * Math.sin(6 * x) + 0.02 * drift;
  if (y < horizon) return next() < 0.93 ? SKY : WHEAT;
  const row = Math.sin((9 / (y - horizon + 0.22)) * 1.6 + 5 * x + 2.4 * drift);
  if (drift > 0.35 && next() < 0.62) return POPPY;
  if (next() < 0.06) return POPPY;
  return row > 0.1 ? WHEAT : GREEN;
}

export async function summer(side: number): Promise<Canvas> {
  const next = random(23);
  const drifts = noisePixels(side, 4, next);
  const dabs: string[] = [];
  // Coarse dabs first; finer ones lie on top.
  for (const [count, radius] of [
    [1500, 27],
    [2000, 19],
    [1600, 13],
  ] as const) {
    for (let i = 0; i < count; i++) {
      const [x, y] = [next() * side, next() * side];
      const drift = drifts[Math.floor(y) * side + Math.floor(x)] ?? 0;
      const colour = one(paletteAt(x / side, y / side, drift, next), next);
      const below = y > side * 0.36;
      const angle = below ? -70 + 40 * drift + 26 * (next() - 0.5) : 8 + 50 * drift;
      const r = radius * (0.75 + 0.5 * next());
      dabs.push(
        `<ellipse rx="${(r * 1.5).toFixed(1)}" ry="${(r * 0.62).toFixed(1)}" fill="${css(colour)}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angle.toFixed(0)})"/>`,
      );
    }
  }
  return svgCanvas(side, [236, 186, 84], dabs);
}
