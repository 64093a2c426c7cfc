import { orientationOnly } from "./orientation.js";

const [SOI, EOI, SOS] = [0xd8, 0xd9, 0xda];
const [APP0, APP1, APP2, APP14] = [0xe0, 0xe1, 0xe2, 0xee];
/** Lengths of a JFIF segment without a thumbnail, and of Adobe's, with their markers. */
const [JFIF, ADOBE] = [18, 16];

/**
 * A JPEG of what a decoder needs: frames, scans, tables, the colour profile. Left out are EXIF and XMP with their
 * thumbnails, comments, and whatever follows the end: the further images of MPF, a motion photo's film, gain maps.
 */
export function bareJpeg(file: Buffer, orientation: number): Buffer {
  const [first, others]: [Buffer[], Buffer[]] = [[], []];
  let at = markerFrom(file, 2);
  while (at + 4 <= file.length && file[at + 1] !== EOI) {
    const marker = file[at + 1] ?? 0;
    const start = at;
    at += 2;
    if (!standsAlone(marker)) at += file.readUInt16BE(at);
    if (marker === SOS) at = endOfScan(file, at);
    const segment = bareSegment(file.subarray(start, at), marker);
    if (segment) (marker === APP0 ? first : others).push(segment);
    at = markerFrom(file, at);
  }
  const turned = orientation > 1 ? [exifSegment(orientation)] : [];
  // A file that was cut off has no end, and gets none: it is told by that.
  return Buffer.concat([file.subarray(0, 2), ...first, ...turned, ...others, file.subarray(at, at + 2)]);
}

function bareSegment(segment: Buffer, marker: number): Buffer | undefined {
  const label = segment.toString("latin1", 4, 16);
  if (marker === APP0) return label.startsWith("JFIF\0") ? shortened(segment, JFIF).fill(0, JFIF - 2) : undefined;
  if (marker === APP2) return label.startsWith("ICC_PROFILE\0") ? segment : undefined;
  if (marker === APP14) return label.startsWith("Adobe") ? shortened(segment, ADOBE) : undefined;
  const decodes = (marker >= 0xc0 && marker <= 0xcf) || (marker >= SOS && marker <= 0xdf);
  return decodes ? segment : undefined;
}

function shortened(segment: Buffer, length: number): Buffer {
  if (segment.length < length) throw new Error("a segment is too short");
  const short = Buffer.from(segment.subarray(0, length));
  short.writeUInt16BE(length - 2, 2);
  return short;
}

function exifSegment(orientation: number): Buffer {
  const content = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), orientationOnly(orientation)]);
  return Buffer.concat([Buffer.of(0xff, APP1, 0, content.length + 2), content]);
}

/** Markers without a length: restarts, and one that only arithmetic coding uses. */
function standsAlone(marker: number): boolean {
  return isRestart(marker) || marker === SOI || marker === 0x01;
}

function isRestart(marker = 0): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** The next marker; decoders as well skip what stands before one. The file's end where there is none. */
function markerFrom(file: Buffer, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff) return at;
  }
  return file.length;
}

function endOfScan(file: Buffer, from: number): number {
  let at = markerFrom(file, from);
  while (isRestart(file[at + 1])) at = markerFrom(file, at + 2);
  return at;
}
