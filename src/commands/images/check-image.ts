import { admitImage } from "../../shared/admit-image.js";
import type { ImageTasks } from "../../shared/image-tasks.js";
import { MAX_INPUT_PIXELS, PictureError } from "../../shared/inspect-image.js";
import { UserError } from "../user-error.js";

/** Pixels a side. Below, there is nothing to see; above, an image is a strip that no network was made for. */
const LEAST_SIDE = 16;
const MOST_SIDE = 16_384;

export type CheckedImage = Awaited<ReturnType<ImageTasks["admit"]>>;

/**
 * Checks an image from outside before a job is made of it, by its bytes alone: its format, whether it is what it claims
 * to be, and its size. What is kept of it, shown again or handed on is the file that this returns, without metadata.
 *
 * @param name what it is called in messages
 * @param decoding look behind its header too
 * @throws UserError
 */
export async function checkImage(bytes: Uint8Array, name: string, decoding = false): Promise<CheckedImage> {
  try {
    const image = await admitImage(bytes, { name, maxPixels: MAX_INPUT_PIXELS, decoding });
    const { width, height } = image;
    if (Math.min(width, height) < LEAST_SIDE)
      throw new UserError("image.too-small", { name, width, height, least: LEAST_SIDE });
    if (Math.max(width, height) > MOST_SIDE)
      throw new UserError("image.too-wide", { name, width, height, most: MOST_SIDE });
    return image;
  } catch (error) {
    if (error instanceof PictureError) throw new UserError(error);
    throw error;
  }
}

export function tooLarge(name: string, maxBytes: number): UserError {
  return new UserError("image.too-large", { name, megabytes: Math.round((maxBytes / 1024 / 1024) * 10) / 10 });
}

export function tooSlow(name: string, seconds: number): UserError {
  return new UserError("image.too-slow", { name, seconds });
}
