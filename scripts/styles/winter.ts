/** A winter window: ferns and crystals of ice that branch every way over deep blue. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, mixed, type Rgb, svgCanvas } from "./canvas.js";
import { disc, scattered } from "./marks.js";

const [NIGHT, BLUE, ICE, WHITE]: readonly [Rgb, Rgb, Rgb, Rgb] = [
  [10, 24, 62],
  [70, 150, 220],
  [176, 226, 246],
  [246, 252, 255],
];

/** Adds a fern: a curved stem whose branches, at 60 degrees as in ice, are ferns themselves. */
function fern(out: string[], x: number, y: number, angle: number, length: number, depth: number, next: Random): void {
  const bend = 0.5 * (next() - 0.5);
  const parts = Math.max(3, Math.round(length / (depth === 2 ? 46 : 24)));
  let [px, py, a] = [x, y, angle];
  for (let i = 0; i < parts; i++) {
    const t = i / parts;
    const step = length / parts;
    const [nx, ny] = [px + step * Math.cos(a), py + step * Math.sin(a)];
    const width = (1 - 0.7 * t) * (5 + 4 * depth);
    const colour = mixed(mixed(BLUE, ICE, 0.35 + 0.35 * depth), WHITE, Math.min(1, 0.15 + 0.3 * depth + 0.4 * next()));
    out.push(
      `<path d="M${px.toFixed(1)} ${py.toFixed(1)}L${nx.toFixed(1)} ${ny.toFixed(1)}" stroke="${css(colour)}" stroke-width="${width.toFixed(1)}" stroke-linecap="round"/>`,
    );
    if (depth > 0 && i > 0) {
      const branch = length * (depth === 2 ? 0.42 : 0.4) * (1 - t) ** 0.7 * (0.75 + 0.5 * next());
      if (branch > 6)
        for (const side of [-1, 1]) fern(out, nx, ny, a + side * (Math.PI / 3 - 0.1), branch, depth - 1, next);
    }
    a += bend / parts + 0.06 * (next() - 0.5);
    [px, py] = [nx, ny];
  }
}

export async function winter(side: number): Promise<Canvas> {
  const next = random(31);
  const out: string[] = [
    `<defs><radialGradient id="g" cx="0.62" cy="0.3" r="0.9"><stop offset="0" stop-color="${css([46, 130, 214])}"/><stop offset="0.5" stop-color="${css([22, 72, 160])}"/><stop offset="1" stop-color="${css(NIGHT)}"/></radialGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>`,
  ];
  for (const at of scattered(side, side / 4.2, next))
    fern(out, at.x, at.y, 2 * Math.PI * next(), side * (0.2 + 0.22 * next()), 2, next);
  // Crystals with six arms lie over them.
  for (const at of scattered(side, side / 7, next)) {
    const [turn, size] = [2 * Math.PI * next(), side * (0.045 + 0.055 * next())];
    for (let arm = 0; arm < 6; arm++) fern(out, at.x, at.y, turn + (arm * Math.PI) / 3, size, 1, next);
  }
  for (const at of scattered(side, side / 15, next))
    out.push(disc(at, 2 + 10 * next() ** 2, css(mixed(ICE, WHITE, 0.3 + 0.7 * next()))));
  return svgCanvas(side, NIGHT, [`<g fill="none">${out[0] ?? ""}</g>`, ...out.slice(1)]);
}
