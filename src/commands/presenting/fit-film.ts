import type { Picture } from "../../port/messages.js";
import { sharp } from "../../shared/native.js";

/** Share of the width, every n-th frame kept, and quality, from the best to the smallest. */
const ATTEMPTS = [
  [1, 1, 55],
  [0.75, 1, 60],
  [0.75, 2, 55],
  [0.5, 2, 55],
  [0.5, 3, 45],
  [0.35, 3, 45],
  [0.25, 4, 40],
] as const;
/** Films of more pixels in all are not taken apart: they would need too much memory. */
const MOST_PIXELS = 100_000_000;

/**
 * A film within a limit of bytes: smaller, of fewer frames and less quality. Undefined for a still, and where it cannot
 * be.
 */
export async function fitFilm(picture: Picture, maxBytes: number): Promise<Picture | undefined> {
  const {
    width,
    height,
    pages = 1,
    pageHeight = height,
    delay = [],
    loop = 0,
    format,
  } = await sharp(picture.bytes).metadata();
  if (pages < 2 || width * pageHeight * pages > MOST_PIXELS) return undefined;
  for (const [scale, every, quality] of ATTEMPTS) {
    const small = sharp(picture.bytes, { animated: true, limitInputPixels: MOST_PIXELS }).resize({
      width: Math.max(1, Math.round(width * scale)),
    });
    const { data, info } = await small.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const side = Math.round(info.height / pages);
    const frame = info.width * side * info.channels;
    const kept = Array.from({ length: Math.ceil(pages / every) }, (_, index) => index * every);
    const frames = Buffer.concat(kept.map((index) => data.subarray(index * frame, (index + 1) * frame)));
    const raw = { width: info.width, height: side * kept.length, channels: info.channels, pageHeight: side };
    // A frame that stays stands for those that went.
    const delays = kept.map(
      (index) => delay.slice(index, index + every).reduce((sum, each) => sum + each, 0) || 100 * every,
    );
    const film = sharp(frames, { raw, limitInputPixels: false });
    const encoded =
      format === "gif"
        ? film.gif({ loop, delay: delays, colours: quality > 50 ? 128 : 64 })
        : film.webp({ loop, delay: delays, quality, effort: 3 });
    const bytes = new Uint8Array(await encoded.toBuffer());
    if (bytes.byteLength <= maxBytes) return { ...picture, bytes };
  }
  return undefined;
}
