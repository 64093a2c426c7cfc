/** Neon: bent tubes of light in magenta, cyan, lime and orange on a black wall. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, mixed, type Rgb, svgCanvas } from "./canvas.js";
import { one, placed, scattered } from "./marks.js";

const LIGHTS: readonly [Rgb, ...Rgb[]] = [
  [255, 20, 147],
  [0, 229, 255],
  [170, 0, 255],
  [120, 255, 40],
  [255, 110, 0],
  [40, 90, 255],
];
const WHITE: Rgb = [255, 255, 255];

/** Tubes about one unit in radius, around (0, 0). */
const TUBES: readonly [string, ...string[]] = [
  "M-1.2 0L-.8 -.7L-.3 .7L.2 -.7L.7 .7L1.2 0",
  "M0 -1A1 1 0 1 1 -.1 -1",
  "M0 -1.1L1 .7H-1Z",
  "M-1.3 0C-.9 -1.2 -.5 -1.2 0 0S.9 1.2 1.3 0",
  "M.3 -1.2L-.5 .1H.3L-.4 1.2",
  "M-.8 -.8H.8V.8H-.8Z",
  "M-1 .3L0 -.5L1 .3M-1 .9L0 .1L1 .9",
  "M0 0C.3 -.2 .5 .2 .2 .45C-.3 .8 -.8 .3 -.6 -.25C-.35 -.9 .6 -1 1 -.2",
];

/** A lit tube: a wide faint glow, a narrow strong one, and a core that is almost white. */
function tube(path: string, light: Rgb, scale: number): string {
  const pass = (width: number, colour: Rgb, opacity: number): string =>
    `<path d="${path}" fill="none" stroke="${css(colour)}" stroke-opacity="${opacity}" stroke-width="${(width / scale).toFixed(3)}" stroke-linecap="round" stroke-linejoin="round"/>`;
  return [
    pass(46, light, 0.1),
    pass(32, light, 0.14),
    pass(21, light, 0.28),
    pass(12, light, 1),
    pass(5, mixed(light, WHITE, 0.8), 1),
  ].join("");
}

export async function neon(side: number): Promise<Canvas> {
  const next: Random = random(61);
  const tubes = scattered(side, 92, next).map((at) => {
    const scale = 30 + 44 * next() ** 1.3;
    return placed(tube(one(TUBES, next), one(LIGHTS, next), scale), at, 2 * Math.PI * next(), scale);
  });
  return svgCanvas(side, [12, 6, 26], tubes);
}
