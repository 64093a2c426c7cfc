/** What a film's first bytes are of. Only containers that are known here ever reach ffmpeg. */
export type FilmKind = "mp4" | "webm";

/** Major brands of MP4 and QuickTime; those of pictures (AVIF, HEIC) and of sound alone are others. */
const BRANDS =
  /^(isom|iso[2-9]|mp4[12]|mp71|avc1|av01|hvc1|M4V[ HP]|qt {2}|3g[2gp][\w]|dash|msdh|MSNV|F4V |XAVC|NDS[CHMPS]|mmp4)$/;
const EBML = 0x1a45dfa3;
/** Within so many bytes Matroska says what it is for. */
const HEAD = 80;

/** Undefined for all else. */
export function filmKind(bytes: Uint8Array): FilmKind | undefined {
  if (bytes.byteLength < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(HEAD, bytes.byteLength)).toString("latin1");
  if (view.getUint32(0) === EBML) return /\x42\x82.(webm|matroska)/s.test(head) ? "webm" : undefined;
  const [length, name, brand] = [view.getUint32(0), head.slice(4, 8), head.slice(8, 12)];
  if (name === "ftyp" && length >= 16 && length <= 1024) return BRANDS.test(brand) ? "mp4" : undefined;
  // QuickTime's files of before the brands.
  return name === "moov" || (name === "wide" && head.slice(12, 16) === "mdat") ? "mp4" : undefined;
}

/** Whether a file's first bytes are those of a format that has frames: a film's, or an animation's. */
export function mayMove(bytes: Uint8Array): boolean {
  if (filmKind(bytes)) return true;
  const mark = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  return mark.startsWith("GIF8") || mark.startsWith("\x89PNG") || (mark.startsWith("RIFF") && mark.endsWith("WEBP"));
}

export const FILM_KINDS = {
  mp4: { type: "video/mp4", extension: "mp4" },
  webm: { type: "video/webm", extension: "webm" },
} as const;
