/** Fire: tongues of flame over each other, each from dark red to a yellow heart, and sparks. */
import { random } from "../../src/engine/images/random.js";
import { type Canvas, css, type Rgb, svgCanvas } from "./canvas.js";
import { disc, placed, scattered } from "./marks.js";
import { noise } from "./noise.js";

/** From the rim of a flame to its heart. */
const RIM: readonly Rgb[] = [
  [40, 4, 10],
  [150, 12, 14],
  [222, 44, 12],
  [250, 122, 14],
  [255, 196, 40],
  [255, 244, 170],
];

/** A tongue one unit high that stands on (0, 0), with a tip bent to the right. */
const TONGUE =
  "M0 0C-.34 -.06 -.36 -.34 -.14 -.56C-.02 -.68 .02 -.8 -.02 -1C.16 -.84 .22 -.68 .18 -.54C.28 -.58 .3 -.64 .3 -.7C.4 -.4 .34 -.06 0 0Z";

export async function fire(side: number): Promise<Canvas> {
  const next = random(13);
  const [wind, heat] = [noise(3, next, 2), noise(4, next, 2)];
  const flames = scattered(side * 1.1, 44, next)
    // The farther up, the farther behind.
    .sort((a, b) => a.y + 90 * Math.sin(a.x) - b.y - 90 * Math.sin(b.x))
    .map((at) => {
      const [u, v] = [at.x / side, at.y / side];
      const size = side * (0.085 + 0.11 * next() ** 2);
      const hot = Math.round(1.1 + 1.6 * heat(u, v) + next());
      const colours = RIM.slice(0, Math.max(3, Math.min(RIM.length, 4 + hot)));
      const nested = colours.map((colour, i) => {
        const scale = 1 - i / (colours.length + 0.6);
        return `<path d="${TONGUE}" fill="${css(colour)}" transform="translate(0 ${(-0.04 * i).toFixed(2)}) scale(${(scale * (i === 0 ? 1.06 : 1)).toFixed(3)} ${scale.toFixed(3)})"/>`;
      });
      const mirrored = next() < 0.5 ? -1 : 1;
      return placed(
        `<g transform="scale(${mirrored} 1)">${nested.join("")}</g>`,
        at,
        1.1 * wind(u, v) + 0.5 * (next() - 0.5),
        size,
      );
    });
  const sparks = scattered(side, 60, next).map((at) =>
    disc(at, 1.5 + 4.5 * next() ** 2, css(next() < 0.5 ? [255, 214, 90] : [255, 140, 30])),
  );
  return svgCanvas(side, [40, 4, 10], [...flames, ...sparks]);
}
