/** Where marks are put, which way they run, and their SVG. */
import { type Random, randomInteger } from "../../src/engine/images/random.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points about `gap` apart all over a square and a little beyond, in random order: marks there leave no hole. */
export function scattered(side: number, gap: number, next: Random): Point[] {
  const points: Point[] = [];
  for (let y = -gap; y < side + gap; y += gap)
    for (let x = -gap; x < side + gap; x += gap) points.push({ x: x + gap * next(), y: y + gap * next() });
  for (let i = points.length - 1; i > 0; i--) {
    const j = randomInteger(next, 0, i);
    const [a, b] = [points[i], points[j]];
    if (a && b) [points[i], points[j]] = [b, a];
  }
  return points;
}

/** Points along a line of the given length that starts at a point and turns as `angleAt` says. */
export function followed(
  start: Point,
  length: number,
  parts: number,
  angleAt: (x: number, y: number) => number,
): Point[] {
  const points = [start];
  let { x, y } = start;
  for (let i = 0; i < parts; i++) {
    const angle = angleAt(x, y);
    x += (length / parts) * Math.cos(angle);
    y += (length / parts) * Math.sin(angle);
    points.push({ x, y });
  }
  return points;
}

export const place = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** A round-ended line. */
export function stroke(points: readonly Point[], width: number, colour: string, opacity = 1): string {
  const see = opacity === 1 ? "" : ` stroke-opacity="${opacity}"`;
  return `<path d="M${points.map(place).join("L")}" fill="none" stroke="${colour}" stroke-width="${width.toFixed(1)}" stroke-linecap="round" stroke-linejoin="round"${see}/>`;
}

export function disc({ x, y }: Point, radius: number, colour: string, opacity = 1): string {
  const see = opacity === 1 ? "" : ` fill-opacity="${opacity}"`;
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}" fill="${colour}"${see}/>`;
}

/** Elements drawn around (0, 0), moved to a point, turned by an angle in radians, and scaled. */
export function placed(elements: string, at: Point, angle: number, scale = 1): string {
  return `<g transform="translate(${place(at)}) rotate(${((angle * 180) / Math.PI).toFixed(1)}) scale(${scale.toFixed(3)})">${elements}</g>`;
}

/** One of them, by chance. */
export function one<T>(of: readonly [T, ...T[]], next: Random): T {
  return of[Math.floor(next() * of.length)] ?? of[0];
}
