/** Gold leaf: spirals, eyes and checks in black, silver and jewel colours, close together on gold. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, type Rgb, svgCanvas } from "./canvas.js";
import { disc, one, placed, scattered, stroke } from "./marks.js";

const GOLDS: readonly [Rgb, ...Rgb[]] = [
  [226, 170, 50],
  [246, 206, 96],
  [190, 128, 30],
  [236, 188, 70],
];
const JEWELS: readonly [Rgb, ...Rgb[]] = [
  [168, 28, 36],
  [28, 70, 130],
  [32, 110, 80],
  [120, 44, 110],
];
const [BLACK, SILVER, BROWN]: readonly [Rgb, Rgb, Rgb] = [
  [24, 18, 16],
  [234, 230, 220],
  [96, 54, 16],
];

function spiral(next: Random): string {
  const [turns, way] = [2.2 + next(), next() < 0.5 ? 1 : -1];
  const points = Array.from({ length: 40 }, (_, i) => {
    const t = i / 39;
    const angle = way * 2 * Math.PI * turns * t;
    return { x: 34 * t * Math.cos(angle), y: 34 * t * Math.sin(angle) };
  });
  return stroke(points, 5.5, css(next() < 0.6 ? BROWN : BLACK));
}

function eye(next: Random): string {
  const [jewel, other] = [css(one(JEWELS, next)), css(one(JEWELS, next))];
  const almond = (scale: number, fill: string): string =>
    `<path d="M${-34 * scale} 0Q0 ${-38 * scale} ${34 * scale} 0Q0 ${38 * scale} ${-34 * scale} 0Z" fill="${fill}"/>`;
  const centre = { x: 0, y: 0 };
  return almond(1.15, css(BROWN)) + almond(1, css(SILVER)) + disc(centre, 13, jewel) + disc(centre, 6, other);
}

function checks(next: Random): string {
  const [columns, rows] = [2 + Math.floor(2 * next()), 3 + Math.floor(3 * next())];
  const [w, h] = [17, 17];
  const squares = Array.from({ length: columns * rows }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const colour = next() < 0.12 ? one(JEWELS, next) : (column + row) % 2 === 0 ? BLACK : SILVER;
    return `<rect x="${(column - columns / 2) * w}" y="${(row - rows / 2) * h}" width="${w - 1.5}" height="${h - 1.5}" fill="${css(colour)}"/>`;
  });
  return squares.join("");
}

function rings(next: Random): string {
  const colours = [css(BROWN), css(one(GOLDS, next)), css(one(JEWELS, next)), css(SILVER), css(one(JEWELS, next))];
  return colours.map((colour, i) => disc({ x: 0, y: 0 }, 30 - 6.5 * i, colour)).join("");
}

export async function gold(side: number): Promise<Canvas> {
  const next = random(71);
  const leaf = scattered(side, 40, next).map((at) => {
    const size = 26 + 22 * next();
    const square = `<rect x="${-size}" y="${-size}" width="${2 * size}" height="${2 * size}" fill="${css(one(GOLDS, next))}" stroke="${css(GOLDS[2] ?? BROWN)}" stroke-width="1.5"/>`;
    return placed(square, at, 0.2 * (next() - 0.5));
  });
  const motifs = [spiral, spiral, eye, checks, rings] as const;
  const ornaments = scattered(side, 66, next).map((at) =>
    placed(one(motifs, next)(next), at, 2 * Math.PI * next(), 0.65 + 0.6 * next()),
  );
  const beads = scattered(side, 44, next).map((at) =>
    disc(at, 2.5 + 3.5 * next(), css(next() < 0.5 ? (GOLDS[1] ?? SILVER) : one(JEWELS, next))),
  );
  return svgCanvas(side, [210, 150, 40], [...leaf, ...ornaments, ...beads]);
}
