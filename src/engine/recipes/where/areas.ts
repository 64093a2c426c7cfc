/** Masks that need no network: regions of a picture, and what has a colour. */
import { guidedFilter } from "../../images/guided-filter.js";
import { maskFrom } from "../../images/masks.js";
import { fitInside, type Raster, type Size } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import type { Region } from "./syntax.js";

/** Half axes of the ellipse that is the centre, in shares of the sides. */
const CENTRE = 0.3;
/** How far edges reach in, in shares of the shorter side. */
const EDGE = 0.15;

/** The pixels of a region: halves of the picture, an ellipse in its middle, a frame along its sides. */
export function regionMask({ width, height }: Size, regions: readonly Region[]): Raster {
  const inside: Readonly<Record<Region, (x: number, y: number) => boolean>> = {
    top: (_, y) => y < height / 2,
    bottom: (_, y) => y >= height / 2,
    left: (x) => x < width / 2,
    right: (x) => x >= width / 2,
    centre: (x, y) => Math.hypot((x - width / 2) / (CENTRE * width), (y - height / 2) / (CENTRE * height)) <= 1,
    edges: (x, y) => Math.min(x, y, width - x, height - y) < EDGE * Math.min(width, height),
  };
  return maskFrom(width, height, (x, y) => (regions.every((region) => inside[region](x + 0.5, y + 0.5)) ? 1 : 0));
}

/** How far from a colour others still count as it, and from where on they do not, in Oklab's units. */
const [NEAR, FAR] = [0.1, 0.16];
/** Light and dark count less than the hue: a sky grows pale towards the horizon. */
const LIGHTNESS = 0.5;
/** Longer side at which colours are looked at, in pixels. */
const SIDE = 512;
const GUIDE = { radius: 4, epsilon: 1e-3 };

/** What has a colour or one near it, drawn to the picture's edges. */
export function colourMask(image: Raster, colour: readonly [number, number, number]): Raster {
  const { width, height } = fitInside(image.width, image.height, Math.min(SIDE, Math.max(image.width, image.height)));
  const small = resize(image, width, height);
  const wanted = oklab(colour);
  const pixels = width * height;
  const likeness = Float32Array.from({ length: pixels }, (_, i) => {
    const at = (c: number): number => small.data[c * pixels + i] ?? 0;
    const [l, a, b] = oklab([at(0), at(1), at(2)]);
    const away = Math.hypot(LIGHTNESS * (l - wanted[0]), a - wanted[1], b - wanted[2]);
    return Math.min(1, Math.max(0, (FAR - away) / (FAR - NEAR)));
  });
  const refined = guidedFilter(likeness, small, image, GUIDE);
  // What is all but in or out is so: a veil over the rest would be seen.
  return maskFrom(image.width, image.height, (x, y) => 1.25 * (refined[y * image.width + x] ?? 0) - 0.125);
}

/** A colour of 0..255 in Oklab: a perceptual colour space (Ottosson 2020). */
function oklab([red, green, blue]: readonly [number, number, number]): [number, number, number] {
  const linear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = [linear(red / 255), linear(green / 255), linear(blue / 255)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
