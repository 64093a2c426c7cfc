import { orientationOnly } from "./orientation.js";

const KEPT: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "ALPH", "ANIM", "ICCP"]);
/** In the first byte of VP8X: there is EXIF, there is XMP. */
const EXIF = 0x08;
export const XMP = 0x04;

/** A WebP without EXIF, XMP, unknown chunks, and whatever follows the end. */
export function bareWebp(file: Buffer, orientation: number): Buffer {
  const kept = bareChunks(file.subarray(12, 8 + file.readUInt32LE(4)), orientation > 1);
  if (orientation > 1) kept.push(webpChunk("EXIF", orientationOnly(orientation)));
  const whole = Buffer.concat([file.subarray(0, 12), ...kept]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}

function bareChunks(chunks: Buffer, turned: boolean): Buffer[] {
  const kept: Buffer[] = [];
  for (let at = 0; at + 8 <= chunks.length; ) {
    const type = chunks.toString("latin1", at, at + 4);
    const size = chunks.readUInt32LE(at + 4);
    const content = chunks.subarray(at + 8, at + 8 + size);
    if (type === "VP8X") kept.push(webpChunk(type, flagged(content, turned)));
    // A frame of an animation: its place, then chunks of its own.
    else if (type === "ANMF")
      kept.push(webpChunk(type, Buffer.concat([content.subarray(0, 16), ...bareChunks(content.subarray(16), turned)])));
    else if (KEPT.has(type)) kept.push(webpChunk(type, content));
    at += 8 + size + (size % 2);
  }
  return kept;
}

function flagged(header: Buffer, turned: boolean): Buffer {
  const copy = Buffer.from(header);
  copy[0] = ((copy[0] ?? 0) & ~(EXIF | XMP)) | (turned ? EXIF : 0);
  return copy;
}

/** A chunk of a WebP, with its length. */
export function webpChunk(type: string, content: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, "latin1");
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}
