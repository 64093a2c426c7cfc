import { MAKER, type Mark, MOST_XMP, parseMark, printMark } from "./mark.js";
import { markedMp4, mp4Xmp } from "./mp4.js";
import { pngChunk } from "./png.js";
import { webpChunk, XMP } from "./webp.js";

/** By the last part of the media type. They give the new file in parts, most of them stretches of the old one. */
const WRITERS: Readonly<Record<string, (file: Buffer, xmp: Buffer, mark: Mark) => readonly Buffer[]>> = {
  png: markedPng,
  jpeg: markedJpeg,
  webp: markedWebp,
  gif: markedGif,
  mp4: markedMp4,
};

/**
 * A picture's or a film's file with a mark, without decoding it: nothing of the picture is lost. The file itself where
 * its format takes none, it is not built as that says, or the mark is too long.
 *
 * @param type its media type, such as "image/png"
 */
export function withMark(bytes: Uint8Array, type: string, mark: Mark): Uint8Array {
  const parts = markedParts(bytes, type, mark);
  return parts.length === 1 ? bytes : new Uint8Array(Buffer.concat(parts));
}

/** As {@link withMark}, in parts that follow one another; those that are of the file are views of its bytes. */
export function markedParts(bytes: Uint8Array, type: string, mark: Mark): readonly Uint8Array[] {
  const xmp = Buffer.from(printMark(mark));
  const write = WRITERS[type.replace(/^(image|video)\//, "")];
  if (!write || xmp.length > MOST_XMP) return [bytes];
  try {
    return write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), xmp, mark);
  } catch {
    return [bytes];
  }
}

/**
 * The mark in a picture's file, which may be a stranger's; undefined where there is none.
 * @param xmp what the format's decoder has found; of a GIF it finds none, and MP4 it does not know
 */
export function readMark(bytes: Uint8Array, xmp: Uint8Array | undefined): Mark | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = xmp ?? gifXmp(file) ?? mp4Xmp(file);
  return found && found.byteLength <= MOST_XMP ? parseMark(Buffer.from(found).toString("utf8")) : undefined;
}

const PNG_HEAD = 8 + 25;

/** Besides XMP, texts that other programs show: which program made it, and how. */
function markedPng(file: Buffer, xmp: Buffer, { line, network, seed, credits }: Mark): Buffer[] {
  if (file.toString("latin1", 12, 16) !== "IHDR") throw new Error("a PNG begins with IHDR");
  const facts = [line, network, seed && `seed ${seed}`, credits];
  const comment = facts.filter((fact) => fact !== undefined).join(" · ");
  return [
    file.subarray(0, PNG_HEAD),
    pngText("XML:com.adobe.xmp", xmp),
    pngText("Software", Buffer.from(MAKER)),
    pngText("Comment", Buffer.from(comment)),
    file.subarray(PNG_HEAD),
  ];
}

/** A text in UTF-8: keyword, not compressed, no language, no translated keyword. */
function pngText(keyword: string, text: Buffer): Buffer {
  return pngChunk("iTXt", Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, "latin1"), text]));
}

const JPEG_XMP = Buffer.from("http://ns.adobe.com/xap/1.0/\0", "latin1");

/** After JFIF's segment, which wants to be the first. */
function markedJpeg(file: Buffer, xmp: Buffer): Buffer[] {
  if (file.readUInt16BE(0) !== 0xffd8) throw new Error("a JPEG begins with SOI");
  const at = file.readUInt16BE(2) === 0xffe0 ? 4 + file.readUInt16BE(4) : 2;
  const head = Buffer.of(0xff, 0xe1, 0, 0);
  head.writeUInt16BE(2 + JPEG_XMP.length + xmp.length, 2);
  return [file.subarray(0, at), head, JPEG_XMP, xmp, file.subarray(at)];
}

function markedWebp(file: Buffer, xmp: Buffer): Buffer[] {
  const extended = file.toString("latin1", 12, 16) === "VP8X";
  const header = extended ? Buffer.from(file.subarray(20, 30)) : extendedHeader(file);
  header[0] = (header[0] ?? 0) | XMP;
  const rest = file.subarray(extended ? 30 : 12, 8 + file.readUInt32LE(4));
  const head = Buffer.from(file.subarray(0, 12));
  const parts = [head, webpChunk("VP8X", header), rest, webpChunk("XMP ", xmp)];
  head.writeUInt32LE(
    parts.reduce((sum, { length }) => sum + length, -8),
    4,
  );
  return parts;
}

const ALPHA = 0x10;

/** The header that a file with more than one chunk needs: flags, three empty bytes, width and height less one. */
function extendedHeader(file: Buffer): Buffer {
  const header = Buffer.alloc(10);
  if (file.toString("latin1", 12, 16) === "VP8L") {
    const bits = file.readUInt32LE(21);
    header[0] = (bits >>> 28) & 1 ? ALPHA : 0;
    header.writeUIntLE(bits & 0x3fff, 4, 3);
    header.writeUIntLE((bits >>> 14) & 0x3fff, 7, 3);
  } else {
    if (file.readUIntBE(23, 3) !== 0x9d012a) throw new Error("a WebP begins with a key frame");
    header.writeUIntLE((file.readUInt16LE(26) & 0x3fff) - 1, 4, 3);
    header.writeUIntLE((file.readUInt16LE(28) & 0x3fff) - 1, 7, 3);
  }
  return header;
}

const GIF_XMP = Buffer.from("\x21\xff\x0bXMP DataXMP", "latin1");
const GIF_END = 0x3b;
/** After the text, which is no chain of blocks: wherever a reader of blocks is, it comes from here to the end. */
const GIF_TRAILER = Buffer.from([1, ...Array.from({ length: 256 }, (_, i) => 255 - i), 0]);

function markedGif(file: Buffer, xmp: Buffer): Buffer[] {
  if (file.at(-1) !== GIF_END) throw new Error("a GIF ends with its trailer");
  return [file.subarray(0, -1), GIF_XMP, xmp, GIF_TRAILER, file.subarray(-1)];
}

function gifXmp(file: Buffer): Buffer | undefined {
  if (file.toString("latin1", 0, 3) !== "GIF") return undefined;
  const at = file.indexOf(GIF_XMP);
  const end = at < 0 ? at : file.indexOf(GIF_TRAILER, at);
  return end < 0 ? undefined : file.subarray(at + GIF_XMP.length, end);
}
