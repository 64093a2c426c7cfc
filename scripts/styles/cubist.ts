/** Cubism: facets in umber, slate and ochre that fall into shadow at one edge, scored with black. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, mixed, type Rgb, svgCanvas } from "./canvas.js";
import { one, type Point, place, scattered, stroke } from "./marks.js";

const PLANES: readonly [Rgb, ...Rgb[]] = [
  [214, 160, 84],
  [166, 84, 44],
  [72, 104, 116],
  [240, 214, 160],
  [54, 84, 72],
  [196, 120, 48],
  [48, 40, 44],
  [148, 172, 164],
];
const [BLACK, LIGHT]: readonly [Rgb, Rgb] = [
  [22, 18, 18],
  [250, 240, 212],
];

/** Corners of a facet around a point. */
function corners({ x, y }: Point, size: number, next: Random): Point[] {
  const [count, turn] = [3 + Math.floor(2.4 * next()), 2 * Math.PI * next()];
  return Array.from({ length: count }, (_, i) => {
    const angle = turn + (2 * Math.PI * (i + 0.5 * (next() - 0.5))) / count;
    const r = size * (0.6 + 0.7 * next());
    return { x: x + r * Math.cos(angle), y: y + r * Math.sin(angle) };
  });
}

export async function cubist(side: number): Promise<Canvas> {
  const next = random(79);
  const facets = [
    { gap: 130, size: 200 },
    { gap: 150, size: 130 },
    { gap: 190, size: 90 },
  ].flatMap(({ gap, size }) => scattered(side, gap, next).map((at) => corners(at, size, next)));
  const drawn = facets.map((points, i) => {
    const colour = one(PLANES, next);
    const angle = 2 * Math.PI * next();
    const [dx, dy] = [0.5 * Math.cos(angle), 0.5 * Math.sin(angle)];
    const ends = `x1="${(0.5 - dx).toFixed(2)}" y1="${(0.5 - dy).toFixed(2)}" x2="${(0.5 + dx).toFixed(2)}" y2="${(0.5 + dy).toFixed(2)}"`;
    const stops = `<stop offset="0" stop-color="${css(mixed(colour, LIGHT, 0.6))}"/><stop offset=".45" stop-color="${css(colour)}"/><stop offset="1" stop-color="${css(mixed(colour, BLACK, 0.65))}"/>`;
    const shape = `<path d="M${points.map(place).join("L")}Z" fill="url(#f${i})" fill-opacity=".92"/>`;
    // Scored along two sides only, so that planes open into each other.
    return `<linearGradient id="f${i}" ${ends}>${stops}</linearGradient>${shape}${stroke(points.slice(0, 3), 5 + 5 * next(), css(BLACK))}`;
  });
  return svgCanvas(side, [150, 120, 84], drawn);
}
