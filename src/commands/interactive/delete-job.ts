import type { Logger } from "pino";
import { isFinal, type Job, type MessageRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { JobRepository } from "../../queue/job-repository.js";
import type { Jobs } from "../../store/jobs.js";
import type { Presenter } from "../presenting/presenter.js";
import { UserError } from "../user-error.js";

export interface DeleteServices {
  readonly jobs: Pick<JobRepository, "get">;
  readonly presenter: Pick<Presenter, "idle">;
  readonly store: { readonly jobs: Pick<Jobs, "remove"> };
  readonly logger: Logger;
}

/**
 * Removes every message that was posted for a job, and what is stored of it.
 * @throws UserError while it waits or runs, and when a message could not be deleted
 */
export async function deleteJob(job: Job, chat: Chat, services: DeleteServices): Promise<void> {
  if (!isFinal(job.state)) throw new UserError("button.not-ended");
  const { jobs, presenter, store, logger } = services;
  // Messages may still be on their way.
  await presenter.idle(job.id);
  const { final, frames, progress, announcement } = (await jobs.get(job.id))?.messages ?? job.messages;
  const failed: MessageRef[] = [];
  for (const message of [final, ...frames, progress, announcement]) {
    if (message && !(await removed(message, chat, logger))) failed.push(message);
  }
  if (failed.length > 0) throw new UserError("button.delete-failed");
  store.jobs.remove([job.id]);
  logger.info({ job: job.id }, "a job was deleted");
}

async function removed(message: MessageRef, chat: Chat, logger: Logger): Promise<boolean> {
  try {
    await chat.remove(message);
    return true;
  } catch (error) {
    if (error instanceof ChatError && error.kind === "gone") return true;
    logger.warn({ err: error, message: message.id }, "a message could not be deleted");
    return false;
  }
}
