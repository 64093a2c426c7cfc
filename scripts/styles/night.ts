/** A night of swirling strokes: ultramarine and teal, rings of gold around the stars. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, css, type Rgb, svgCanvas } from "./canvas.js";
import { followed, one, type Point, scattered, stroke } from "./marks.js";
import { noise } from "./noise.js";

type Palette = readonly [Rgb, ...Rgb[]];
const DARK: Palette = [
  [10, 18, 58],
  [18, 34, 96],
  [14, 26, 74],
  [30, 56, 130],
];
const BRIGHT: Palette = [
  [36, 82, 176],
  [62, 128, 206],
  [128, 184, 222],
  [30, 110, 140],
];
const GOLD: Palette = [
  [250, 204, 54],
  [255, 232, 140],
  [232, 160, 34],
];
const MOONLIT: Palette = [
  [214, 226, 190],
  [150, 200, 210],
];

interface Star extends Point {
  readonly radius: number;
  /** 1 or -1: which way the sky turns around it. */
  readonly turn: number;
}

export async function night(side: number): Promise<Canvas> {
  const next = random(7);
  const [wind, shade] = [noise(2, next), noise(5, next)];
  const stars: Star[] = scattered(side, side / 3.2, next).map((at) => ({
    ...at,
    radius: side * (0.05 + 0.05 * next()),
    turn: next() < 0.5 ? 1 : -1,
  }));
  const from = (star: Star, { x, y }: Point): number => Math.hypot(x - star.x, y - star.y) / star.radius;
  const angleAt = (x: number, y: number): number => {
    const base = 0.2 + 2.2 * wind(x / side, y / side);
    let [dx, dy] = [Math.cos(base), Math.sin(base)];
    for (const star of stars) {
      const pull = (3 * star.turn * Math.exp(-(from(star, { x, y }) ** 2) / 2.4)) / star.radius;
      dx -= pull * (y - star.y);
      dy += pull * (x - star.x);
    }
    return Math.atan2(dy, dx);
  };
  const paletteAt = (at: Point): Palette => {
    const ring = Math.min(...stars.map((star) => from(star, at)));
    if (ring < 0.75) return GOLD;
    if (ring < 1) return DARK;
    if (ring < 1.3) return MOONLIT;
    return shade(at.x / side, at.y / side) + 0.5 * (next() - 0.5) > 0.05 ? BRIGHT : DARK;
  };
  const layers = [
    { gap: 22, length: 78, width: 17 },
    { gap: 20, length: 62, width: 10 },
  ];
  const strokes = layers.flatMap(({ gap, length, width }) =>
    scattered(side, gap, next).map((at) =>
      stroke(
        followed(at, length * (0.6 + 0.6 * next()), 5, angleAt),
        width * (0.7 + 0.6 * next()),
        css(one(paletteAt(at), next)),
      ),
    ),
  );
  return svgCanvas(side, [14, 24, 70], strokes);
}
