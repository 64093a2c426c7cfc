import { mayManage, sameCommunity } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { ActionEvent } from "../../port/events.js";
import type { OutgoingMessage } from "../../port/messages.js";
import type { JobQueue } from "../../queue/queue.js";
import { defined } from "../../shared/defined.js";
import { plain } from "../../shared/text.js";
import { readPageButtonId, turnPage } from "../gallery/page-message.js";
import type { GalleryServices } from "../gallery/service.js";
import type { Lessons } from "../looks/lessons.js";
import { VERBS_STARTING_NOTHING } from "../moderation/exempt.js";
import type { Moderation } from "../moderation/moderation.js";
import { reportJob, settleReport } from "../moderation/report.js";
import { readReportButton } from "../moderation/report-message.js";
import { type JobVerb, readButtonId } from "../presenting/texts.js";
import { repeatJob } from "../recipes/repeat.js";
import type { Variant } from "../recipes/variants.js";
import { type DeleteDataServices, deleteMyData } from "../settings/my-data.js";
import { UserError } from "../user-error.js";
import {
  AGREE_LESSON,
  BEGIN_LESSON,
  CANCEL_LESSON,
  CANCEL_VOTE,
  DECLINE_LESSON,
  DELETE_MY_DATA,
  PAINT_NOW,
} from "./button-ids.js";
import { type DeleteServices, deleteJob } from "./delete-job.js";
import { makeVariant, type VariantServices } from "./make-variant.js";
import { squarePictures } from "./square-pictures.js";
import type { Votes } from "./votes/votes.js";

const OF_LESSONS: readonly string[] = [AGREE_LESSON, DECLINE_LESSON, BEGIN_LESSON, CANCEL_LESSON];
/** Of those that belong to no job, what starts one. */
const STARTING: readonly string[] = [PAINT_NOW, BEGIN_LESSON];

type ButtonServices = VariantServices &
  DeleteServices &
  GalleryServices &
  DeleteDataServices &
  Parameters<typeof reportJob>[2] & {
    readonly queue: Pick<JobQueue, "cancel">;
    readonly moderation: Pick<Moderation, "bar" | "noteOnOthers" | "noteOnWork">;
  };

/**
 * Does what a button says: a job's, a vote's, a lesson's, a report's, a gallery page's, or the one that
 * deletes a person's data.
 * Cancel and Delete are for the job's author and moderators; Again and the variants make a new job of the person who
 * pressed them.
 *
 * @throws UserError
 */
export async function pressButton(
  event: ActionEvent,
  chat: Chat,
  services: ButtonServices,
  { votes, lessons }: { readonly votes: Pick<Votes, "pressButton">; readonly lessons: Pick<Lessons, "pressButton"> },
): Promise<void> {
  const { action, user, message } = event;
  const { channel } = message;
  const button = readButtonId(action);
  if (event.obstacle !== undefined && (STARTING.includes(action) || (button && startsJob(button.verb)))) {
    await event.reply({ text: event.obstacle }, "private");
    return;
  }
  if (action === DELETE_MY_DATA) {
    await event.reply({ text: deleteMyData({ channel, user }, services) }, "private");
    return;
  }
  if (action === PAINT_NOW || action === CANCEL_VOTE) return votes.pressButton(event);
  if (OF_LESSONS.includes(action)) return lessons.pressButton(event);
  const report = readReportButton(action);
  if (report) return settleReport(report, event, chat, services);
  const page = readPageButtonId(action);
  if (page) return turnPage(page, event, chat, services);
  if (!button) throw new UserError("button.unknown");
  const job = await services.jobs.get(button.job);
  if (!job || !sameCommunity(job.channel, channel)) throw new UserError("button.job-unknown", { id: button.job });
  const { verb, variation } = button;
  if (startsJob(verb)) {
    const replyPublic = (reply: OutgoingMessage) => event.reply(reply, "public");
    const requester = { chat, channel, user, jobId: event.receipt?.job, replyPublic };
    return verb === "again"
      ? repeatJob(job, {}, requester, services)
      : makeVariant({ variant: verb, ...defined({ variation }) }, job, requester, services);
  }
  if (verb === "emoji") {
    await event.reply(await squarePictures(job, { chat, channel, user }, services), "private");
    return;
  }
  if (verb === "report") {
    await event.reply({ text: await reportJob(job, { chat, channel, user }, services) }, "private");
    return;
  }
  if (!mayManage(user, job, channel)) throw new UserError("button.foreign", { owner: plain(job.author.name), verb });
  if (verb === "delete") await deleteJob(job, chat, services);
  else if (!services.queue.cancel(job.id, { by: "person", name: user.name })) throw new UserError("button.ended");
  services.moderation.noteOnOthers(user, verb === "delete" ? "remove-work" : "cancel-job", job);
}

/** Whether a button makes something new of a result, which anybody may who sees it. */
function startsJob(verb: JobVerb): verb is Variant | "again" {
  return !VERBS_STARTING_NOTHING.some((each) => each === verb);
}
