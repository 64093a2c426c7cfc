/** Marbled paper: drops of colour on water, drawn out with a comb and stirred. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, canvas, type Rgb } from "./canvas.js";
import { noise } from "./noise.js";

const DROPS: readonly Rgb[] = [
  [20, 44, 100],
  [248, 236, 210],
  [190, 22, 44],
  [248, 236, 210],
  [232, 164, 40],
  [20, 44, 100],
  [18, 128, 132],
  [248, 236, 210],
  [12, 18, 40],
  [222, 86, 50],
];
/** Of a layer of colour before it is combed, in pixels. */
const LAYER = 42;

export function marble(side: number): Canvas {
  const next = random(67);
  const [uneven, stir] = [noise(6, next), noise(3, next, 1)];
  const whirls = Array.from({ length: 9 }, (_, i) => ({
    x: side * (((i % 3) + 0.2 + 0.6 * next()) / 3),
    y: side * ((Math.floor(i / 3) + 0.2 + 0.6 * next()) / 3),
    radius: side * (0.1 + 0.07 * next()),
    turn: (next() < 0.5 ? -1 : 1) * (1.8 + 1.2 * next()),
  }));
  return canvas(side, (x, y) => {
    let [px, py] = [x, y];
    // What was done last is undone first: the whirls, then the comb's teeth across, then down.
    for (const whirl of whirls) {
      const [dx, dy] = [px - whirl.x, py - whirl.y];
      const turn = whirl.turn * Math.exp(-(dx * dx + dy * dy) / whirl.radius ** 2);
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      [px, py] = [whirl.x + dx * cos - dy * sin, whirl.y + dx * sin + dy * cos];
    }
    px += 30 * Math.sin(py / 50);
    py += 150 * Math.abs(((px / 130) % 1) - 0.5) + 50 * stir(px / side, py / side);
    const layer = py / LAYER + 1.3 * uneven(px / side, py / side);
    const index = Math.floor(layer);
    return DROPS[((index % DROPS.length) + DROPS.length) % DROPS.length] ?? [0, 0, 0];
  });
}
