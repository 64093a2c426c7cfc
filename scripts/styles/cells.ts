/** Cells around points: which point is nearest, and how far the border is. */
import type { Point } from "./marks.js";

export interface Nearest<P extends Point> {
  readonly here: P;
  readonly other: P;
  /** Distance to the nearest point, in pixels. */
  readonly distance: number;
  /** Distance to the border with the next cell, in pixels. */
  readonly border: number;
}

/** Finds the two nearest of at least two points, by looking at those in buckets of about `gap` pixels. */
export function cells<P extends Point>(points: readonly P[], gap: number): (x: number, y: number) => Nearest<P> {
  const [left, top] = [Math.min(...points.map(({ x }) => x)), Math.min(...points.map(({ y }) => y))];
  const columns = Math.floor((Math.max(...points.map(({ x }) => x)) - left) / gap) + 1;
  const rows = Math.floor((Math.max(...points.map(({ y }) => y)) - top) / gap) + 1;
  const buckets: P[][] = Array.from({ length: columns * rows }, () => []);
  for (const point of points) buckets[Math.floor((point.y - top) / gap) * columns + Math.floor((point.x - left) / gap)]?.push(point);

  return (x, y) => {
    const [column, row] = [Math.floor((x - left) / gap), Math.floor((y - top) / gap)];
    let [here, other]: [P | undefined, P | undefined] = [undefined, undefined];
    let [best, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    // What lies outside the buckets looked at is at least `reach` buckets away.
    for (let reach = 1; (reach - 1) * gap < second && reach <= columns + rows; reach++) {
      [best, second, here, other] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, undefined, undefined];
      for (let j = Math.max(0, row - reach); j <= Math.min(rows - 1, row + reach); j++) {
        for (let i = Math.max(0, column - reach); i <= Math.min(columns - 1, column + reach); i++) {
          for (const point of buckets[j * columns + i] ?? []) {
            const d = Math.sqrt((x - point.x) ** 2 + (y - point.y) ** 2);
            if (d < best) [second, other, best, here] = [best, here, d, point];
            else if (d < second) [second, other] = [d, point];
          }
        }
      }
    }
    if (!here || !other) throw new Error("cells need two points at least");
    const apart = Math.sqrt((here.x - other.x) ** 2 + (here.y - other.y) ** 2);
    return { here, other, distance: best, border: (second * second - best * best) / (2 * apart) };
  };
}
