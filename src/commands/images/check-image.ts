import { inspectPicture, PictureError, type PictureFacts } from "../../shared/inspect-image.js";
import { UserError } from "../user-error.js";

/** Pixels a side. Below, there is nothing to see in it; above, a picture is a strip that no network was made for. */
const LEAST_SIDE = 16;
const MOST_SIDE = 16_384;

/**
 * Checks a picture from outside before a job is made of it, by its bytes alone: its format, that it is what it says it is, and its size.
 *
 * @param name what it is called in messages
 * @throws UserError
 */
export async function checkImage(bytes: Uint8Array, name: string): Promise<PictureFacts> {
  try {
    const facts = await inspectPicture(bytes, name);
    const { width, height } = facts;
    const size = `${name} is ${width} × ${height} pixels`;
    if (Math.min(width, height) < LEAST_SIDE)
      throw new UserError(`${size}; send one of at least ${LEAST_SIDE} pixels on each side.`);
    if (Math.max(width, height) > MOST_SIDE)
      throw new UserError(`${size}; send one of at most ${MOST_SIDE} pixels on each side.`);
    return facts;
  } catch (error) {
    if (error instanceof PictureError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}
