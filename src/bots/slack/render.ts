import type { KnownBlock } from "@slack/types";
import { type Button, buttonRows, type OutgoingMessage } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText } from "../../shared/text.js";
import { mentions, progressBar } from "../markdown/message-text.js";
import { toMrkdwn } from "../markdown/print-slack.js";
import type { CommandNames } from "./command-names.js";
import { ALT_TEXT_LENGTH, BLOCKS, BUTTONS_IN_A_ROW, LABEL_LENGTH, MESSAGE_LENGTH, SECTION_LENGTH } from "./limits.js";
import { shorten, split } from "./text.js";

/** A message as Slack takes it. */
interface Rendered {
  readonly text: string;
  readonly blocks?: KnownBlock[];
}

export interface ShownImage {
  /** Slack's id of the file. */
  readonly file: string;
  readonly description: string;
}

/** Blocks where there are images or buttons; plain text, which Slack shows alike, where there are none. */
export function render(message: OutgoingMessage, images: readonly ShownImage[], names: CommandNames): Rendered {
  const { progress, buttons = [] } = message;
  const said = toMrkdwn(names.print(message.text));
  const text = [mentions(message.mention), said, progress ? progressBar(progress, "`") : ""]
    .filter((part) => part !== "")
    .join("\n");
  // A text that is too long for a message is shown as blocks all the same.
  if (images.length === 0 && buttons.length === 0 && text.length <= MESSAGE_LENGTH) return { text };
  const blocks: KnownBlock[] = [
    ...split(text, SECTION_LENGTH).map(
      (part): KnownBlock => ({ type: "section", text: { type: "mrkdwn", text: part } }),
    ),
    ...images.map(
      ({ file, description }): KnownBlock => ({ type: "image", slack_file: { id: file }, alt_text: alt(description) }),
    ),
  ];
  for (const row of buttonRows(buttons, { inRow: BUTTONS_IN_A_ROW, rows: BLOCKS - blocks.length }))
    blocks.push({ type: "actions", elements: row.map(button) });
  return { text: shorten(text, MESSAGE_LENGTH), blocks };
}

export function button({ id, label, emoji, style }: Button) {
  const text = cutText(emoji === undefined ? label : `${emoji} ${label}`, LABEL_LENGTH);
  const colour = style === "primary" || style === "danger" ? { style } : {};
  return {
    type: "button" as const,
    action_id: id,
    value: id,
    text: { type: "plain_text" as const, text, emoji: true },
    ...colour,
  };
}

export function alt(description: string, length = ALT_TEXT_LENGTH): string {
  return cutText(description, length) || sentence("chat.a-picture");
}
