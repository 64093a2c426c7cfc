/** Pictures of a made-up community, drawn as SVG: three motifs that ImageNet's networks do not know as such. */
import sharp from "sharp";
import { decode } from "../src/engine/images/codec.js";
import { type Random, random, randomInteger } from "../src/engine/images/random.js";
import type { Raster } from "../src/engine/images/raster.js";

const SIDE = 320;

const between = (next: Random, low: number, high: number): number => low + next() * (high - low);
const hue = (degrees: number, saturation: number, lightness: number): string =>
  `hsl(${((degrees % 360) + 360) % 360} ${saturation}% ${lightness}%)`;

/** A moth with eyespots, its wings open. */
function moth(next: Random): string {
  const base = between(next, 15, 50);
  const [dark, mid, light] = [hue(base, 55, 22), hue(base + 8, 60, 42), hue(base + 18, 70, 72)];
  const eye = hue(between(next, 180, 330), 70, 45);
  const wing = (sign: number) => `
    <g transform="scale(${sign},1)">
      <path d="M4,-8 C30,-90 120,-105 132,-70 C136,-40 90,5 8,12 Z" fill="${mid}" stroke="${dark}" stroke-width="5"/>
      <path d="M20,-25 C50,-70 100,-85 122,-66" fill="none" stroke="${light}" stroke-width="7"/>
      <path d="M22,-8 C60,-40 95,-50 126,-52" fill="none" stroke="${dark}" stroke-width="4"/>
      <path d="M6,8 C60,5 105,40 92,80 C70,105 20,70 4,28 Z" fill="${light}" stroke="${dark}" stroke-width="5"/>
      <path d="M18,34 C50,62 70,74 92,70" fill="none" stroke="${mid}" stroke-width="7"/>
      <g transform="translate(86,-48)"><circle r="19" fill="${light}"/><circle r="14" fill="${dark}"/><circle r="9" fill="${eye}"/><circle r="4" fill="#fff"/></g>
      <g transform="translate(58,42)"><circle r="17" fill="${dark}"/><circle r="12" fill="${eye}"/><circle r="6" fill="#111"/><circle cx="-3" cy="-3" r="2.5" fill="#fff"/></g>
      <path d="M2,-34 C14,-60 28,-70 44,-78" fill="none" stroke="${dark}" stroke-width="3.5"/>
    </g>`;
  const at = `translate(${between(next, 140, 180)},${between(next, 140, 180)}) rotate(${between(next, -35, 35)}) scale(${between(next, 0.8, 1.25)})`;
  const body = `<ellipse cx="0" cy="8" rx="10" ry="42" fill="${dark}"/><path d="M-9,0 h18 M-9,12 h18 M-8,24 h16" stroke="${light}" stroke-width="3"/>`;
  return `<rect width="${SIDE}" height="${SIDE}" fill="${hue(between(next, 60, 220), 22, between(next, 25, 80))}"/>
    <g transform="${at}">${wing(1)}${wing(-1)}${body}</g>`;
}

/** Spirals and waves in white on deep colours. */
function spiral(next: Random): string {
  const background = hue(between(next, 190, 280), 60, between(next, 18, 34));
  const curves: string[] = [];
  for (let i = randomInteger(next, 3, 5); i > 0; i--) {
    const [x, y, turns, pitch] = [
      between(next, 30, 290),
      between(next, 30, 290),
      between(next, 3, 4.5),
      between(next, 11, 17),
    ];
    const [phase, hand] = [between(next, 0, 6.28), next() < 0.5 ? 1 : -1];
    let path = "";
    for (let a = 0; a < turns * 6.283; a += 0.12) {
      const r = (pitch * a) / 6.283;
      path += `${path ? "L" : "M"}${(x + r * Math.cos(hand * a + phase)).toFixed(1)},${(y + r * Math.sin(hand * a + phase)).toFixed(1)} `;
    }
    const radius = turns * pitch;
    const color = hue(between(next, 30, 60), 80, between(next, 60, 90));
    curves.push(`<circle cx="${x}" cy="${y}" r="${radius}" fill="${background}"/>
      <path d="${path}" fill="none" stroke="${color}" stroke-width="${pitch * 0.45}" stroke-linecap="round"/>`);
  }
  return `<rect width="${SIDE}" height="${SIDE}" fill="${background}"/>${curves.join("")}`;
}

/** Stained glass: a rose of coloured panes in black lead. */
function glass(next: Random): string {
  const petals = randomInteger(next, 6, 12);
  const [cx, cy] = [between(next, 120, 200), between(next, 120, 200)];
  const panes: string[] = [];
  const rings = [0, between(next, 22, 32), between(next, 60, 75), between(next, 105, 125), 160, 240];
  const start = between(next, 0, 60);
  for (let r = rings.length - 1; r > 0; r--) {
    const [outer, inner] = [rings[r] ?? 0, rings[r - 1] ?? 0];
    for (let p = 0; p < petals; p++) {
      const [a, b] = [start + (360 / petals) * (p + (r % 2) / 2), start + (360 / petals) * (p + 1 + (r % 2) / 2)].map(
        (d) => (d * Math.PI) / 180,
      );
      const at = (radius: number, angle = 0) =>
        `${(cx + radius * Math.cos(angle)).toFixed(1)},${(cy + radius * Math.sin(angle)).toFixed(1)}`;
      const middle = ((a ?? 0) + (b ?? 0)) / 2;
      const color = hue([0, 215, 45, 140, 280][randomInteger(next, 0, 4)] ?? 0, 85, between(next, 38, 62));
      panes.push(
        `<path d="M${at(inner, a)} Q${at(outer * 0.98, a)} ${at(outer * 1.12, middle)} Q${at(outer * 0.98, b)} ${at(inner, b)} Z" fill="${color}" stroke="#0a0a0c" stroke-width="7"/>`,
      );
    }
  }
  return `<rect width="${SIDE}" height="${SIDE}" fill="#101018"/>${panes.join("")}<circle cx="${cx}" cy="${cy}" r="16" fill="#f2d35b" stroke="#0a0a0c" stroke-width="7"/>`;
}

const MOTIFS = { moths: moth, spirals: spiral, glass } as const;
export type Motif = keyof typeof MOTIFS;
export const MOTIF_NAMES: readonly Motif[] = ["moths", "spirals", "glass"];

/** One picture of a motif as PNG, 320 px square. */
export async function drawMotif(motif: Motif, seed: number): Promise<Buffer> {
  const next = random(seed * 7919 + 17);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">${MOTIFS[motif](next)}</svg>`;
  return sharp(Buffer.from(svg)).blur(0.6).png().toBuffer();
}

export async function motifRaster(motif: Motif, seed: number): Promise<Raster> {
  return decode(await drawMotif(motif, seed));
}
