/**
 * Luminance and colour (YIQ, the NTSC's; Gatys et al. 2016, "Preserving color in neural artistic style transfer",
 * section 3.2).
 */
import { emptyRaster, type Raster } from "./raster.js";

const luminance = (r: number, g: number, b: number): number => 0.299 * r + 0.587 * g + 0.114 * b;

/**
 * The luminance of one image with the colours of another, of equal sizes.
 *
 * With Y from `light` and I, Q from `colours`, RGB is `colours` plus the difference of luminances in each channel.
 */
export function luminanceOnly(light: Raster, colours: Raster): Raster {
  const out = emptyRaster(light.width, light.height);
  const pixels = light.width * light.height;
  const at = (raster: Raster, c: number, i: number): number => raster.data[c * pixels + i] ?? 0;
  for (let i = 0; i < pixels; i++) {
    const wanted = luminance(at(light, 0, i), at(light, 1, i), at(light, 2, i));
    const [r, g, b] = [at(colours, 0, i), at(colours, 1, i), at(colours, 2, i)];
    const change = wanted - luminance(r, g, b);
    out.data[i] = r + change;
    out.data[pixels + i] = g + change;
    out.data[2 * pixels + i] = b + change;
  }
  return out;
}
