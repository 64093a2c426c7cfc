/** Cells around points: which point is nearest, and how far the border is. */
import type { Point } from "./marks.js";

export interface Cell<P extends Point> {
  readonly here: P;
  /** Distance to the nearest point, in pixels. */
  readonly distance: number;
  /** Distance to the nearest border with another cell, in pixels. */
  readonly border: number;
}

/**
 * Finds the cell of a place. The points lie all over the picture, about `gap` pixels apart or nearer: within two
 * buckets of that width are the nearest point and those across its borders.
 */
export function cells<P extends Point>(points: readonly P[], gap: number): (x: number, y: number) => Cell<P> {
  const [left, top] = [Math.min(...points.map(({ x }) => x)), Math.min(...points.map(({ y }) => y))];
  const bucketOf = ({ x, y }: Point) => ({ column: Math.floor((x - left) / gap), row: Math.floor((y - top) / gap) });
  const placed = points.map((point) => ({ point, ...bucketOf(point) }));
  const columns = Math.max(...placed.map(({ column }) => column)) + 1;
  const rows = Math.max(...placed.map(({ row }) => row)) + 1;
  const nearby = Array.from({ length: columns * rows }, (_, i) =>
    placed
      .filter(
        ({ column, row }) => Math.abs(column - (i % columns)) <= 2 && Math.abs(row - Math.floor(i / columns)) <= 2,
      )
      .map(({ point }) => point),
  );
  const within = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));

  return (x, y) => {
    const { column, row } = bucketOf({ x, y });
    const near = nearby[within(row, rows) * columns + within(column, columns)] ?? [];
    let here = near[0];
    if (!here) throw new Error(`no point is within two buckets of ${gap} pixels; take a larger gap`);
    let best = Number.POSITIVE_INFINITY;
    for (const point of near) {
      const squared = (x - point.x) ** 2 + (y - point.y) ** 2;
      if (squared < best) [best, here] = [squared, point];
    }
    let border = Number.POSITIVE_INFINITY;
    for (const point of near) {
      if (point === here) continue;
      const squared = (x - point.x) ** 2 + (y - point.y) ** 2;
      const apart = Math.sqrt((here.x - point.x) ** 2 + (here.y - point.y) ** 2);
      border = Math.min(border, (squared - best) / (2 * apart));
    }
    return { here, distance: Math.sqrt(best), border };
  };
}
