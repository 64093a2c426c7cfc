/** A finished result of the same photo, to go on from at larger sizes. */
import type { CutOut } from "../images/codec.js";
import { fitInside, type Raster, type Size } from "../images/raster.js";
import { resize } from "../images/resample.js";
import type { PictureInput } from "./recipe.js";

/**
 * The result that is done; undefined where what is to be made is no larger, or the photo is so narrow that it had to be
 * continued.
 * @param started the photo at the size of the result
 * @param photo the same as it is worked on
 */
export async function finishedAt(
  finished: PictureInput,
  started: Size & { readonly cutOut?: CutOut },
  photo: Size,
): Promise<Raster | undefined> {
  if (photo.width !== started.width || photo.height !== started.height) return undefined;
  if (Math.max(finished.width, finished.height) >= Math.max(photo.width, photo.height)) return undefined;
  const { width, height } = fitInside(photo.width, photo.height, Math.max(finished.width, finished.height));
  const decoded = await finished.decode(Math.max(width, height), started.cutOut?.matte);
  return resize(decoded, width, height);
}
