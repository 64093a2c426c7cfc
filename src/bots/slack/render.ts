import type { KnownBlock } from "@slack/types";
import type { User } from "../../domain/user.js";
import type { Button, OutgoingMessage, Progress } from "../../port/messages.js";
import { cutText } from "../../shared/text.js";
import { toMrkdwn } from "../markdown/print-slack.js";
import { split } from "./text.js";

/** A message as Slack takes it. */
export interface Rendered {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Characters of a section's text, of a button's text, and of what an image shows. */
const SECTION = 3_000;
const LABEL = 75;
const ALT = 2_000;
const BUTTONS_IN_A_ROW = 25;
const BAR = 12;

export interface ShownPicture {
  /** Slack's id of the file. */
  readonly file: string;
  readonly description: string;
}

/** Blocks where there are pictures or buttons; plain text, which Slack shows alike, where there are none. */
export function render(
  message: Pick<OutgoingMessage, "text" | "buttons" | "progress" | "mention">,
  pictures: readonly ShownPicture[],
): Rendered {
  const text = [greeting(message.mention), toMrkdwn(message.text), bar(message.progress)]
    .filter((part) => part !== "")
    .join("\n");
  const { buttons = [] } = message;
  if (pictures.length === 0 && buttons.length === 0) return { text, blocks: [] };
  const blocks: KnownBlock[] = [
    ...split(text, SECTION).map((part): KnownBlock => ({ type: "section", text: { type: "mrkdwn", text: part } })),
    ...pictures.map(
      ({ file, description }): KnownBlock => ({ type: "image", slack_file: { id: file }, alt_text: alt(description) }),
    ),
  ];
  for (let from = 0; from < buttons.length; from += BUTTONS_IN_A_ROW) {
    blocks.push({ type: "actions", elements: buttons.slice(from, from + BUTTONS_IN_A_ROW).map(button) });
  }
  return { text, blocks };
}

function greeting(users: readonly User[] = []): string {
  return users.map(({ id }) => `<@${id}>`).join(" ");
}

/** Slack draws no progress: a row of signs is read at a glance. */
function bar(progress: Progress | undefined): string {
  if (!progress) return "";
  const value = Math.min(1, Math.max(0, progress.value));
  const full = Math.round(value * BAR);
  return `\`${"▰".repeat(full)}${"▱".repeat(BAR - full)}\` ${Math.round(value * 100)} %`;
}

export function button({ id, label, emoji, style }: Button) {
  const text = cutText(emoji === undefined ? label : `${emoji} ${label}`, LABEL);
  const colour = style === "primary" || style === "danger" ? { style } : {};
  return {
    type: "button" as const,
    action_id: id,
    value: id,
    text: { type: "plain_text" as const, text, emoji: true },
    ...colour,
  };
}

export function alt(description: string): string {
  return cutText(description, ALT) || "A picture";
}
