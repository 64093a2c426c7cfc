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
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) pixels.set(colourAt(x, y), 3 * (y * side + x));
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
  const at = (i: 0 | 1 | 2): number => from[i] + (to[i] - from[i]) * t;
  return [at(0), at(1), at(2)];
}
