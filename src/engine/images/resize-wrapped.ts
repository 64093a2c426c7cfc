/** Resizing of images that go on at their opposite sides. */

import { CHANNELS, emptyRaster, fold, type Raster } from "./raster.js";
import { cropRaster, resize } from "./resample.js";

/** What a filter may see beyond a border, in pixels of either size. */
const MARGIN = 16;

/** Resizes a tileable image, so that it stays one: filters see the opposite side beyond each border. */
export function resizeWrapped(raster: Raster, width: number, height: number): Raster {
  if (raster.width === width && raster.height === height) return raster;
  const [scaleX, scaleY] = [width / raster.width, height / raster.height];
  const margin = Math.ceil(MARGIN / Math.min(1, scaleX, scaleY));
  const padded = extend(raster, margin);
  const larger = resize(padded, Math.round(padded.width * scaleX), Math.round(padded.height * scaleY));
  // A shift by less than a pixel shows in no tile.
  return cropRaster(larger, { x: Math.round(margin * scaleX), y: Math.round(margin * scaleY), width, height });
}

function extend({ width, height, data }: Raster, margin: number): Raster {
  const out = emptyRaster(width + 2 * margin, height + 2 * margin);
  for (let c = 0; c < CHANNELS; c++) {
    for (let y = 0; y < out.height; y++) {
      const from = (c * height + fold(y - margin, height, "wrap")) * width;
      const to = (c * out.height + y) * out.width;
      for (let x = 0; x < out.width; x++) out.data[to + x] = data[from + fold(x - margin, width, "wrap")] ?? 0;
    }
  }
  return out;
}
