/** Gradient descent in steps of a fixed size: the gradient only says which way. */
import { clampRaster, meanAbsolute, type Raster, rootMeanSquare } from "../images/raster.js";
import { firstOrder, type Optimiser } from "./optimiser.js";

/** Steps of mean absolute size `rate`, in grey levels; images stay within 0..255. */
export function meanAbsoluteDescent(rate: number): Optimiser {
  return firstOrder((image, gradient) => {
    subtractScaled(image, gradient, rate / Math.max(meanAbsolute(gradient.data), 1e-7));
    clampRaster(image);
  });
}

interface RmsDescentOptions {
  /** Root mean square of a step, in grey levels. */
  readonly rate: number;
  /** Added to the gradient's root mean square: keeps a gradient of almost nothing from becoming noise. */
  readonly epsilon: number;
  /** Whether images stay within 0..255. */
  readonly clamp: boolean;
  /** The gradient to follow, of root mean square 1 or so, where that of image n is zero everywhere. */
  instead(image: Raster, n: number): Raster;
}

/** Steps of root mean square `rate`. */
export function rmsDescent({ rate, epsilon, clamp, instead }: RmsDescentOptions): Optimiser {
  return firstOrder((image, gradient, _time, n) => {
    const rms = rootMeanSquare(gradient.data);
    if (rms === 0) subtractScaled(image, instead(image, n), rate);
    else subtractScaled(image, gradient, rate / (rms + epsilon));
    if (clamp) clampRaster(image);
  });
}

function subtractScaled({ data }: Raster, direction: Raster, scale: number): void {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) - scale * (direction.data[i] ?? 0);
}
