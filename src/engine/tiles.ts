/** Into which tiles an image is cut, where it is too large to be worked on at once. */
import type { Size } from "./images/raster.js";

/** A part of an image, in pixels. */
export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cuts an image into a grid of nearly equal tiles of at most `pixels` each; one tile when it is small enough. */
export function tilesOf({ width, height }: Size, pixels: number): Tile[] {
  let [across, down] = [1, 1];
  while (
    Math.ceil(width / across) * Math.ceil(height / down) > pixels &&
    (width / across > MINIMUM || height / down > MINIMUM)
  ) {
    if (width / across >= height / down) across++;
    else down++;
  }
  const cut = (length: number, parts: number): number[] =>
    Array.from({ length: parts + 1 }, (_, i) => Math.round((i * length) / parts));
  const [xs, ys] = [cut(width, across), cut(height, down)];
  return ys
    .slice(0, -1)
    .flatMap((y, j) =>
      xs.slice(0, -1).map((x, i) => ({ x, y, width: (xs[i + 1] ?? width) - x, height: (ys[j + 1] ?? height) - y })),
    );
}

/** Tiles are not cut smaller than this, in pixels: deep layers would see nothing but padding. */
const MINIMUM = 192;

/**
 * What a tile sees beyond its own border on each side, in pixels of its deepest feature map. Where it covers a layer's
 * receptive field and the border that an objective leaves out, a tile's gradient is the whole image's; the receptive
 * field's faint outer part may lie beyond.
 */
const MARGIN = 6;

export interface TileOptions {
  /** Pixels of the image per pixel of the deepest feature map. */
  readonly stride: number;
  /** Pixels that may be worked on at once, margins included. */
  readonly pixels: number;
}

/** A tile, and what is worked on for it: the tile with its margin, beginning on the grid of strides. */
interface Work {
  readonly tile: Tile;
  readonly region: Tile;
}

/** The tiles of an image; one when it may be worked on at once. */
export function worksOf({ width, height }: Size, { stride, pixels }: TileOptions): Work[] {
  if (width * height <= pixels) {
    const tile = { x: 0, y: 0, width, height };
    return [{ tile, region: tile }];
  }
  const margin = MARGIN * stride;
  return tilesOf({ width, height }, Math.max(1, Math.sqrt(pixels) - 2 * margin) ** 2).map((tile) => {
    // On the grid, a feature sees the same pixels as in the whole image.
    const start = (at: number): number => Math.max(0, Math.floor((at - margin) / stride) * stride);
    const end = (at: number, length: number): number => Math.min(length, Math.ceil((at + margin) / stride) * stride);
    const [x, y] = [start(tile.x), start(tile.y)];
    const [right, bottom] = [end(tile.x + tile.width, width), end(tile.y + tile.height, height)];
    return { tile, region: { x, y, width: right - x, height: bottom - y } };
  });
}

/** Pixels that are worked on in a step: those of the margins as well. */
export function workedPixels(size: Size, options: TileOptions): number {
  return worksOf(size, options).reduce((sum, { region }) => sum + region.width * region.height, 0);
}
