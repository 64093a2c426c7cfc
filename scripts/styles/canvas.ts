/** A square of pixels to draw on. */
import sharp from "sharp";

/** 0..255; values outside are clipped when they are drawn. */
export type Rgb = readonly [number, number, number];

export interface Canvas {
  readonly side: number;
  /** RGB bytes, row by row. */
  readonly pixels: Uint8ClampedArray;
}

/** Draws a square pixel by pixel. */
export function canvas(side: number, colourAt: (x: number, y: number) => Rgb): Canvas {
  const pixels = new Uint8ClampedArray(3 * side * side);
  let at = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const colour = colourAt(x, y);
      pixels[at++] = colour[0];
      pixels[at++] = colour[1];
      pixels[at++] = colour[2];
    }
  }
  return { side, pixels };
}

/** Draws a square from SVG elements. */
export async function svgCanvas(side: number, background: Rgb, elements: readonly string[]): Promise<Canvas> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="100%" height="100%" fill="${css(background)}"/>${elements.join("")}</svg>`;
  const { data } = await sharp(Buffer.from(svg)).flatten().removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { side, pixels: new Uint8ClampedArray(data) };
}

export const css = ([r, g, b]: Rgb): string => `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;

export function mixed(from: Rgb, to: Rgb, t: number): Rgb {
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t];
}
