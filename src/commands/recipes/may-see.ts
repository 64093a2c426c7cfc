import { isSeenFrom, type Job } from "../../domain/model.js";
import type { CommandContext } from "../command.js";

/**
 * A short id is easy to guess: a job from where not everybody reads is found there only, or by its author; outsiders
 * find those of the very channel.
 */
export function maySee(job: Job, { channel, user }: Pick<CommandContext, "channel" | "user">): boolean {
  return isSeenFrom(job, channel, user) || job.author.id === user.id;
}
