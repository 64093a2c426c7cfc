import { type ChannelRef, sameCommunity, type User } from "../../domain/model.js";
import { teachDefinition } from "../../engine/recipes/teach/definition.js";
import type { JobQueue } from "../../queue/queue.js";
import { StoreError } from "../../shared/store-error.js";
import type { Looks } from "../../store/looks.js";
import type { BotOptions } from "../bot-options.js";
import { styleScope } from "../styles/style-scope.js";
import { UserError } from "../user-error.js";
import { LOOK_LIMITS } from "./taught-look.js";

export interface LookNameServices {
  readonly botOptions: Pick<BotOptions, "looks">;
  readonly store: { readonly looks: Pick<Looks, "check"> };
  readonly queue: Pick<JobQueue, "positions">;
}

/** @throws UserError where a look of that name could not be kept, before anybody waits for it */
export function checkLookName(
  name: string,
  { channel, user }: { readonly channel: ChannelRef; readonly user: User },
  { botOptions, store, queue }: LookNameServices,
): void {
  if (botOptions.looks.some((look) => look.name === name)) throw new UserError("look.name-taken", { name });
  const scope = styleScope(channel);
  try {
    store.looks.check({ ...scope, name, author: user }, LOOK_LIMITS);
  } catch (error) {
    if (error instanceof StoreError) throw new UserError(error);
    throw error;
  }
  const other = queue.positions().find(({ job }) => {
    const here = sameCommunity(styleScope(job.channel), scope);
    return here && job.recipe === teachDefinition.name && job.params.name === name;
  });
  if (other) throw new UserError("look.being-taught", { name, id: other.job.id });
}
