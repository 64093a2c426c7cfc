/** Dawn: ribbons of coral, rose, gold and lilac that flow beside each other, drawn round with a fine line. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, canvas, mixed, type Rgb } from "./canvas.js";
import { noise } from "./noise.js";

const RIBBONS: readonly Rgb[] = [
  [255, 214, 96],
  [255, 96, 84],
  [255, 190, 160],
  [236, 44, 120],
  [255, 244, 206],
  [255, 136, 48],
  [168, 92, 214],
  [255, 170, 196],
  [120, 206, 214],
];
const LINE: Rgb = [104, 14, 84];
/** Ribbons from the lowest place to the highest. */
const BANDS = 15;

export function dawn(side: number): Canvas {
  const next = random(41);
  const [hills, bend, width] = [noise(4, next, 2), noise(3, next, 1), noise(9, next, 1)];
  const height = (x: number, y: number): number => {
    const [u, v] = [x / side, y / side];
    const [du, dv] = [0.09 * bend(u, v), 0.09 * bend(v, u)];
    return BANDS * (0.5 + 0.42 * hills(u + du, v + dv) + 0.45 * (v + 0.4 * u)) + 0.12 * width(u, v);
  };
  const heights = Float32Array.from({ length: (side + 1) ** 2 }, (_, i) =>
    height(i % (side + 1), Math.floor(i / (side + 1))),
  );
  return canvas(side, (x, y) => {
    const at = y * (side + 1) + x;
    const here = heights[at] ?? 0;
    const slope = Math.hypot((heights[at + 1] ?? 0) - here, (heights[at + side + 1] ?? 0) - here);
    const band = Math.floor(here);
    const within = here - band;
    // In pixels, so that the line is equally wide where ribbons crowd.
    const edge = Math.min(within, 1 - within) / (slope + 1e-6);
    const colour = RIBBONS[((band % RIBBONS.length) + RIBBONS.length) % RIBBONS.length] ?? LINE;
    const rounded = mixed(mixed(colour, LINE, 0.15), mixed(colour, [255, 255, 255], 0.35), within);
    // Two threads run along inside every ribbon that is wide enough.
    const thread = Math.min(Math.abs(within - 0.36), Math.abs(within - 0.68)) / (slope + 1e-6);
    if (edge < Math.min(3.4, 0.1 / (slope + 1e-6))) return LINE;
    return thread < 1.5 && slope < 0.04 ? mixed(rounded, LINE, 0.55) : rounded;
  });
}
