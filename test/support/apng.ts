/** Animated PNGs of parts of one colour each. */
import { deflateSync } from "node:zlib";
import { chunk } from "./pictures.js";

export type Pixel = readonly [red: number, green: number, blue: number, alpha: number];
export interface ApngPart {
  readonly colour: Pixel;
  /** Left, top, width, height. */
  readonly at: readonly [number, number, number, number];
  readonly dispose?: 0 | 1 | 2;
  readonly over?: boolean;
}

/** Of the canvas, in pixels. */
export const SIDE = 8;

/** An APNG of parts of one colour each, shown for 50 ms. */
export function apng(parts: readonly ApngPart[], { plays = 0, still = false } = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const control = Buffer.alloc(8);
  control.writeUInt32BE(parts.length, 0);
  control.writeUInt32BE(plays, 4);
  const pixels = ([r, g, b, a]: Pixel, width: number, height: number): Buffer => {
    const line = Buffer.from([0, ...Array.from({ length: width }, () => [r, g, b, a]).flat()]);
    return deflateSync(Buffer.concat(Array<Buffer>(height).fill(line)));
  };
  let sequence = 0;
  const frames = parts.flatMap(({ colour, at: [x, y, width, height], dispose = 0, over = false }, i) => {
    const place = Buffer.alloc(26);
    for (const [n, value] of [sequence++, width, height, x, y].entries()) place.writeUInt32BE(value, 4 * n);
    place.writeUInt16BE(5, 20);
    place.writeUInt16BE(100, 22);
    place.set([dispose, over ? 1 : 0], 24);
    const data = pixels(colour, width, height);
    if (i === 0 && !still) return [chunk("fcTL", place), chunk("IDAT", data)];
    const number = Buffer.alloc(4);
    number.writeUInt32BE(sequence++);
    return [chunk("fcTL", place), chunk("fdAT", Buffer.concat([number, data]))];
  });
  const before = still ? [chunk("IDAT", pixels([9, 9, 9, 255], SIDE, SIDE))] : [];
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const rest = [chunk("IHDR", header), chunk("acTL", control), ...before, ...frames, chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...rest]);
}
