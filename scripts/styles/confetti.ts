/** Confetti: round dots of all sizes in candy colours, some ringed, packed on aubergine. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, css, type Rgb, svgCanvas } from "./canvas.js";
import { disc, one, type Point } from "./marks.js";

const CANDY: readonly [Rgb, ...Rgb[]] = [
  [255, 64, 129],
  [0, 200, 190],
  [255, 226, 60],
  [150, 80, 240],
  [255, 140, 60],
  [140, 230, 90],
  [90, 190, 255],
  [255, 250, 240],
];
const GROUND: Rgb = [52, 16, 70];

export async function confetti(side: number): Promise<Canvas> {
  const next = random(73);
  const dots: (Point & { readonly radius: number })[] = [];
  // Large ones first; smaller ones go where there is room.
  for (const { radius, tries } of [
    { radius: 38, tries: 500 },
    { radius: 25, tries: 1500 },
    { radius: 16, tries: 4000 },
    { radius: 9, tries: 6000 },
  ]) {
    for (let i = 0; i < tries; i++) {
      const at = { x: side * next(), y: side * next() };
      if (dots.every((dot) => (dot.x - at.x) ** 2 + (dot.y - at.y) ** 2 > (dot.radius + radius + 3) ** 2))
        dots.push({ ...at, radius });
    }
  }
  const drawn = dots.flatMap((dot) => {
    const colour = one(CANDY, next);
    const rings = [disc(dot, dot.radius, css(colour))];
    if (dot.radius > 12 && next() < 0.7) rings.push(disc(dot, dot.radius * 0.62, css(one(CANDY, next))));
    if (dot.radius > 20 && next() < 0.7)
      rings.push(disc(dot, dot.radius * 0.3, css(next() < 0.5 ? GROUND : one(CANDY, next))));
    return rings;
  });
  return svgCanvas(side, GROUND, drawn);
}
