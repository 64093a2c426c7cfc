/** Water in the sun: nets of light over turquoise and deep blue. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, canvas, mixed, type Rgb } from "./canvas.js";
import { cells } from "./cells.js";
import { scattered } from "./marks.js";
import { noise } from "./noise.js";

const [DEEP, SEA, TURQUOISE, LIGHT]: readonly [Rgb, Rgb, Rgb, Rgb] = [
  [2, 52, 112],
  [0, 122, 168],
  [44, 200, 196],
  [240, 255, 236],
];

export function water(side: number): Canvas {
  const next = random(17);
  const [swell, sway, ripple, depth] = [noise(3, next, 2), noise(3, next, 2), noise(12, next, 1), noise(3, next, 2)];
  const near = cells(scattered(side * 1.5, 74, next), 74);
  const far = cells(scattered(side * 1.5, 46, next), 46);
  return canvas(side, (x, y) => {
    const [u, v] = [x / side, y / side];
    const px = x + 100 + 64 * swell(u, v) + 20 * ripple(u, v);
    const py = 1.25 * y + 100 + 64 * sway(u, v) + 20 * ripple(v, u);
    const mesh = near(px, py);
    const fine = far(px + 30 * sway(v, u), py);
    // The net is bright where two cells meet and wider where three do.
    const corner = Math.min(1, mesh.distance / 54) ** 3;
    const net = Math.exp(-mesh.border / (3.5 + 7 * corner)) + 0.3 * Math.exp(-mesh.border / 18);
    const faint = 0.45 * Math.exp(-fine.border / 4);
    const shade = Math.min(1, Math.max(0, 0.5 + 0.5 * depth(u, v) + 0.25 * (mesh.distance / 48 - 0.6)));
    const body = shade < 0.5 ? mixed(TURQUOISE, SEA, 2 * shade) : mixed(SEA, DEEP, 2 * shade - 1);
    return mixed(mixed(body, TURQUOISE, Math.min(1, 1.4 * faint)), LIGHT, Math.min(1, net));
  });
}
