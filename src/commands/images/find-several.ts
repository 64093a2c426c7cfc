import { UserError } from "../user-error.js";
import {
  downloadImage,
  type FoundImage,
  findImage,
  givenImages,
  type ImageLimits,
  type ImageRequest,
} from "./find-image.js";
import type { WantedImage } from "./image-option.js";

/** Pictures that a command looks at together, where it makes nothing of them. */
export const MOST_TOGETHER = 4;

/** One of the images that a command looks at, or why it cannot. */
interface OneOfSeveral {
  /** Its place among them, from 1. */
  readonly number: number;
  readonly image: FoundImage | UserError;
}

/**
 * All images that come with a command, or are on the message that it answers, at most {@link MOST_TOGETHER}; where
 * there is one only, or another one is wanted, what {@link findImage} finds.
 * @returns with how many there are; none where there is none anywhere
 * @throws UserError when none of them can be used
 */
export async function findSeveral(
  request: ImageRequest,
  limits: ImageLimits,
  wanted: WantedImage = "latest",
): Promise<{ readonly images: readonly OneOfSeveral[]; readonly count: number }> {
  const given = wanted === "latest" ? await givenImages(request) : [];
  if (given.length <= 1) {
    const image = await findImage(request, limits, wanted);
    return image ? { images: [{ number: 1, image }], count: 1 } : { images: [], count: 0 };
  }
  const images: OneOfSeveral[] = [];
  // One after the other: a person may have a few downloads under way.
  for (const [index, source] of given.slice(0, MOST_TOGETHER).entries()) {
    const image = await downloadImage(source, request, limits, request.app).catch(refusalOf);
    images.push({ number: index + 1, image });
  }
  const refusals = images.flatMap(({ image }) => (image instanceof UserError ? [image] : []));
  const [first] = refusals;
  if (first && refusals.length === images.length) throw first;
  return { images, count: given.length };
}

/** What a person is told; anything else goes on. */
export function refusalOf(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
