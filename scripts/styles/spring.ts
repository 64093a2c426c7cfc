/** Spring: blossoms in pink and white with golden hearts, and young leaves, close together. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, mixed, type Rgb, svgCanvas } from "./canvas.js";
import { disc, one, placed, scattered } from "./marks.js";

const PETALS: readonly [Rgb, ...Rgb[]] = [
  [255, 176, 204],
  [255, 232, 240],
  [244, 110, 164],
  [255, 206, 220],
  [226, 70, 134],
  [252, 250, 244],
];
const LEAVES: readonly [Rgb, ...Rgb[]] = [
  [150, 206, 74],
  [96, 176, 76],
  [190, 224, 104],
  [52, 142, 88],
];
const [HEART, STAMEN]: readonly [Rgb, Rgb] = [
  [252, 196, 48],
  [170, 34, 84],
];
const WHITE: Rgb = [255, 255, 255];

const PETAL = "M0 0C-.55 -.2 -.55 -.85 -.16 -1L0 -.88L.16 -1C.55 -.85 .55 -.2 0 0Z";
const LEAF = "M0 0C-.42 -.3 -.34 -.75 0 -1.1C.34 -.75 .42 -.3 0 0Z";

/** A blossom one unit in radius. */
function blossom(colour: Rgb, next: Random): string {
  const petals = Array.from({ length: 5 }, (_, i) => {
    const turn = `rotate(${72 * i + Math.round(14 * (next() - 0.5))})`;
    const inner = `<path d="${PETAL}" fill="${css(mixed(colour, WHITE, 0.45))}" transform="${turn} scale(.7 .8)"/>`;
    return `<path d="${PETAL}" fill="${css(colour)}" stroke="${css(mixed(colour, STAMEN, 0.55))}" stroke-width=".05" transform="${turn}"/>${inner}`;
  });
  const stamens = Array.from({ length: 7 }, (_, i) => {
    const angle = (2 * Math.PI * (i + next())) / 7;
    return `<circle cx="${(0.34 * Math.cos(angle)).toFixed(2)}" cy="${(0.34 * Math.sin(angle)).toFixed(2)}" r=".065" fill="${css(STAMEN)}"/>`;
  });
  return `${petals.join("")}${stamens.join("")}<circle r=".2" fill="${css(HEART)}"/>`;
}

function leaf(colour: Rgb): string {
  const vein = css(mixed(colour, WHITE, 0.5));
  return `<path d="${LEAF}" fill="${css(colour)}" stroke="${css(mixed(colour, [10, 60, 40], 0.6))}" stroke-width=".05"/><path d="M0 0V-1" stroke="${vein}" stroke-width=".06"/>`;
}

export async function spring(side: number): Promise<Canvas> {
  const next = random(19);
  const turned = (): number => 2 * Math.PI * next();
  const leaves = scattered(side, 52, next).map((at) => placed(leaf(one(LEAVES, next)), at, turned(), 44 + 34 * next()));
  const blossoms = scattered(side, 66, next).map((at) =>
    placed(blossom(one(PETALS, next), next), at, turned(), 28 + 34 * next() ** 1.5),
  );
  const fallen = scattered(side, 90, next).map((at) => disc(at, 3 + 4 * next(), css(one(PETALS, next))));
  return svgCanvas(side, [64, 150, 84], [...leaves, ...blossoms, ...fallen]);
}
