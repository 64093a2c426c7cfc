/** A woodcut of waves: carved lines in indigo on paper, foam at the crests, a red sun and its light. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, canvas, mixed, type Rgb } from "./canvas.js";
import { noisePixels } from "./noise.js";

const [INK, DEEP, TEAL, PAPER, SUN, GLOW]: readonly [Rgb, Rgb, Rgb, Rgb, Rgb, Rgb] = [
  [16, 28, 62],
  [26, 78, 150],
  [96, 176, 190],
  [240, 228, 200],
  [206, 62, 40],
  [238, 150, 84],
];
const WAVES = 6;

/** Height of the sea's surface k at x, in shares of the side: crests that lean to the left. */
function surface(k: number, x: number): number {
  const phase = k * 2.37;
  const length = 0.3 + 0.06 * k;
  const u = x / length + phase;
  const lean = u + 0.22 * Math.sin(2 * Math.PI * u + 0.6);
  return 0.34 + 0.125 * k - (0.05 + 0.026 * k) * Math.abs(Math.sin(Math.PI * lean)) ** 0.8;
}

export function woodcut(side: number): Canvas {
  const next = random(5);
  const [wobble, grain] = [noisePixels(side, 5, next), noisePixels(side, 60, next)];
  const surfaces = Array.from({ length: WAVES }, (_, k) =>
    Float64Array.from({ length: side }, (_, px) => surface(k, px / side)),
  );
  const depthIn = (wave: number, px: number, y: number): number => y - (surfaces[wave]?.[px] ?? 1);
  return canvas(side, (px, py) => {
    const at = py * side + px;
    const [x, y] = [px / side, py / side];
    const bend = 0.012 * (wobble[at] ?? 0);
    const rough = 0.18 * (grain[at] ?? 0);
    let wave = -1;
    for (let k = 0; k < WAVES; k++) if (depthIn(k, px, y + bend) > 0) wave = k;
    if (wave < 0) return sky(x, y, bend, rough);
    const depth = depthIn(wave, px, y + bend);
    // The keyline, then a band of foam with fingers, then carved lines that thicken downwards.
    if (depth < 0.007) return INK;
    const fingers = 0.016 + 0.018 * Math.abs(Math.sin(46 * x + wave * 1.7 + 6 * bend * 40));
    if (depth < fingers) return PAPER;
    if (depth < fingers + 0.004) return INK;
    const line = Math.sin(2 * Math.PI * ((depth / 0.025) * (1 - 0.05 * wave)) + 2 * (wobble[at] ?? 0));
    // Every third wave carries the sun.
    const [near, far] = wave % 3 === 1 ? [GLOW, SUN] : [TEAL, DEEP];
    const wash = mixed(near, far, Math.min(1, depth / 0.1));
    return line + rough > 0.45 - 3 * depth ? INK : line + rough < -0.72 + 2 * depth ? PAPER : wash;
  });
}

function sky(x: number, y: number, bend: number, rough: number): Rgb {
  const from = Math.hypot(x - 0.7, y - 0.15);
  if (from < 0.095) return SUN;
  if (from < 0.102) return INK;
  const ring = Math.sin(2 * Math.PI * ((from + bend) / 0.036));
  const glow = mixed([238, 196, 132], PAPER, Math.min(1, from / 0.45));
  return ring + rough > 0.8 + 0.12 * Math.sin(9 * x) ? mixed(DEEP, TEAL, 0.5) : glow;
}
