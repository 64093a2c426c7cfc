/** Adam: steps scaled by running means of the gradient and of its square (Kingma and Ba 2015). */
import type { Vector } from "./vector.js";

export interface AdamOptions {
  /** Step size, in the units of what is optimised: 0.02 on 0..1 images is 5.1 on 0..255. */
  readonly rate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** What Adam remembers between steps. */
export interface AdamMoments {
  /** Running mean of the gradient. */
  readonly first: Float32Array;
  /** Running mean of its square. */
  readonly second: Float32Array;
  readonly steps: number;
}

export class Adam {
  #first: Float32Array;
  #second: Float32Array;
  #steps: number;

  /** @param moments those of an earlier run, for instance of a smaller scale, resized; zeros when left out */
  constructor(
    readonly size: number,
    private readonly options: AdamOptions,
    moments?: AdamMoments,
  ) {
    this.#first = moments?.first ?? new Float32Array(size);
    this.#second = moments?.second ?? new Float32Array(size);
    this.#steps = moments?.steps ?? 0;
  }

  get moments(): AdamMoments {
    return { first: this.#first, second: this.#second, steps: this.#steps };
  }

  /** Moves x against the gradient, in place (algorithm 1 of the paper). */
  step(x: Vector, gradient: Vector): void {
    const { rate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = this.options;
    this.#steps++;
    const [unbias1, unbias2] = [1 - beta1 ** this.#steps, 1 - beta2 ** this.#steps];
    const [first, second] = [this.#first, this.#second];
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i] ?? 0;
      const m = beta1 * (first[i] ?? 0) + (1 - beta1) * g;
      const v = beta2 * (second[i] ?? 0) + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      x[i] = (x[i] ?? 0) - (rate * (m / unbias1)) / (Math.sqrt(v / unbias2) + epsilon);
    }
  }
}
