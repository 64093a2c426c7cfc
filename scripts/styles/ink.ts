/** Ink on paper: leaves and stems of bamboo in washes from pale grey to black, and seals in red. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, type Rgb, svgCanvas } from "./canvas.js";
import { followed, type Point, place, placed, scattered } from "./marks.js";
import { noise } from "./noise.js";

const [INK, PAPER, SEAL]: readonly [Rgb, Rgb, Rgb] = [
  [18, 18, 24],
  [240, 232, 214],
  [196, 32, 28],
];

/** A brush stroke that swells and runs out into a point. */
function brush(spine: readonly Point[], width: number, opacity: number): string {
  const sides = spine.map(({ x, y }, i) => {
    const t = i / (spine.length - 1);
    const [a, b] = [spine[Math.max(0, i - 1)] ?? { x, y }, spine[Math.min(spine.length - 1, i + 1)] ?? { x, y }];
    const along = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const half = (width / 2) * Math.sin(Math.PI * Math.min(1, 0.12 + 0.88 * t) ** 0.7);
    const [nx, ny] = [(-(b.y - a.y) / along) * half, ((b.x - a.x) / along) * half];
    return [
      { x: x + nx, y: y + ny },
      { x: x - nx, y: y - ny },
    ] as const;
  });
  const outline = [...sides.map(([left]) => left), ...sides.map(([, right]) => right).reverse()];
  return `<path d="M${outline.map(place).join("L")}Z" fill="${css(INK)}" fill-opacity="${opacity}"/>`;
}

/** Strokes that fan out from a joint, like leaves. */
function spray(at: Point, direction: number, size: number, opacity: number, next: Random): string[] {
  const count = 3 + Math.floor(3 * next());
  return Array.from({ length: count }, (_, i) => {
    const spread = (i - (count - 1) / 2) * 0.55 + 0.3 * (next() - 0.5);
    const bend = 0.5 * (next() - 0.5);
    let turn = direction + spread;
    const spine = followed(at, size * (0.7 + 0.6 * next()), 8, () => {
      turn += bend / 8;
      return turn;
    });
    return brush(spine, size * (0.17 + 0.08 * next()), opacity);
  });
}

export async function ink(side: number): Promise<Canvas> {
  const next = random(43);
  const wind = noise(3, next, 2);
  const direction = ({ x, y }: Point): number => 1.1 + 2.6 * wind(x / side, y / side) + 0.8 * (next() - 0.5);
  const layers = [
    { gap: 230, size: 300, opacity: 0.22 },
    { gap: 210, size: 230, opacity: 0.42 },
    { gap: 190, size: 170, opacity: 0.75 },
    { gap: 170, size: 130, opacity: 0.97 },
  ];
  const leaves = layers.flatMap(({ gap, size, opacity }) =>
    scattered(side, gap, next).flatMap((at) => spray(at, direction(at), size, opacity, next)),
  );
  const seals = scattered(side, 210, next).map((at) => {
    const mark = `<rect x="-1" y="-1" width="2" height="2" rx=".2" fill="${css(SEAL)}"/><path d="M-.5 -.5H.5M0 -.5V.6M-.5 .1H.5" stroke="${css(PAPER)}" stroke-width=".2"/>`;
    return placed(mark, at, 0.2 * (next() - 0.5), 15 + 8 * next());
  });
  return svgCanvas(side, PAPER, [...leaves, ...seals]);
}
