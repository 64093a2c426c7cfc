/** A result cut for what the chat has of its own: emoji, stickers, avatars. */
import { type ChannelRef, type Job, pictureName, type User } from "../../domain/model.js";
import { variationsOf } from "../../engine/recipes/outcome.js";
import type { Chat } from "../../port/adapter.js";
import type { OutgoingMessage, Picture } from "../../port/messages.js";
import type { JobRepository } from "../../queue/job-repository.js";
import { defined } from "../../shared/defined.js";
import { withImage } from "../../shared/image-process.js";
import { MAX_INPUT_PIXELS, PictureError } from "../../shared/inspect-image.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { checkMayUse, checkNotWithheld, type MayUseServices } from "../images/may-use.js";
import type { Recipe } from "../recipes/recipe.js";
import { recipeOf } from "../recipes/repeat.js";
import { UserError } from "../user-error.js";

interface SquareServices extends MayUseServices {
  readonly jobs: Pick<JobRepository, "result">;
  readonly recipes: ReadonlyMap<string, Recipe>;
}

interface SquareRequester {
  readonly chat: Pick<Chat, "capabilities">;
  readonly channel: ChannelRef;
  readonly user: User;
}

/**
 * An answer with the result once for each thing that the chat has, in its size.
 * @throws UserError where the result may not be used, is no longer kept, or is a sheet
 */
export async function squarePictures(
  job: Job,
  { chat, channel, user }: SquareRequester,
  services: SquareServices,
): Promise<OutgoingMessage> {
  const { squares, uploadBytes } = chat.capabilities;
  checkNotWithheld(job);
  checkMayUse(job.author, { channel, user }, services);
  if (squares.length === 0) throw new UserError("square.none");
  if (variationsOf(job.params) > 1) throw new UserError("result.is-sheet");
  const result = await services.jobs.result(job.id);
  if (!result) throw new UserError("square.gone", { id: job.id });
  const bounds = squares.map(({ side, bytes, moving }) => ({
    side,
    maxBytes: Math.min(bytes, uploadBytes),
    ...defined({ moving }),
  }));
  const cuts = await cutOrExplained(result.bytes, { squares: bounds, name: job.id, maxPixels: MAX_INPUT_PIXELS });
  const title = recipeOf(job, services.recipes).title(job.params);
  const made = cuts.flatMap((cut, index) => {
    const square = squares[index];
    return square ? [{ ...square, ...cut }] : [];
  });
  const rows = made.map(({ use, side, bytes, film }) =>
    sentence("square.row", { use, side, kilobytes: Math.ceil(bytes.byteLength / 1000), film }),
  );
  const pictures = made.map(
    ({ use, bytes, type, extension }): Picture => ({
      bytes,
      type,
      name: pictureName(job.recipe, job.id, extension, use),
      description: sentence("square.description", { use, title }),
      ...(job.spoiler && { spoiler: true }),
    }),
  );
  return { text: [sentence("square.ready"), ...rows].join("\n"), pictures };
}

/** What keeps a picture from being cut is a sentence for the one who asks. */
async function cutOrExplained(bytes: Uint8Array, options: Parameters<typeof withImage<"square">>[2]) {
  try {
    return await withImage("square", bytes, options);
  } catch (error) {
    if (error instanceof PictureError) throw new UserError(error);
    throw error;
  }
}
