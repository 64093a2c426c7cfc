/** Vectors of numbers, as optimisers see images. Sums run in double precision. */
export type Vector = Float32Array | Float64Array;

/** A function to minimise: its value and gradient at a point. */
export type Oracle<V extends Vector = Vector> = (x: V) => Promise<{ readonly loss: number; readonly gradient: V }>;

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** y += scale * x, in place. */
export function addScaled(y: Vector, x: Vector, scale: number): void {
  for (let i = 0; i < y.length; i++) y[i] = (y[i] ?? 0) + scale * (x[i] ?? 0);
}

export function copy<V extends Vector>(x: V): V {
  return x.slice() as V;
}

export function maxAbsolute(x: Vector): number {
  let most = 0;
  for (let i = 0; i < x.length; i++) most = Math.max(most, Math.abs(x[i] ?? 0));
  return most;
}
