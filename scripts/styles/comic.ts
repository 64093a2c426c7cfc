/** A comic's page from close by: dots of printing ink in red, yellow and blue, and thick black lines. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, canvas, mixed, type Rgb } from "./canvas.js";
import { cells } from "./cells.js";
import { type Point, scattered } from "./marks.js";
import { noise } from "./noise.js";

const [BLACK, WHITE, RED, YELLOW, BLUE, PINK]: readonly [Rgb, Rgb, Rgb, Rgb, Rgb, Rgb] = [
  [16, 14, 20],
  [255, 250, 238],
  [228, 28, 40],
  [255, 214, 20],
  [24, 110, 214],
  [255, 130, 160],
];

interface Print {
  readonly ground: Rgb;
  readonly dot: Rgb;
  /** 0 is a flat colour. */
  readonly size: number;
}
const PRINTS: readonly Print[] = [
  { ground: WHITE, dot: RED, size: 0.6 },
  { ground: YELLOW, dot: RED, size: 0.5 },
  { ground: WHITE, dot: BLUE, size: 0.62 },
  { ground: RED, dot: RED, size: 0 },
  { ground: YELLOW, dot: YELLOW, size: 0 },
  { ground: BLUE, dot: BLACK, size: 0.5 },
  { ground: WHITE, dot: BLACK, size: 0.42 },
  { ground: PINK, dot: WHITE, size: 0.5 },
];
/** Pixels from dot to dot. */
const PITCH = 22;

interface Field extends Point {
  readonly print: Print;
  readonly turn: number;
}

export function comic(side: number): Canvas {
  const next = random(53);
  const bend = noise(4, next, 2);
  let last = 0;
  const fields = scattered(side, 150, next).map((at): Field => {
    last += 1 + Math.floor(next() * 3);
    const print = PRINTS[last % PRINTS.length] ?? { ground: WHITE, dot: RED, size: 0.5 };
    return { ...at, print, turn: (Math.PI / 12) * Math.floor(next() * 6) };
  });
  const nearest = cells(fields, 150);
  return canvas(side, (x, y) => {
    const [u, v] = [x / side, y / side];
    const { here, border } = nearest(x + 70 * bend(u, v), y + 70 * bend(v, u));
    // Lines swell and thin like a brush's.
    const line = border - 6 - 4 * bend(v, 1 - u);
    if (line < 0) return BLACK;
    const { ground, dot, size } = here.print;
    const [cos, sin] = [Math.cos(here.turn), Math.sin(here.turn)];
    const [px, py] = [(x * cos - y * sin) / PITCH, (x * sin + y * cos) / PITCH];
    const from = Math.hypot(px - Math.round(px), py - Math.round(py)) * PITCH;
    // Dots grow across a field.
    const radius = size * PITCH * (0.62 + 0.3 * Math.sin((x + y) / 90));
    return size === 0 ? ground : mixed(dot, ground, Math.min(1, Math.max(0, from - radius)));
  });
}
