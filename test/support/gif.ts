/** GIFs of parts of one colour each, also such as no program writes. */

/** Red, green, blue, and what is transparent. */
const COLOURS = { red: 0, green: 1, blue: 2, none: 3 } as const;

interface GifPart {
  readonly colour: keyof typeof COLOURS;
  /** Left, top, width, height. */
  readonly at: readonly [number, number, number, number];
  /** What becomes of its place afterwards: it stays, is emptied, or is as it was before. */
  readonly dispose?: "none" | "background" | "previous";
  /** In hundredths of a second. */
  readonly delay?: number;
}

const DISPOSE = { none: 1, background: 2, previous: 3 } as const;
const little = (value: number): number[] => [value & 255, value >> 8];

/** @param side of the canvas, in pixels */
export function gif(side: number, parts: readonly GifPart[]): Buffer {
  const palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0];
  const head = [...Buffer.from("GIF89a"), ...little(side), ...little(side), 0x91, 0, 0, ...palette];
  const loop = [0x21, 0xff, 11, ...Buffer.from("NETSCAPE2.0"), 3, 1, 0, 0, 0];
  const frames = parts.flatMap(({ colour, at, dispose = "none", delay = 5 }) => {
    const [x, y, width, height] = at;
    const control = [0x21, 0xf9, 4, (DISPOSE[dispose] << 2) | 1, ...little(delay), COLOURS.none, 0];
    const place = [0x2c, ...little(x), ...little(y), ...little(width), ...little(height), 0];
    return [...control, ...place, 2, ...blocks(codes(COLOURS[colour], width * height)), 0];
  });
  return Buffer.from([...head, ...loop, ...frames, 0x3b]);
}

/** LZW whose table is begun again before each pixel: every code has three bits. */
function codes(colour: number, count: number): number[] {
  const [clear, end] = [4, 5];
  const all = [...Array.from({ length: count }, () => [clear, colour]).flat(), end];
  const bits = all.flatMap((code) => [code & 1, (code >> 1) & 1, code >> 2]);
  return Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((sum, bit, at) => sum + (bit << at), 0),
  );
}

function blocks(bytes: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(bytes.length / 255) }, (_, i) => bytes.slice(255 * i, 255 * i + 255)).flatMap(
    (block) => [block.length, ...block],
  );
}
