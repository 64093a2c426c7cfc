import type { Job } from "../../domain/job.js";
import type { MessageRef } from "../../domain/message.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { ActionEvent } from "../../port/events.js";
import type { OutgoingMessage } from "../../port/messages.js";
import type { AppContext } from "../context.js";
import { readPageButtonId, turnPage } from "../gallery/page-message.js";
import { mayManage } from "../presenting/permission.js";
import { plain, readButtonId } from "../presenting/texts.js";
import { repeat } from "../recipes/again.js";
import { DELETE_MY_DATA, deleteMyData } from "../settings/my-data.js";
import { UserError } from "../user-error.js";
import { CANCEL_VOTE, PAINT_NOW } from "./votes/texts.js";

/**
 * Does what a button says: a job's, a vote's, a gallery's, or the one that deletes a person's data. Cancel and Delete are for the job's author and moderators; Again makes a new job of whoever pressed it.
 *
 * @throws UserError with a sentence for the person who pressed it.
 */
export async function pressButton(event: ActionEvent, chat: Chat, app: AppContext): Promise<void> {
  if (event.action === DELETE_MY_DATA) {
    const text = deleteMyData({ app, channel: event.message.channel, user: event.user });
    await event.reply({ text }, "private");
    return;
  }
  if (event.action === PAINT_NOW || event.action === CANCEL_VOTE) return app.votes.press(event, chat, app);
  const leaf = readPageButtonId(event.action);
  if (leaf) return turnPage(leaf, event, chat, app);
  const button = readButtonId(event.action);
  if (!button) throw new UserError("button.unknown");
  const job = await app.jobs.get(button.job);
  const { channel } = event.message;
  if (!job || job.channel.platform !== channel.platform || job.channel.community !== channel.community) {
    throw new UserError("button.job-unknown", { id: button.job });
  }
  if (button.verb === "again") {
    const announce = (message: OutgoingMessage) => event.reply(message, "public");
    await repeat({ chat, app, user: event.user, channel, replyPublic: announce }, job, {});
    return;
  }
  if (!mayManage(event.user, job)) {
    throw new UserError("button.foreign", { owner: plain(job.author.name), verb: button.verb });
  }
  if (button.verb === "cancel") {
    if (!app.queue.cancel(job.id, { by: "person", name: event.user.name })) throw new UserError("button.ended");
    return;
  }
  await deleteJob(job, chat, app);
}

/** Removes every message that was posted for a job, and what is kept of it. */
export async function deleteJob(job: Job, chat: Chat, app: AppContext): Promise<void> {
  if (job.state === "waiting" || job.state === "running") throw new UserError("button.not-ended");
  // Messages may still be on their way.
  await app.presenter.idle(job.id);
  const messages = (await app.jobs.get(job.id))?.messages ?? job.messages;
  const { final, frames, progress, announcement } = messages;
  const failed: MessageRef[] = [];
  for (const message of [final, ...frames, progress, announcement]) {
    if (message && !(await removed(message, chat, app))) failed.push(message);
  }
  if (failed.length > 0) throw new UserError("button.delete-failed");
  app.store.jobs.remove([job.id]);
  app.logger.info({ job: job.id }, "a job was deleted");
}

async function removed(message: MessageRef, chat: Chat, app: AppContext): Promise<boolean> {
  try {
    await chat.remove(message);
    return true;
  } catch (error) {
    if (error instanceof ChatError && error.kind === "gone") return true;
    app.logger.warn({ err: error, message: message.id }, "a message could not be deleted");
    return false;
  }
}
