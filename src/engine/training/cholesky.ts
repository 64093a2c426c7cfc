/** Symmetric positive definite systems. */

/** A lower triangular matrix L, n x n, row by row, with A = L L^T. */
export interface Cholesky {
  readonly n: number;
  readonly data: Float64Array;
}

/**
 * Factors a symmetric positive definite matrix (Cholesky, row by row).
 * @param a n x n; only the lower triangle is read
 * @throws RangeError when it is not positive definite
 */
export function cholesky(a: Float64Array, n: number): Cholesky {
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * n, i * n + i + 1);
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : data.subarray(j * n, j * n + j + 1);
      let sum = a[i * n + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      if (j < i) row[j] = sum / (other[j] as number);
      else if (sum > 0) row[i] = Math.sqrt(sum);
      else throw new RangeError("the matrix is not positive definite");
    }
  }
  return { n, data };
}

/** Solves L z = x: z is x whitened, if A is x's covariance. */
export function forward({ n, data }: Cholesky, x: ArrayLike<number>): Float64Array {
  const z = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * n, i * n + i + 1);
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (row[k] as number) * (z[k] as number);
    z[i] = sum / (row[i] as number);
  }
  return z;
}

/** Solves L^T w = z, so that forward and then backward give A^-1 x. */
export function backward({ n, data }: Cholesky, z: ArrayLike<number>): Float64Array {
  const w = Float64Array.from({ length: n }, (_, i) => z[i] ?? 0);
  // Column by column of L^T, which are rows of L: memory is read in order.
  for (let i = n - 1; i >= 0; i--) {
    const row = data.subarray(i * n, i * n + i + 1);
    const value = (w[i] as number) / (row[i] as number);
    w[i] = value;
    for (let k = 0; k < i; k++) w[k] = (w[k] as number) - (row[k] as number) * value;
  }
  return w;
}
