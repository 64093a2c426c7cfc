/** What moderators are shown of a reported work: pure. */
import type { Job } from "../../domain/model.js";
import type { Button, OutgoingMessage } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import { REPORT_BUTTON } from "../interactive/button-ids.js";

const BUTTONS = {
  delete: { emoji: "🗑", style: "danger" },
  bar: { emoji: "⛔", style: "danger" },
  dismiss: { emoji: "✔️", style: "secondary" },
} as const satisfies Readonly<Record<string, Pick<Button, "emoji" | "style">>>;

export type ReportVerb = keyof typeof BUTTONS;

/** The verb and the job of a pressed button; undefined for buttons of something else. */
export function readReportButton(id: string): { readonly verb: ReportVerb; readonly job: string } | undefined {
  const [, verb, job] = /^report:(delete|bar|dismiss):([A-Z0-9]{1,16})$/.exec(id) ?? [];
  return job === undefined ? undefined : { verb: verb as ReportVerb, job };
}

interface Reported {
  readonly job: Pick<Job, "id" | "author">;
  readonly title: string;
  /** The address of its message, where it has one. */
  readonly link?: string | undefined;
}

/** A report in the moderators' channel. */
export function reportMessage(reported: Reported, reporter: string): OutgoingMessage {
  const text = sentence("report.message", { work: workText(reported), by: plain(reporter) });
  return { text, buttons: buttonsOf(reported.job.id, ["delete", "bar", "dismiss"]) };
}

/** The same when a moderator has dealt with it: what was done, and what may still be. */
export function settledReport(reported: Reported, done: string, left: readonly ReportVerb[] = []): OutgoingMessage {
  return { text: `${workText(reported)}\n${done}`, buttons: buttonsOf(reported.job.id, left) };
}

function workText({ job: { id, author }, title, link }: Reported): string {
  const shown = link === undefined ? `**${plain(title)}**` : `**[${plain(title)}](${link})**`;
  return sentence("report.work", { title: shown, author: plain(author.name), id });
}

function buttonsOf(job: string, verbs: readonly ReportVerb[]): Button[] {
  return verbs.map((verb) => {
    return { id: `${REPORT_BUTTON}${verb}:${job}`, label: sentence(`report.button.${verb}`), ...BUTTONS[verb] };
  });
}
