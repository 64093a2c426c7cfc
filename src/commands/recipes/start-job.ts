import type { Job, JobCredit } from "../../queue/job.js";
import { QueueError } from "../../queue/queue.js";
import { type CommandContext, Mistake } from "../command.js";
import { jobMemory } from "./memory.js";
import type { Params, Recipe } from "./recipe.js";

export interface Order {
  /** See `JobRequest.id`. */
  readonly id?: string;
  readonly recipe: Recipe;
  readonly params: Params;
  /** Encoded pictures by role. */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** The job that is repeated or worked on, if any. */
  readonly from?: string;
  /** It is made from the same pictures as that job, not from its result. */
  readonly repeats?: boolean;
  readonly credits?: readonly JobCredit[];
  /** The picture was hidden by its author. */
  readonly spoiler?: boolean;
}

/**
 * Hands a job to the queue and to the presenter, which shows it from its first word to its last.
 *
 * @throws Mistake when it is larger than the place allows, or the queue does not take it.
 */
export async function startJob(
  context: Pick<CommandContext, "chat" | "desk" | "person" | "place" | "announce">,
  order: Order,
): Promise<Job> {
  const { chat, desk, person, place } = context;
  const { recipe, params, pictures, id, from, repeats, credits, spoiler } = order;
  desk.settings.checkSize(params, place);
  const { closed, restricted } = await chat.describe(place);
  try {
    return await desk.queue.submit(
      {
        place,
        author: { id: person.id, name: person.name },
        recipe: recipe.name,
        params,
        pictures,
        work: recipe.work(params),
        pace: recipe.pace(params),
        memory: jobMemory(recipe, params),
        ...(id === undefined ? {} : { id }),
        ...(from === undefined ? {} : { from }),
        ...(repeats ? { repeats } : {}),
        ...(credits === undefined ? {} : { credits }),
        ...(spoiler === undefined ? {} : { spoiler }),
        caps: desk.settings.caps(place),
        audience: closed || restricted ? "channel" : "community",
      },
      (job) => desk.presenter.open(job, { chat, announce: (message) => context.announce(message) }),
    );
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    desk.notice({ kind: "refused", why: error.kind });
    throw new Mistake(error.message, { cause: error });
  }
}
