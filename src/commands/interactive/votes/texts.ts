/** What a vote's message says. Pure: a vote and its tally in, a message out. */

import type { User } from "../../../domain/user.js";
import type { Button, OutgoingMessage } from "../../../port/messages.js";
import { sentence } from "../../../shared/sentences/sentence.js";
import { plain } from "../../presenting/plain.js";
import { duration } from "../../presenting/words.js";
import type { StyleShare, Tally } from "./tally.js";

export const PAINT_NOW = "vote:paint";
export const CANCEL_VOTE = "vote:cancel";

const buttons = (): Button[] => [
  { id: PAINT_NOW, label: sentence("vote.paint-now"), emoji: "✅", style: "primary" },
  { id: CANCEL_VOTE, label: sentence("vote.cancel"), emoji: "✋", style: "secondary" },
];
const BAR = 10;

/** One of the styles that are voted on. */
export interface Candidate {
  readonly name: string;
  readonly emoji: string;
}

export interface Ballot {
  readonly opener: User;
  readonly candidates: readonly Candidate[];
  /** Milliseconds since the epoch; undefined when it is over but for the painting. */
  readonly endsAt?: number;
  readonly minutes: number;
}

/** The message while people vote. An edit keeps its pictures. */
export function open(ballot: Ballot, tally: Tally): OutgoingMessage {
  const until =
    ballot.endsAt === undefined
      ? ""
      : sentence("vote.until", { duration: duration(ballot.minutes * 60), time: clock(ballot.endsAt, ballot.minutes) });
  const text = [
    sentence("vote.heading", { opener: plain(ballot.opener.name), until }),
    sentence("vote.rules"),
    ...results(ballot.candidates, tally),
    sentence("vote.paints", { opener: plain(ballot.opener.name) }),
  ].join("\n");
  return { text, keepPictures: true, buttons: buttons() };
}

/** The message when the painting could not be started; ✅ tries again. */
export function stuck(ballot: Ballot, tally: Tally, why: string): OutgoingMessage {
  const text = [
    sentence("vote.stuck"),
    ...results(ballot.candidates, tally),
    why,
    sentence("vote.retries", { opener: plain(ballot.opener.name) }),
  ].join("\n");
  return { text, keepPictures: true, buttons: buttons() };
}

/** The message when a job was made of it. */
export function decided(ballot: Ballot, tally: Tally, painted: readonly StyleShare[], job: string): OutgoingMessage {
  const left = tally.shares.length - painted.length;
  const text = [
    sentence("vote.decided", { styles: painted.map(({ style, share }) => `${style} ${percent(share)}`).join(", ") }),
    ...results(ballot.candidates, tally),
    sentence("vote.painted", { styles: painted.length, cut: left > 0, id: job }),
  ].join("\n");
  return { text, keepPictures: true };
}

/** The message when nothing comes of it. */
export function ended(ballot: Ballot, tally: Tally, why: string): OutgoingMessage {
  return {
    text: [sentence("vote.ended", { why }), ...results(ballot.candidates, tally)].join("\n"),
    keepPictures: true,
  };
}

/** Who chose, as a result's credits name them: "5 people of #art". */
export function choosers({ people }: Tally, channel: string): string {
  return sentence("vote.choosers", { people, channel });
}

/** The styles with votes as bars, and then the names of the others. */
function results(candidates: readonly Candidate[], tally: Tally): string[] {
  const emoji = new Map(candidates.map((candidate) => [candidate.name, candidate.emoji]));
  const rows = tally.shares.map(({ style, share, people }) => {
    const full = Math.max(1, Math.round(share * BAR));
    return `${emoji.get(style) ?? ""} ${"▰".repeat(full)}${"▱".repeat(BAR - full)} ${style} ${percent(share)} (${people})`;
  });
  // No line ends between an emoji and its name.
  const others = candidates.filter(({ name }) => !tally.shares.some(({ style }) => style === name));
  const rest = others.map((candidate) => `${candidate.emoji}\u00A0${candidate.name}`).join("  ");
  return [...rows, ...(rest ? [rest] : [])];
}

function percent(share: number): string {
  return `${Math.max(1, Math.round(share * 100))} %`;
}

/** A time of day, with the day where that may be another. */
function clock(time: number, minutes: number): string {
  const [day = "", rest = ""] = new Date(time).toISOString().split("T");
  return `${minutes < 12 * 60 ? "" : `${day} `}${rest.slice(0, 5)} UTC`;
}
