/** Stained glass: panes of strong colours in black lead, lit from behind. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, canvas, mixed, type Rgb } from "./canvas.js";
import { cells } from "./cells.js";
import type { Point } from "./marks.js";
import { noisePixels } from "./noise.js";

const PANES: readonly Rgb[] = [
  [176, 18, 30],
  [214, 54, 24],
  [243, 168, 24],
  [252, 216, 92],
  [18, 60, 150],
  [24, 112, 196],
  [14, 120, 92],
  [66, 160, 78],
  [98, 30, 120],
  [236, 228, 200],
];
const LEAD: Rgb = [14, 12, 16];
/** Half the width of the lead, in pixels. */
const CAME = 4.5;

interface Site extends Point {
  readonly colour: Rgb;
  /** Direction in which the pane grows lighter, in radians. */
  readonly light: number;
}

/** Sites on rings around a rose in the upper middle: panes follow the rings. */
function sitesOf(side: number, next: Random): Site[] {
  const [cx, cy] = [side * 0.42, side * 0.4];
  const sites: Site[] = [];
  for (let ring = 0, radius = 0; radius < side * 1.1; ring++, radius += side * (0.065 + 0.008 * ring)) {
    const count = ring === 0 ? 1 : 7 + 3 * Math.floor(ring * 0.8);
    const turn = next() * Math.PI;
    for (let i = 0; i < count; i++) {
      const angle = turn + (2 * Math.PI * i) / count + 0.18 * (next() - 0.5);
      const r = radius * (1 + 0.1 * (next() - 0.5));
      const colour = PANES[Math.floor(next() * PANES.length)] ?? LEAD;
      sites.push({ x: cx + r * Math.cos(angle), y: cy + r * Math.sin(angle), colour, light: next() * 2 * Math.PI });
    }
  }
  return sites;
}

export function glass(side: number): Canvas {
  const next = random(11);
  const sites = sitesOf(side, next);
  const nearest = cells(sites, side * 0.1);
  const [across, down] = [noisePixels(side, 4, next), noisePixels(side, 4, next)];
  const bubbles = noisePixels(side, 40, next);
  return canvas(side, (x, y) => {
    const at = y * side + x;
    const px = x + 10 * (across[at] ?? 0);
    const py = y + 10 * (down[at] ?? 0);
    const { here, border } = nearest(px, py);
    const lead = Math.min(1, Math.max(0, (border - CAME) / 1.5));
    const slope = ((px - here.x) * Math.cos(here.light) + (py - here.y) * Math.sin(here.light)) / (side * 0.09);
    const shine = 1 + 0.22 * slope + 0.3 * (bubbles[at] ?? 0);
    const pane = mixed([0, 0, 0], here.colour, shine);
    return mixed(LEAD, pane, lead);
  });
}
