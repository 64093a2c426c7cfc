/** Turning, zooming and shifting images by any amount, fractions of a pixel included. */
import type { Flow } from "./optical-flow.js";
import { type Border, CHANNELS, fold, type Raster } from "./raster.js";

/** A turn and a zoom around the image's centre, then a shift. */
interface Move {
  /** 1.05 shows everything 5 % larger. */
  readonly zoom?: number;
  /** Clockwise, in degrees. */
  readonly degrees?: number;
  /** To the right and down, in pixels. */
  readonly dx?: number;
  readonly dy?: number;
}

interface WarpOptions {
  /** "cubic" (Catmull-Rom) stays sharp when an image is warped again and again; "linear" is quicker. */
  readonly kernel?: "linear" | "cubic";
  /** Past the border the image goes on mirrored, or starts again at the other side. */
  readonly border?: Border;
}

/** Catmull-Rom weights of the four samples around a place `t` past the second one. */
function cubic(t: number, out: Float64Array): void {
  out[0] = t * (-0.5 + t * (1 - 0.5 * t));
  out[1] = 1 + t * t * (-2.5 + 1.5 * t);
  out[2] = t * (0.5 + t * (2 - 1.5 * t));
  out[3] = t * t * (-0.5 + 0.5 * t);
}

function linear(t: number, out: Float64Array): void {
  out[0] = 0;
  out[1] = 1 - t;
  out[2] = t;
  out[3] = 0;
}

/** Shows an image moved; its size stays. */
export function warp(raster: Raster, move: Move, options: WarpOptions = {}): Raster {
  const { zoom = 1, degrees = 0, dx = 0, dy = 0 } = move;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  const [cx, cy] = [(raster.width - 1) / 2, (raster.height - 1) / 2];
  return warped(raster, options, (x, y, out) => {
    const [rx, ry] = [x - cx - dx, y - cy - dy];
    out[0] = cx + cos * rx + sin * ry;
    out[1] = cy - sin * rx + cos * ry;
  });
}

/** Shows an image with each pixel from elsewhere: see {@link Flow}. */
export function warpAlong(raster: Raster, { width, dx, dy }: Flow, options: WarpOptions = {}): Raster {
  return warped(raster, options, (x, y, out) => {
    const i = y * width + x;
    out[0] = x + (dx[i] ?? 0);
    out[1] = y + (dy[i] ?? 0);
  });
}

/** @param place writes where the pixel at (x, y) is taken from */
function warped(
  { width, height, data }: Raster,
  { kernel = "cubic", border = "mirror" }: WarpOptions,
  place: (x: number, y: number, out: Float64Array) => void,
): Raster {
  const weigh = kernel === "cubic" ? cubic : linear;
  const [wx, wy, from] = [new Float64Array(4), new Float64Array(4), new Float64Array(2)];
  const [xs, rows] = [new Int32Array(4), new Int32Array(4)];
  const plane = width * height;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      place(x, y, from);
      const [sx = 0, sy = 0] = from;
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      weigh(sx - x0, wx);
      weigh(sy - y0, wy);
      for (let k = 0; k < 4; k++) {
        xs[k] = fold(x0 + k - 1, width, border);
        rows[k] = fold(y0 + k - 1, height, border) * width;
      }
      for (let c = 0; c < CHANNELS; c++) {
        let sum = 0;
        for (let j = 0; j < 4; j++) {
          const weight = wy[j] ?? 0;
          if (weight === 0) continue;
          const row = c * plane + (rows[j] ?? 0);
          let line = 0;
          for (let k = 0; k < 4; k++) line += (wx[k] ?? 0) * (data[row + (xs[k] ?? 0)] ?? 0);
          sum += weight * line;
        }
        out[c * plane + y * width + x] = sum;
      }
    }
  }
  return { width, height, data: out };
}
