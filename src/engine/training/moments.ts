/** What a layer's features are like where nothing is shown: their mean and covariance. */
import { observe } from "../evaluate.js";
import { reduceMean } from "../graph/ops.js";
import type { Raster } from "../images/raster.js";
import type { Network } from "../networks/network.js";
import { gram } from "../objectives/gram.js";
import type { Programs } from "../programs.js";

/** Sums over images, of places. */
export class Moments {
  readonly #mean: Float64Array;
  readonly #second: Float64Array;
  #pictures = 0;

  constructor(readonly channels: number) {
    this.#mean = new Float64Array(channels);
    this.#second = new Float64Array(channels * channels);
  }

  /** Adds an image's features; all images count alike. */
  async add(programs: Programs, network: Network, layer: string, picture: Raster): Promise<void> {
    const outputs = (scope: Parameters<Parameters<typeof observe>[3]>[0]) => {
      const features = scope.layer(layer);
      return { mean: reduceMean(features, [0, 2, 3]), second: gram(features) };
    };
    const { mean, second } = await observe(programs, network, `moments(${layer})`, outputs, picture);
    for (let i = 0; i < this.#mean.length; i++)
      this.#mean[i] = (this.#mean[i] as number) + (mean?.data[i] ?? Number.NaN);
    for (let i = 0; i < this.#second.length; i++)
      this.#second[i] = (this.#second[i] as number) + (second?.data[i] ?? Number.NaN);
    this.#pictures++;
  }

  mean(): Float64Array {
    return this.#mean.map((v) => v / this.#pictures);
  }

  /**
   * The covariance, with a part of its mean variance added to each variance: with fewer places than channels it could
   * not be inverted otherwise, and rare, fine-grained directions would count too much.
   */
  covariance(shrinkage: number): Float64Array {
    const n = this.channels;
    const mean = this.mean();
    const out = this.#second.map(
      (v, i) => v / this.#pictures - (mean[Math.floor(i / n)] as number) * (mean[i % n] as number),
    );
    let trace = 0;
    for (let i = 0; i < n; i++) trace += out[i * n + i] as number;
    // A layer that answers nothing at all still gives a matrix that can be factored.
    const ridge = Math.max((shrinkage * trace) / n, 1e-12);
    for (let i = 0; i < n; i++) out[i * n + i] = (out[i * n + i] as number) + ridge;
    return out;
  }
}
