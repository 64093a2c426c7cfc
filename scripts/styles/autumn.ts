/** Autumn: fallen leaves in rust, ochre and crimson, veined, on dark earth. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, mixed, type Rgb, svgCanvas } from "./canvas.js";
import { one, placed, scattered } from "./marks.js";

const LEAVES: readonly [Rgb, ...Rgb[]] = [
  [186, 62, 18],
  [222, 122, 24],
  [236, 172, 48],
  [146, 22, 26],
  [110, 54, 24],
  [204, 88, 30],
  [112, 108, 36],
];
const EARTH: Rgb = [44, 22, 16];
const STRAW: Rgb = [255, 224, 150];

/** A toothed leaf one unit long, with its veins. */
function leaf(colour: Rgb, next: Random): string {
  const [teeth, width] = [6, 0.3 + 0.12 * next()];
  const half = (way: number): string[] =>
    Array.from({ length: teeth }, (_, i) => {
      const t = (i + 0.6) / teeth;
      const out = way * width * Math.sin(Math.PI * t ** 0.75);
      return `L${(out * 1.12).toFixed(3)} ${(-t - 0.05).toFixed(3)}L${(out * 0.84).toFixed(3)} ${(-t - 0.07).toFixed(3)}`;
    });
  const [left, right] = [half(-1), half(1).join("")];
  const veins = Array.from({ length: 5 }, (_, i) => {
    const t = 0.12 + 0.16 * i;
    const reach = 0.8 * width * Math.sin(Math.PI * (t + 0.16) ** 0.75);
    return `M${(-reach).toFixed(3)} ${(-t - 0.17).toFixed(3)}L0 ${(-t).toFixed(3)}L${reach.toFixed(3)} ${(-t - 0.17).toFixed(3)}`;
  });
  const rim = css(mixed(colour, EARTH, 0.75));
  const vein = css(mixed(colour, STRAW, 0.55));
  const blade = (parts: string, fill: Rgb): string =>
    `<path d="M0 0${parts}L0 -1.12Z" fill="${css(fill)}" stroke="${rim}" stroke-width=".035"/>`;
  return `${blade(left.join(""), mixed(colour, EARTH, 0.28))}${blade(right, colour)}<path d="M0 .2V-1.05${veins.join("")}" stroke="${vein}" stroke-width=".035" fill="none"/>`;
}

export async function autumn(side: number): Promise<Canvas> {
  const next = random(29);
  const layers = [
    { gap: 74, size: 150 },
    { gap: 70, size: 112 },
    { gap: 96, size: 72 },
  ];
  const leaves = layers.flatMap(({ gap, size }) =>
    scattered(side, gap, next).map((at) =>
      placed(leaf(one(LEAVES, next), next), at, 2 * Math.PI * next(), size * (0.75 + 0.5 * next())),
    ),
  );
  return svgCanvas(side, EARTH, leaves);
}
