/** Makes pictures fit before they are sent: smaller, and JPEG where the chat does not know the kind. */

/** Longest side of what was too large, in pixels: more than any work is made from. */
const MOST_SIDE = 4096;
/** Each try is by so much smaller than the one before. */
const STEP = 0.8;
const MOST_TRIES = 12;
const QUALITY = 0.9;

interface Limits {
  readonly bytes: number;
  readonly pixels: number;
}

/** HEIC and HEIF, what iPhones take; a browser may not know their type. */
export function isHeic({ type, name }: File): boolean {
  return /^image\/hei[cf]/.test(type) || /\.hei[cf]$/i.test(name);
}

const FILM_TYPES = ["mp4", "x-m4v", "quicktime", "webm", "x-matroska", "3gpp"].map((kind) => `video/${kind}`);
const PICTURE_TYPES = ["jpeg", "png", "webp", "gif", "avif", "tiff", "heic", "heif"].map((kind) => `image/${kind}`);

/** What a file picker offers; the server looks at the bytes. */
export const PICKED_TYPES = [...PICTURE_TYPES, ".heic", ".heif", ...FILM_TYPES].join(",");

/** A film that only a player shows; which kinds of video are taken the server says. */
export function isFilm({ type }: File): boolean {
  return FILM_TYPES.includes(type);
}

/**
 * The picture as it can be sent: itself where it fits. Undefined where this browser cannot make it fit, as it cannot
 * read it, or it moves.
 */
export async function fitted(file: File, limits: Limits): Promise<File | undefined> {
  const small = file.size <= limits.bytes && !isHeic(file);
  if (isFilm(file)) return small ? file : undefined;
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return small ? file : undefined;
  try {
    if (small && bitmap.width * bitmap.height <= limits.pixels) return file;
    // Only its first frame would be left.
    if (file.type === "image/gif") return undefined;
    return await smaller(file, bitmap, limits);
  } finally {
    bitmap.close();
  }
}

async function smaller(file: File, bitmap: ImageBitmap, { bytes, pixels }: Limits): Promise<File | undefined> {
  const { width, height } = bitmap;
  const longest = Math.max(width, height);
  let side = width * height <= pixels ? longest : Math.min(longest * Math.sqrt(pixels / (width * height)), MOST_SIDE);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const blob = await drawn(bitmap, side / longest);
    if (blob && blob.size <= bytes)
      return new File([blob], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: blob.type });
    side = Math.min(MOST_SIDE, side * STEP);
  }
  return undefined;
}

function drawn(bitmap: ImageBitmap, scale: number): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  // JPEG has no transparency.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
