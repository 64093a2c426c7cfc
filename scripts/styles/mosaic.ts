/** A mosaic: little stones in fans, as on a Roman floor. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, canvas, mixed, type Rgb } from "./canvas.js";
import { noise } from "./noise.js";

const STONES: readonly (readonly [Rgb, ...Rgb[]])[] = [
  [
    [150, 40, 30],
    [186, 72, 44],
    [120, 28, 28],
  ],
  [
    [240, 222, 184],
    [226, 200, 150],
    [250, 240, 214],
  ],
  [
    [24, 70, 128],
    [40, 104, 160],
    [18, 46, 92],
  ],
  [
    [222, 164, 44],
    [200, 132, 34],
    [240, 196, 90],
  ],
  [
    [32, 108, 96],
    [70, 148, 120],
    [20, 78, 74],
  ],
];
const GROUT: Rgb = [58, 48, 44];
/** In pixels: a fan's radius, and how deep a ring of stones is. */
const [RADIUS, RING] = [176, 25];

/** A number in 0..1 for three whole numbers, always the same. */
function hash(a: number, b: number, c: number): number {
  return random(Math.imul(a + 101, 73856093) ^ Math.imul(b + 53, 19349663) ^ Math.imul(c + 7, 83492791))();
}

export function mosaic(side: number): Canvas {
  const next = random(37);
  const [bend, grain] = [noise(6, next, 2), noise(90, next, 1)];
  return canvas(side, (x, y) => {
    const [u, v] = [x / side, y / side];
    const [px, py] = [x + 12 * bend(u, v), y + 12 * bend(v, u)];
    // Rows of fans like scales: the lowest one that covers the place lies on top.
    for (let row = Math.floor(py / (RADIUS / 2)) + 2; ; row--) {
      const top = row * (RADIUS / 2);
      const shift = row % 2 === 0 ? 0 : RADIUS;
      const fan = Math.round((px - shift) / (2 * RADIUS));
      const [dx, dy] = [px - shift - fan * 2 * RADIUS, py - top];
      const r = Math.hypot(dx, dy);
      if (r >= RADIUS) continue;
      const ring = Math.floor(r / RING);
      const count = Math.max(1, Math.round((2 * Math.PI * (ring + 0.5) * RING) / 27));
      const turn = ((Math.atan2(dy, dx) / (2 * Math.PI) + 1 + hash(fan, row, ring)) * count) % count;
      const stone = Math.floor(turn);
      const across = RING * Math.min(r / RING - ring, 1 - r / RING + ring);
      const along = Math.min(turn - stone, 1 - turn + stone) * 27;
      const edge = Math.min(across, along) - 1.6 - 1.6 * hash(stone, ring, row + fan);
      if (edge < 0) return GROUT;
      // Rings keep to one family of stones, with a stranger here and there.
      const pick = hash(fan + row, ring, 1) + (hash(stone, ring, fan - row) < 0.1 ? 0.5 : 0);
      const family = STONES[Math.floor((pick % 1) * STONES.length)] ?? STONES[0];
      const colour = family?.[Math.floor(hash(stone, ring + 3, 2 * fan + row) * 3)] ?? GROUT;
      const light = 0.12 * grain(u, v) + (edge < 2.5 ? (dy + dx < 0 ? 0.22 : -0.22) : 0);
      return light > 0 ? mixed(colour, [255, 255, 255], light) : mixed(colour, GROUT, -light);
    }
  });
}
