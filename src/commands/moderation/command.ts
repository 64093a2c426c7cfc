import { type Mentioned, moderatesAll, NO_COMMUNITY } from "../../domain/model.js";
import type { ModerationAct } from "../../port/moderation.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText, plain } from "../../shared/text.js";
import { dayOf } from "../../shared/time.js";
import type { Bar } from "../../store/bars.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { choiceOption, textOption } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import { findSubject } from "./find-subject.js";

/** Acts and bars that are read for one answer, which shows as many as there is room for. */
const MOST_ROWS = 50;
/** Characters of a name and of a detail in a list. */
const NAME_LENGTH = 40;
const WHO_LENGTH = 100;

/** `/moderate`: what moderators do to people here, and the log of it. */
export const moderateCommand: Command = defineCommand({
  name: "moderate",
  help: "For moderators: bar people or roles from me, hide works, cancel jobs, and read the log",
  options: {
    action: choiceOption({
      help: "What to do",
      choices: [
        { value: "list", label: "List who is barred here" },
        { value: "log", label: "Show what moderators have done" },
        { value: "bar", label: "Bar a person or a role: no commands, buttons or reactions" },
        { value: "lift", label: "Lift a bar" },
        { value: "cancel", label: "Cancel all that a person has waiting or running" },
        { value: "hide", label: "Hide a person's works from the gallery" },
        { value: "show", label: "Show them again" },
      ],
      default: "list",
      positional: true,
    }),
    who: textOption({
      help: "The person, as a mention or a name; on Discord bar also takes a role",
      expected: "a mention such as @Ann, or a name",
      read: (typed) => typed.trim().slice(0, WHO_LENGTH) || undefined,
      collects: true,
    }),
  },
  moderators: true,
  examples: [
    "/moderate",
    "/moderate bar @Ann",
    "/moderate lift @Ann",
    "/moderate cancel @Ann",
    "/moderate hide @Ann",
    "/moderate log",
  ],
  async run({ action = "list", who }, context) {
    checkMayModerate(context);
    if (action === "list") return list(context);
    if (action === "log") return log(context);
    if (who === undefined) throw new UserError("moderate.who", { action });
    const subject = await findSubject(who, context);
    if (action === "bar") return bar(subject, context);
    if (action === "lift") return lift(subject, context);
    if (subject.kind === "role") throw new UserError("moderate.no-role");
    return action === "cancel" ? cancel(subject, context) : hide(subject, action === "hide", context);
  },
});

/** @throws UserError for those who do not moderate the whole community, and in direct messages, which belong to none */
function checkMayModerate({ user, channel }: CommandContext): void {
  if (channel.community === NO_COMMUNITY) throw new UserError("moderate.no-community");
  if (!moderatesAll(user, channel))
    throw new UserError(user.moderator ? "moderate.channel-only" : "moderate.forbidden");
}

async function bar(subject: Mentioned, { app, user, channel, replyEphemeral }: CommandContext): Promise<void> {
  const name = plain(subject.name);
  if (!app.moderation.bar(user, channel, subject)) throw new UserError("moderate.barred-already", { name });
  await replyEphemeral(sentence("moderate.bar", { name, role: subject.kind === "role" }));
}

async function lift(subject: Mentioned, { app, user, channel, replyEphemeral }: CommandContext): Promise<void> {
  const name = plain(subject.name);
  if (!app.moderation.lift(user, channel, subject)) throw new UserError("moderate.not-barred", { name });
  await replyEphemeral(sentence("moderate.lift", { name }));
}

async function cancel({ id, name }: Mentioned, context: CommandContext): Promise<void> {
  const { app, user, channel, replyEphemeral } = context;
  const { platform, community } = channel;
  const jobs = app.moderation.cancelJobs(user, { platform, community }, id);
  if (jobs === 0) throw new UserError("moderate.no-jobs", { name: plain(name) });
  const detail = sentence("moderate.jobs", { jobs });
  app.moderation.note(user, { platform, community, kind: "cancel-jobs", subject: name, detail });
  await replyEphemeral(sentence("moderate.cancelled", { name: plain(name), jobs }));
}

async function hide({ id, name }: Mentioned, hidden: boolean, context: CommandContext): Promise<void> {
  const { app, user, channel, replyEphemeral } = context;
  const { platform, community } = channel;
  const works = app.moderation.hideWorks({ platform, community }, id, hidden);
  if (works === 0) throw new UserError("moderate.no-works", { name: plain(name), hidden });
  const kind = hidden ? "hide-works" : "show-works";
  const detail = sentence("moderate.works", { works });
  app.moderation.note(user, { platform, community, kind, subject: name, detail });
  await replyEphemeral(sentence(hidden ? "moderate.hidden" : "moderate.shown", { name: plain(name), works }));
}

async function list(context: CommandContext): Promise<void> {
  const bars = context.app.moderation.bars(context.channel);
  if (bars.length === 0) return context.replyEphemeral(sentence("moderate.list-empty"));
  await context.replyEphemeral([sentence("moderate.list"), ...bars.toReversed().map(barRow)].join("\n"));
}

async function log(context: CommandContext): Promise<void> {
  const { platform, community } = context.channel;
  const acts = context.app.moderation.acts({ platform, community }, MOST_ROWS);
  if (acts.length === 0) return context.replyEphemeral(sentence("moderate.no-acts"));
  await context.replyEphemeral([sentence("moderate.log"), ...acts.map(actRow)].join("\n"));
}

function barRow({ name, by, at }: Bar): string {
  return `· ${sentence("moderate.list-row", { name: short(name), by: short(by.name), day: dayOf(at) })}`;
}

function actRow({ at, by, kind, subject, detail }: ModerationAct): string {
  const act = sentence(`moderate.act.${kind}`, { by: short(by.name), subject: short(subject) });
  return `· ${minute(at)} · ${act}${detail === undefined ? "" : ` (${short(detail)})`}`;
}

function short(name: string): string {
  return cutText(plain(name), NAME_LENGTH);
}

/** Day, hour and minute, in UTC. */
function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
