/** What a vote's message says. Pure: a vote and its tally in, a message out. */

import type { Among } from "../../../domain/model.js";
import type { Button, OutgoingMessage } from "../../../port/messages.js";
import { sentence } from "../../../shared/sentences/sentence.js";
import { duration, plain, timeOfDay } from "../../../shared/text.js";
import { dayOf } from "../../../shared/time.js";
import type { InteractiveMessage } from "../../../store/interactive-messages.js";
import { CANCEL_VOTE, PAINT_NOW } from "../button-ids.js";
import type { CollectorPayload } from "../reaction-collector.js";
import { percents, type StyleShare, type Tally } from "./tally.js";

const BAR = 10;

/** One of the styles that are voted on. */
export interface Candidate {
  readonly name: string;
  readonly emoji: string;
}

interface VotePayload extends CollectorPayload {
  readonly candidates: readonly Candidate[];
  readonly minutes: number;
  /** Of the photo, as its job has it. */
  readonly among?: Among;
  /** Once it is over, the id of the job that it becomes. After a stop, it was started if there is that job. */
  readonly job?: string;
  /** ✅ was given before anybody had voted, and is still there. */
  readonly early?: boolean;
  /** What was reacted while the program was away could not be read. */
  readonly unread?: boolean;
  /** Why nothing comes of it; it is over, and stays until people have been told. */
  readonly ended?: string;
}

/** A vote as it is stored. Without `expiresAt` it is over but for the painting. */
export type Vote = Pick<InteractiveMessage, "author" | "payload" | "expiresAt">;

export function payloadOf({ payload }: Pick<Vote, "payload">): VotePayload {
  return payload as unknown as VotePayload;
}

/** The message while people vote. An edit keeps its images. */
export function open(vote: Vote, tally: Tally): OutgoingMessage {
  const { minutes, among } = payloadOf(vote);
  const opener = plain(vote.author.name);
  const until =
    vote.expiresAt === undefined
      ? ""
      : sentence("vote.until", { duration: duration(minutes * 60), time: clock(vote.expiresAt, minutes) });
  const heading = [sentence("vote.heading", { opener, until }), sentence("vote.rules")];
  const others = among && sentence("image.among", { ...among, command: "blend vote" });
  const rest = [sentence("vote.paints", { opener }), ...(others === undefined ? [] : [others])];
  return message(heading, vote, tally, rest, true);
}

/** The message when the painting could not be started; ✅ tries again. */
export function stuck(vote: Vote, tally: Tally, why: string): OutgoingMessage {
  const rest = [why, sentence("vote.retries", { opener: plain(vote.author.name) })];
  return message([sentence("vote.stuck")], vote, tally, rest, true);
}

/** The message when a job was made of it. */
export function decided(vote: Vote, tally: Tally, painted: readonly StyleShare[], id: string): OutgoingMessage {
  const shares = percents(painted);
  const styles = painted.map(({ style }, index) => `${style} ${shares[index]}%`).join(", ");
  const cut = tally.shares.length > painted.length;
  const job = sentence("vote.painted", { styles: painted.length, cut, id });
  const missing = payloadOf(vote).unread ? [sentence("vote.unread")] : [];
  return message([sentence("vote.decided", { styles })], vote, tally, [job, ...missing]);
}

/** The message when nothing comes of it. */
export function ended(vote: Vote, tally: Tally, why: string): OutgoingMessage {
  return message([sentence("vote.ended", { why })], vote, tally, []);
}

function message(
  heading: readonly string[],
  vote: Vote,
  tally: Tally,
  rest: readonly string[],
  isOpen = false,
): OutgoingMessage {
  const text = [...heading, ...results(payloadOf(vote).candidates, tally), ...rest].join("\n");
  const buttons: Button[] = [
    { id: PAINT_NOW, label: sentence("vote.paint-now"), emoji: "✅", style: "primary" },
    { id: CANCEL_VOTE, label: sentence("vote.cancel"), emoji: "✋", style: "secondary" },
  ];
  return { text, keepPictures: true, ...(isOpen && { buttons }) };
}

/** The styles with votes as bars, and then the names of the others. */
function results(candidates: readonly Candidate[], tally: Tally): string[] {
  const emoji = new Map(candidates.map((candidate) => [candidate.name, candidate.emoji]));
  const shares = percents(tally.shares);
  const rows = tally.shares.map(({ style, share, people }, index) => {
    const full = Math.max(1, Math.round(share * BAR));
    const bar = "▰".repeat(full) + "▱".repeat(BAR - full);
    return `${emoji.get(style) ?? ""} ${bar} ${style} ${shares[index]}% (${people})`;
  });
  // No line ends between an emoji and its name.
  const others = candidates.filter(({ name }) => !tally.shares.some(({ style }) => style === name));
  const rest = others.map((candidate) => `${candidate.emoji}\u00A0${candidate.name}`).join("  ");
  return [...rows, ...(rest ? [rest] : [])];
}

/** A time of day, with the day where that may be another. */
export function clock(time: number, minutes: number): string {
  return `${minutes < 12 * 60 ? "" : `${dayOf(time)} `}${timeOfDay(time)} UTC`;
}
