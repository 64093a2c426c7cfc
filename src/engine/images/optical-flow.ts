/** Optical flow: where each pixel of an image was in the image before. */
import { maskFrom } from "./masks.js";
import type { Raster, Size } from "./raster.js";

/** One number a pixel, row by row. */
interface Plane extends Size {
  readonly data: Float32Array;
}

/** What is at (x, y) was at (x + dx, y + dy) in the image before, in pixels. */
export interface Flow extends Size {
  readonly dx: Float32Array;
  readonly dy: Float32Array;
}

/** The flow is looked for at this longer side, in pixels: finer it costs more and is hardly better. */
const FLOW_SIDE = 256;
/** Levels of the pyramid end above this shorter side, in pixels. */
const SMALLEST = 12;
const ITERATIONS = 4;
/** Half the side of the window in which all moves alike, in pixels, and how often its mean is taken. */
const [WINDOW, PASSES] = [2, 2];
/** Keeps flat places from moving: slopes below about 1.5 grey levels a pixel are noise. */
const FLAT = 2;
/** The most that one iteration moves a pixel. */
const LONGEST = 2;

/**
 * Lucas and Kanade on a pyramid (1981; Bouguet 2000), at each pixel, with a median filter after each iteration
 * (Sun et al. 2010).
 */
export function opticalFlow(before: Raster, after: Raster): Flow {
  const scale = Math.min(1, FLOW_SIDE / Math.max(after.width, after.height));
  const size = {
    width: Math.max(2, Math.round(after.width * scale)),
    height: Math.max(2, Math.round(after.height * scale)),
  };
  const [from, to] = [pyramid(sized(grey(before), size)), pyramid(sized(grey(after), size))];
  let flow: Flow | undefined;
  for (let level = to.length - 1; level >= 0; level--) {
    const [older, newer] = [from[level], to[level]];
    if (!older || !newer) continue;
    flow = flow ? resizedFlow(flow, newer) : stillFlow(newer);
    for (let i = 0; i < ITERATIONS; i++) flow = refined(flow, older, newer);
  }
  return resizedFlow(flow ?? stillFlow(size), after);
}

/** Grey levels that a pixel may differ from where it was; twice as many are another thing. */
const UNLIKE = 18;
/** Squares of pixels: what comes back within 0.5 % of its way, and a half, has been there (Sundaram et al. 2010). */
const [ASTRAY, SLACK] = [0.01, 0.5];

/**
 * How far each pixel can be believed to be where it was: 0 where it was covered, outside, or cannot be found again.
 * @param forth the flow of `after` to `before`, and `back` the other way
 */
export function believed(before: Raster, after: Raster, forth: Flow, back: Flow): Raster {
  const { width, height } = after;
  const [older, newer] = [blurred(grey(before)), blurred(grey(after))];
  const [backX, backY] = [plane(back, back.dx), plane(back, back.dy)];
  const sure = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const [dx, dy] = [forth.dx[i] ?? 0, forth.dy[i] ?? 0];
      const [fx, fy] = [x + dx, y + dy];
      if (fx < -0.5 || fy < -0.5 || fx > width - 0.5 || fy > height - 0.5) continue;
      const [bx, by] = [at(backX, fx, fy), at(backY, fx, fy)];
      const astray = (dx + bx) ** 2 + (dy + by) ** 2;
      if (astray > ASTRAY * (dx ** 2 + dy ** 2 + bx ** 2 + by ** 2) + SLACK) continue;
      const unlike = Math.abs((newer.data[i] ?? 0) - at(older, fx, fy)) / UNLIKE;
      sure[i] = Math.min(1, Math.max(0, 2 - unlike));
    }
  // A pixel beside one that was covered is not to be believed in full either.
  const soft = box({ width, height, data: sure }, 1);
  return maskFrom(width, height, (x, y) => Math.min(sure[y * width + x] ?? 0, soft.data[y * width + x] ?? 0));
}

const stillFlow = ({ width, height }: Size): Flow => ({
  width,
  height,
  dx: new Float32Array(width * height),
  dy: new Float32Array(width * height),
});

const plane = ({ width, height }: Size, data: Float32Array): Plane => ({ width, height, data });

function grey({ width, height, data }: Raster): Plane {
  const pixels = width * height;
  const out = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++)
    out[i] = 0.299 * (data[i] ?? 0) + 0.587 * (data[pixels + i] ?? 0) + 0.114 * (data[2 * pixels + i] ?? 0);
  return { width, height, data: out };
}

function pyramid(finest: Plane): Plane[] {
  const levels = [finest];
  for (let last = finest; Math.min(last.width, last.height) >= 2 * SMALLEST; levels.push(last))
    last = sized(blurred(last), { width: Math.ceil(last.width / 2), height: Math.ceil(last.height / 2) });
  return levels;
}

const blurred = (image: Plane): Plane => box(image, 1);

/** A plane at another size, between its pixels where that is larger. */
function sized(image: Plane, { width, height }: Size): Plane {
  if (image.width === width && image.height === height) return image;
  const [sx, sy] = [image.width / width, image.height / height];
  let from = image;
  // Means over what each pixel stands for, so that nothing aliases.
  const radius = Math.floor(Math.max(sx, sy) / 2);
  if (radius > 0) from = box(image, radius);
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data[y * width + x] = at(from, (x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5);
  return { width, height, data };
}

function resizedFlow(flow: Flow, { width, height }: Size): Flow {
  if (flow.width === width && flow.height === height) return flow;
  const [sx, sy] = [width / flow.width, height / flow.height];
  const dx = sized(plane(flow, flow.dx), { width, height }).data.map((v) => v * sx);
  const dy = sized(plane(flow, flow.dy), { width, height }).data.map((v) => v * sy);
  return { width, height, dx, dy };
}

/** Between pixels; beyond the border the border goes on. */
function at({ width, height, data }: Plane, x: number, y: number): number {
  const cx = x < 0 ? 0 : x > width - 1 ? width - 1 : x;
  const cy = y < 0 ? 0 : y > height - 1 ? height - 1 : y;
  const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
  const [tx, ty] = [cx - x0, cy - y0];
  const x1 = x0 + 1 < width ? x0 + 1 : x0;
  const [top, bottom] = [y0 * width, (y0 + 1 < height ? y0 + 1 : y0) * width];
  const above = (data[top + x0] ?? 0) * (1 - tx) + (data[top + x1] ?? 0) * tx;
  const below = (data[bottom + x0] ?? 0) * (1 - tx) + (data[bottom + x1] ?? 0) * tx;
  return above * (1 - ty) + below * ty;
}

/** One step of Gauss and Newton at each pixel, for all that its window shows. */
function refined(flow: Flow, older: Plane, newer: Plane): Flow {
  const { width, height } = newer;
  const moved = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      moved[i] = at(older, x + (flow.dx[i] ?? 0), y + (flow.dy[i] ?? 0));
    }
  const [sxx, sxy, syy, sxt, syt] = windows(moved, newer);
  const dx = new Float32Array(width * height);
  const dy = new Float32Array(width * height);
  for (let i = 0; i < dx.length; i++) {
    const [a, d, xy] = [(sxx[i] ?? 0) + FLAT, (syy[i] ?? 0) + FLAT, sxy[i] ?? 0];
    const [xt, yt] = [sxt[i] ?? 0, syt[i] ?? 0];
    const determinant = a * d - xy * xy;
    const [ux, uy] = [(d * xt - xy * yt) / determinant, (a * yt - xy * xt) / determinant];
    dx[i] = (flow.dx[i] ?? 0) + Math.min(LONGEST, Math.max(-LONGEST, ux));
    dy[i] = (flow.dy[i] ?? 0) + Math.min(LONGEST, Math.max(-LONGEST, uy));
  }
  return { width, height, dx: median(dx, width, height), dy: median(dy, width, height) };
}

/** Means over each pixel's window of the products of slopes, and of slopes and differences. */
function windows(moved: Float32Array, { width, height, data }: Plane) {
  const empty = (): Float32Array => new Float32Array(width * height);
  const products = [empty(), empty(), empty(), empty(), empty()] as const;
  const [xx, xy, yy, xt, yt] = products;
  for (let y = 0; y < height; y++) {
    const [up, down] = [y > 0 ? -width : 0, y < height - 1 ? width : 0];
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const [left, right] = [x > 0 ? i - 1 : i, x < width - 1 ? i + 1 : i];
      const gx = ((moved[right] ?? 0) - (moved[left] ?? 0)) / 2;
      const gy = ((moved[i + down] ?? 0) - (moved[i + up] ?? 0)) / 2;
      const t = (data[i] ?? 0) - (moved[i] ?? 0);
      xx[i] = gx * gx;
      xy[i] = gx * gy;
      yy[i] = gy * gy;
      xt[i] = gx * t;
      yt[i] = gy * t;
    }
  }
  const around = (product: Float32Array): Float32Array => {
    let sum: Plane = { width, height, data: product };
    for (let pass = 0; pass < PASSES; pass++) sum = box(sum, WINDOW);
    return sum.data;
  };
  return [around(xx), around(xy), around(yy), around(xt), around(yt)] as const;
}

/** The mean of the square around each pixel; beyond the border the border goes on. */
function box({ width, height, data }: Plane, radius: number): Plane {
  const across = new Float32Array(data.length);
  for (let y = 0; y < height; y++) line(data, across, y * width, 1, width, radius);
  const out = new Float32Array(data.length);
  for (let x = 0; x < width; x++) line(across, out, x, width, height, radius);
  return { width, height, data: out };
}

function line(
  from: Float32Array,
  to: Float32Array,
  start: number,
  stride: number,
  length: number,
  radius: number,
): void {
  const last = start + (length - 1) * stride;
  const place = (i: number): number => (i < 0 ? start : i >= length ? last : start + i * stride);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += from[place(i)] ?? 0;
  const share = 1 / (2 * radius + 1);
  for (let i = 0; i < length; i++) {
    to[start + i * stride] = sum * share;
    sum += (from[place(i + radius + 1)] ?? 0) - (from[place(i - radius)] ?? 0);
  }
}

/** The median of the nine pixels around each one: of each column's three the least, the middle, the greatest. */
function median(data: Float32Array, width: number, height: number): Float32Array {
  const out = new Float32Array(data.length);
  const [low, mid, high] = [new Float32Array(width + 2), new Float32Array(width + 2), new Float32Array(width + 2)];
  for (let y = 0; y < height; y++) {
    const [above, here, below] = [Math.max(0, y - 1) * width, y * width, Math.min(height - 1, y + 1) * width];
    for (let x = -1; x <= width; x++) {
      const column = x < 0 ? 0 : x >= width ? width - 1 : x;
      const [a, b, c] = [data[above + column] ?? 0, data[here + column] ?? 0, data[below + column] ?? 0];
      low[x + 1] = Math.min(a, b, c);
      mid[x + 1] = middleOf(a, b, c);
      high[x + 1] = Math.max(a, b, c);
    }
    for (let x = 0; x < width; x++) {
      const lowest = Math.max(low[x] ?? 0, low[x + 1] ?? 0, low[x + 2] ?? 0);
      const middle = middleOf(mid[x] ?? 0, mid[x + 1] ?? 0, mid[x + 2] ?? 0);
      const highest = Math.min(high[x] ?? 0, high[x + 1] ?? 0, high[x + 2] ?? 0);
      out[here + x] = middleOf(lowest, middle, highest);
    }
  }
  return out;
}

const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
