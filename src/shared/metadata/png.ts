import { crc32 } from "node:zlib";
import { orientationOnly } from "./orientation.js";

/** Chunks that say how pixels are read and shown, those of animations too. */
const KEPT: ReadonlySet<string> = new Set(
  (
    "IHDR PLTE IDAT IEND tRNS bKGD pHYs sBIT hIST acTL fcTL fdAT " + "iCCP sRGB gAMA cHRM cICP mDCV mDCv cLLI cLLi"
  ).split(" "),
);

/** A PNG without texts, times, EXIF, chunks of programs, and whatever follows the end. */
export function barePng(file: Buffer, orientation: number): Buffer {
  const kept = [file.subarray(0, 8)];
  let turn = orientation > 1;
  for (let at = 8; at + 8 <= file.length; ) {
    const end = at + 12 + file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    if (type === "IDAT" && turn) {
      kept.push(pngChunk("eXIf", orientationOnly(orientation)));
      turn = false;
    }
    if (KEPT.has(type)) kept.push(file.subarray(at, end));
    if (type === "IEND") break;
    at = end;
  }
  return Buffer.concat(kept);
}

/** A chunk of a PNG, with its length and sum. */
export function pngChunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}
