/** A winter window: ferns of ice that branch over deep blue. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, mixed, type Rgb, svgCanvas } from "./canvas.js";

const [NIGHT, BLUE, ICE, WHITE]: readonly [Rgb, Rgb, Rgb, Rgb] = [
  [10, 24, 62],
  [44, 104, 172],
  [150, 206, 232],
  [246, 252, 255],
];

/** Adds a fern: a curved stem whose branches, at 60 degrees as in ice, are ferns themselves. */
function fern(out: string[], x: number, y: number, angle: number, length: number, depth: number, next: Random): void {
  const bend = 0.5 * (next() - 0.5);
  const parts = Math.max(3, Math.round(length / (depth === 2 ? 20 : 13)));
  let [px, py, a] = [x, y, angle];
  for (let i = 0; i < parts; i++) {
    const t = i / parts;
    const step = length / parts;
    const [nx, ny] = [px + step * Math.cos(a), py + step * Math.sin(a)];
    const width = (1 - 0.8 * t) * (2.4 + 2.2 * depth);
    const colour = mixed(mixed(BLUE, ICE, 0.35 + 0.35 * depth), WHITE, Math.min(1, 0.25 * depth + 0.5 * next()));
    out.push(
      `<path d="M${px.toFixed(1)} ${py.toFixed(1)}L${nx.toFixed(1)} ${ny.toFixed(1)}" stroke="${css(colour)}" stroke-width="${width.toFixed(1)}" stroke-linecap="round"/>`,
    );
    if (depth > 0 && i > 0) {
      const branch = length * (depth === 2 ? 0.42 : 0.4) * (1 - t) ** 0.7 * (0.75 + 0.5 * next());
      if (branch > 6) for (const side of [-1, 1]) fern(out, nx, ny, a + side * (Math.PI / 3 - 0.1), branch, depth - 1, next);
    }
    a += bend / parts + 0.06 * (next() - 0.5);
    [px, py] = [nx, ny];
  }
}

export async function winter(side: number): Promise<Canvas> {
  const next = random(31);
  const out: string[] = [
    `<defs><radialGradient id="g" cx="0.62" cy="0.3" r="0.9"><stop offset="0" stop-color="${css([74, 142, 200])}"/><stop offset="0.5" stop-color="${css([28, 66, 128])}"/><stop offset="1" stop-color="${css(NIGHT)}"/></radialGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>`,
  ];
  // Ferns rise from the borders of the window, the far ones first.
  for (let i = 0; i < 13; i++) {
    const around = (i * 0.382) % 1;
    const at = around * 4 * side;
    const edge = Math.floor(around * 4);
    const along = at - edge * side;
    const [x, y, inward] = (
      [
        [along, side, -Math.PI / 2],
        [0, along, 0],
        [side, along, Math.PI],
        [along, 0, Math.PI / 2],
      ] as const
    )[edge as 0 | 1 | 2 | 3];
    fern(out, x, y, inward + 0.9 * (next() - 0.5), side * (0.32 + 0.34 * next()), 2, next);
  }
  for (let i = 0; i < 150; i++) {
    const r = 0.8 + 2.2 * next() ** 3;
    out.push(
      `<circle cx="${(next() * side).toFixed(1)}" cy="${(next() * side).toFixed(1)}" r="${r.toFixed(1)}" fill="${css(mixed(ICE, WHITE, next()))}"/>`,
    );
  }
  return svgCanvas(side, NIGHT, [`<g fill="none">${out[0] ?? ""}</g>`, ...out.slice(1)]);
}
