import type { Credit } from "../../domain/credit.js";
import type { Job } from "../../domain/job.js";
import { QueueError } from "../../queue/queue.js";
import type { CommandContext } from "../command.js";
import { UserError } from "../user-error.js";
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
  readonly credits?: readonly Credit[];
  /** The picture was hidden by its author. */
  readonly spoiler?: boolean;
}

/**
 * Hands a job to the queue and to the presenter, which shows it from its first word to its last.
 *
 * @throws UserError when it is larger than the place allows, or the queue does not take it.
 */
export async function startJob(
  context: Pick<CommandContext, "chat" | "app" | "user" | "channel" | "replyPublic">,
  order: Order,
): Promise<Job> {
  const { chat, app, user, channel } = context;
  const { recipe, params, pictures, id, from, repeats, credits, spoiler } = order;
  app.settings.checkSize(params, channel);
  const { closed, restricted } = await chat.describe(channel);
  try {
    return await app.queue.submit(
      {
        channel,
        author: { id: user.id, name: user.name },
        recipe: recipe.name,
        params,
        pictures,
        cost: recipe.cost(params),
        costKey: recipe.costKey(params),
        memory: jobMemory(recipe, params),
        ...(id === undefined ? {} : { id }),
        ...(from === undefined ? {} : { from }),
        ...(repeats ? { repeats } : {}),
        ...(credits === undefined ? {} : { credits }),
        ...(spoiler === undefined ? {} : { spoiler }),
        caps: app.settings.caps(channel),
        audience: closed || restricted ? "channel" : "community",
      },
      (job) => app.presenter.open(job, { chat, replyPublic: (message) => context.replyPublic(message) }),
    );
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    app.metrics({ kind: "refused", why: error.kind });
    throw new UserError(error);
  }
}
