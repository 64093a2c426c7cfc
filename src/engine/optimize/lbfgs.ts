/** L-BFGS: Newton-like steps from the last few changes of point and gradient (Nocedal 1980; Liu and Nocedal 1989). */
import type { Evaluation } from "../evaluate.js";
import type { Raster } from "../images/raster.js";
import { strongWolfe } from "./line-search.js";
import { needFinite, type Step } from "./steps.js";
import { addScaled, copy, dot, maxAbsolute, type Oracle, type Vector } from "./vector.js";

interface LbfgsOptions {
  /** Pairs of changes that are remembered; the book takes 10. */
  readonly history?: number;
  /**
   * Largest change of a component in the first step tried, before there is any history; 1 by default. It does not
   * depend on the loss's scale: a step of the gradient's own length would, for losses that are relative errors of
   * images, vanish in float32.
   */
  readonly rate?: number;
  /** Stops when no component of the gradient is larger. */
  readonly gradientTolerance?: number;
}

interface Pair<V extends Vector> {
  /** Change of the point. */
  readonly s: V;
  /** Change of the gradient. */
  readonly y: V;
  /** 1 / (s . y) */
  readonly rho: number;
}

/** What it remembers between iterations, besides the point itself. */
export interface LbfgsMemory<V extends Vector> {
  /** Oldest first. */
  readonly pairs: readonly Pair<V>[];
  readonly last: { readonly loss: number; readonly gradient: V } | undefined;
}

interface LbfgsReport {
  readonly loss: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** Whether it ended because there was nothing more to gain. */
  readonly converged: boolean;
}

/**
 * Minimises functions of many variables. The history lives in the object, so a minimisation may go on where an earlier
 * call stopped.
 * @example
 * const lbfgs = new Lbfgs({ history: 10 });
 * await lbfgs.minimise(x, oracle, { iterations: 20 }); // x is changed in place
 */
export class Lbfgs<V extends Vector = Vector> {
  readonly #pairs: Pair<V>[];
  #last: LbfgsMemory<V>["last"];

  /** @param memory that of an earlier minimisation, which it continues */
  constructor(
    private readonly options: LbfgsOptions = {},
    memory?: LbfgsMemory<V>,
  ) {
    this.#pairs = [...(memory?.pairs ?? [])];
    this.#last = memory?.last;
  }

  get memory(): LbfgsMemory<V> {
    return { pairs: [...this.#pairs], last: this.#last };
  }

  /** Pairs remembered at present. */
  get remembered(): number {
    return this.#pairs.length;
  }

  /**
   * Runs iterations, each a direction and a line search.
   * @param x the start; holds the result afterwards. Between calls it must not be changed from outside.
   */
  async minimise(
    x: V,
    oracle: Oracle<V>,
    { iterations, onIteration }: { iterations: number; onIteration?: (loss: number) => void },
  ): Promise<LbfgsReport> {
    const { history = 10, rate = 1, gradientTolerance = 1e-9 } = this.options;
    let evaluations = 0;
    if (!this.#last) {
      this.#last = await oracle(x);
      evaluations++;
    }
    let { loss, gradient } = this.#last;
    for (let iteration = 0; iteration < iterations; iteration++) {
      if (maxAbsolute(gradient) <= gradientTolerance)
        return { loss, iterations: iteration, evaluations, converged: true };
      let direction = this.#direction(gradient);
      if (dot(direction, gradient) >= 0) {
        // Rounding has made the history useless: begin again with steepest descent.
        this.#pairs.length = 0;
        direction = this.#direction(gradient);
      }
      const first = this.#pairs.length === 0 ? rate / maxAbsolute(gradient) : 1;
      const found = await strongWolfe(oracle, x, direction, { loss, gradient }, first);
      evaluations += found.evaluations;
      if (found.step === 0) return { loss, iterations: iteration, evaluations, converged: true };
      const s = copy(direction);
      for (let i = 0; i < s.length; i++) s[i] = (s[i] ?? 0) * found.step;
      const y = copy(found.gradient);
      addScaled(y, gradient, -1);
      addScaled(x, s, 1);
      this.#remember(s, y, history);
      loss = found.loss;
      gradient = found.gradient;
      this.#last = { loss, gradient };
      onIteration?.(loss);
    }
    return { loss, iterations, evaluations, converged: false };
  }

  #remember(s: V, y: V, history: number): void {
    const curvature = dot(s, y);
    // Without positive curvature the pair would make the next direction point uphill.
    if (curvature <= 1e-10 * dot(y, y)) return;
    this.#pairs.push({ s, y, rho: 1 / curvature });
    if (this.#pairs.length > history) this.#pairs.shift();
  }

  /** The two-loop recursion (Nocedal and Wright 2006, algorithm 7.4), scaled by s.y / y.y of the newest pair. */
  #direction(gradient: V): V {
    const q = copy(gradient);
    const alphas: number[] = [];
    for (const { s, y, rho } of [...this.#pairs].reverse()) {
      const alpha = rho * dot(s, q);
      addScaled(q, y, -alpha);
      alphas.push(alpha);
    }
    const newest = this.#pairs.at(-1);
    const scale = newest ? 1 / (newest.rho * dot(newest.y, newest.y)) : 1;
    for (let i = 0; i < q.length; i++) q[i] = (q[i] ?? 0) * scale;
    for (const { s, y, rho } of this.#pairs) addScaled(q, s, (alphas.pop() ?? 0) - rho * dot(y, q));
    for (let i = 0; i < q.length; i++) q[i] = -(q[i] ?? 0);
    return q;
  }
}

interface LbfgsDescent {
  readonly image: Raster;
  readonly steps: number;
  /** Steps that an earlier run has taken. */
  readonly taken: number;
  readonly loss: (image: Raster) => Promise<Evaluation>;
}

/**
 * One iteration a step, for one image; ends early when there is nothing more to gain. Its vectors stay on the host: the
 * line search decides there, in double precision.
 * @throws the signal's reason when aborted; DescentError once a loss or a pixel is not finite
 */
export async function* lbfgsSteps(
  lbfgs: Lbfgs<Float32Array>,
  { image, steps, taken, loss: lossAt }: LbfgsDescent,
  signal: AbortSignal,
): AsyncGenerator<Step, void, void> {
  const oracle = (data: Float32Array) => {
    signal.throwIfAborted();
    return lossAt({ ...image, data });
  };
  let { data } = image;
  for (let step = taken + 1; step <= steps; step++) {
    data = data.slice();
    const { loss, converged } = await lbfgs.minimise(data, oracle, { iterations: 1 });
    needFinite([[loss], data], { step, steps });
    const made = { ...image, data };
    yield { step, loss, converged, images: async () => [made], memory: async () => ({}) };
    if (converged) return;
  }
}
