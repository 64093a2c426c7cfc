/** The frames of an APNG, which libvips takes for a still. See https://www.w3.org/TR/png-3/#apng-frame-based-animation */
import { pngChunk } from "./png.js";

export interface ApngFrame {
  /** A PNG of the part of the canvas that changes. */
  readonly file: Buffer;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** In milliseconds. */
  readonly delay: number;
  /** What becomes of its place afterwards: it stays, is emptied, or is as it was before. */
  readonly dispose: "none" | "background" | "previous";
  /** Lies over what is there, instead of taking its place. */
  readonly over: boolean;
}

export interface Apng {
  readonly width: number;
  readonly height: number;
  readonly loops: boolean;
  readonly frames: readonly ApngFrame[];
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const DISPOSE = ["none", "background", "previous"] as const;
/** Chunks of the file that each frame's own needs too. */
const SHARED: ReadonlySet<string> = new Set("PLTE tRNS sBIT iCCP sRGB gAMA cHRM cICP".split(" "));
/** Longer films are not taken by anybody: of them there are so many and one. */
const MOST_FRAMES = 10_000;

/** Undefined for what is no APNG of two frames or more, and for one that is not built as the format says. */
export function readApng(bytes: Uint8Array): Apng | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!file.subarray(0, 8).equals(SIGNATURE)) return undefined;
  let header: Buffer | undefined;
  let [loops, moving] = [true, false];
  const shared: Buffer[] = [];
  const frames: { readonly control: Buffer; readonly data: Buffer[] }[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    if (at + 12 + length > file.length || type === "IEND") break;
    const content = file.subarray(at + 8, at + 8 + length);
    if (type === "IHDR" && length === 13) header = content;
    else if (type === "acTL" && length === 8) [moving, loops] = [true, content.readUInt32BE(4) === 0];
    else if (type === "IDAT" && !moving) return undefined;
    else if (type === "fcTL" && length === 26) {
      if (frames.length > MOST_FRAMES) break;
      frames.push({ control: content, data: [] });
    } else if (type === "IDAT") frames.at(-1)?.data.push(content);
    else if (type === "fdAT" && length > 4) frames.at(-1)?.data.push(content.subarray(4));
    else if (SHARED.has(type)) shared.push(file.subarray(at, at + 12 + length));
    at += 12 + length;
  }
  if (!header || frames.length < 2) return undefined;
  const start = header;
  const canvas = { width: start.readUInt32BE(0), height: start.readUInt32BE(4) };
  const made = frames.map(({ control, data }) => frameOf(control, data, start, shared));
  const inside = made.every(({ x, y, width, height, file: { length } }) => {
    return width > 0 && height > 0 && length > 0 && x + width <= canvas.width && y + height <= canvas.height;
  });
  return inside ? { ...canvas, loops, frames: made } : undefined;
}

function frameOf(control: Buffer, data: readonly Buffer[], header: Buffer, shared: readonly Buffer[]): ApngFrame {
  const [width, height] = [control.readUInt32BE(4), control.readUInt32BE(8)];
  const own = Buffer.from(header);
  own.writeUInt32BE(width, 0);
  own.writeUInt32BE(height, 4);
  const parts = [SIGNATURE, pngChunk("IHDR", own), ...shared];
  const file = Buffer.concat([...parts, pngChunk("IDAT", Buffer.concat(data)), pngChunk("IEND", Buffer.alloc(0))]);
  return {
    file: data.length === 0 ? Buffer.alloc(0) : file,
    x: control.readUInt32BE(12),
    y: control.readUInt32BE(16),
    width,
    height,
    delay: (1000 * control.readUInt16BE(20)) / (control.readUInt16BE(22) || 100),
    dispose: DISPOSE[control.readUInt8(24)] ?? "none",
    over: control.readUInt8(25) === 1,
  };
}
