/** Reports: a person tells the moderators of a work, in their own channel, and they deal with it there. */
import type { Logger } from "pino";
import { type ChannelRef, type Job, messageKey, moderatesAll, sameCommunity, type User } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError, mayPass } from "../../port/chat-error.js";
import type { ActionEvent } from "../../port/events.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import { DAY_MS, HOUR_MS } from "../../shared/time.js";
import type { Store } from "../../store/open.js";
import { REPORT_DAYS } from "../../store/reports.js";
import { type DeleteServices, deleteJob } from "../interactive/delete-job.js";
import type { Recipe } from "../recipes/recipe.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import { UserError } from "../user-error.js";
import { isForAll, type Moderation, titleFor } from "./moderation.js";
import { type ReportVerb, reportMessage, settledReport } from "./report-message.js";

/** Reports that one person may make in an hour. */
const MOST_AN_HOUR = 5;
/** Of the moderators' messages about a work: one that is due when reports were forgotten has another name. */
const PERIOD_MS = REPORT_DAYS * DAY_MS;

interface ReportServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly settings: Pick<ChannelSettings, "reportsChannel">;
  readonly store: Pick<Store, "reports">;
  readonly logger: Logger;
}

interface Reporter {
  readonly chat: Chat;
  readonly channel: ChannelRef;
  readonly user: User;
}

/**
 * Tells the moderators of a work, unless they have been told. What could not be posted is not counted as a report.
 *
 * @returns what the reporter is told
 * @throws UserError where they have no channel for that, or it cannot be posted in; and for too many reports
 */
export async function reportJob(job: Job, reporter: Reporter, services: ReportServices): Promise<string> {
  const { chat, channel, user } = reporter;
  const { settings, store, logger } = services;
  const place = settings.reportsChannel(channel);
  if (!place) throw new UserError("report.off");
  const person = { platform: channel.platform, user: user.id };
  if (store.reports.has(job.id, person)) throw new UserError("report.again");
  if (store.reports.countSince(person, Date.now() - HOUR_MS) >= MOST_AN_HOUR)
    throw new UserError("report.too-many", { count: MOST_AN_HOUR });
  if (!store.reports.has(job.id)) {
    try {
      const message = reportMessage(await reportedOf(job, place, chat, services), user.name);
      const period = Math.floor(Date.now() / PERIOD_MS);
      await chat.post(place, { ...message, key: messageKey(job.id, `report ${period}`) });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      logger.warn({ err: error, job: job.id, channel: place.id }, "a report could not be posted");
      throw mayPass(error) ? new UserError(error) : new UserError("report.unreachable");
    }
  }
  store.reports.add(job.id, person);
  return sentence("report.done");
}

/** @param place where it is told of: what is made where not everybody reads has no title where everybody does */
async function reportedOf(job: Job, place: ChannelRef, chat: Chat, { recipes }: Pick<ReportServices, "recipes">) {
  const { final, announcement } = job.messages;
  const message = final ?? announcement;
  const link = message && (await chat.link(message).catch(() => undefined));
  const isClosed = () =>
    chat.describe(place).then(
      ({ closed }) => closed,
      () => false,
    );
  const title = titleFor(job, isForAll(job) || (await isClosed()), recipes);
  return { job, title, link };
}

interface SettleServices extends DeleteServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly moderation: Pick<Moderation, "bar" | "noteOnWork">;
}

/**
 * Does what a button below a report says, and shows that it is done.
 * @throws UserError for those who are no moderators, and when the work could not be deleted
 */
export async function settleReport(
  { verb, job: id }: { readonly verb: ReportVerb; readonly job: string },
  { message, user }: Pick<ActionEvent, "message" | "user">,
  chat: Chat,
  services: SettleServices,
): Promise<void> {
  // The work may be of another channel, and a bar is for all of them.
  if (!moderatesAll(user, message.channel)) throw new UserError("report.forbidden");
  const job = await services.jobs.get(id);
  if (!job || !sameCommunity(job.channel, message.channel)) {
    await chat.edit(message, { text: sentence("report.gone", { id }) });
    return;
  }
  const reported = await reportedOf(job, message.channel, chat, services);
  const by = plain(user.name);
  if (verb === "bar") {
    const { id: person, name } = job.author;
    const isNew = services.moderation.bar(user, message.channel, { kind: "person", id: person, name });
    const done = isNew ? sentence("report.barred", { by }) : sentence("report.barred-already");
    return chat.edit(message, settledReport(reported, done, ["delete", "dismiss"]));
  }
  if (verb === "delete") await deleteJob(job, chat, services);
  services.moderation.noteOnWork(user, verb === "delete" ? "delete-work" : "dismiss-report", job);
  const done = sentence(verb === "delete" ? "report.deleted" : "report.dismissed", { by });
  // What is deleted has no address any more.
  await chat.edit(message, settledReport(verb === "delete" ? { ...reported, link: undefined } : reported, done));
}
