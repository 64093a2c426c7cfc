import { type Printer, printMarkdown } from "./print.js";

/**
 * Slack has no escapes for its marks, but a mark before a space is none; this one is invisible. Slack's answer:
 * https://github.com/slackhq/slack-api-docs/issues/34
 */
const ZERO_WIDTH_SPACE = "\u200b";

const SLACK: Printer = {
  // A quotation begins a line.
  paragraph: (text) => text.replace(/^(\s*)&gt;/gm, `$1${ZERO_WIDTH_SPACE}&gt;`),
  item: (text) => `• ${text}`,
  codeBlock: (text) => `\`\`\`${escapeText(text)}\`\`\``,
  text: literal,
  strong: (text) => markLines(text, "*"),
  emphasis: (text) => markLines(text, "_"),
  code: (text) => markLines(escapeText(text), "`"),
  link: (href, _label, plain) => {
    if (!href.startsWith("http")) return literal(plain);
    if (plain === href) return escapeText(href);
    return `<${escapeText(href).replaceAll("|", "%7C")}|${escapeText(plain).replaceAll("|", "¦")}>`;
  },
};

/**
 * The port's Markdown as Slack's, "mrkdwn".
 *
 * @example toMrkdwn("**Done** & [here](https://example.org)"); // "*Done* &amp; <https://example.org|here>"
 */
export function toMrkdwn(markdown: string): string {
  return printMarkdown(markdown, SLACK);
}

/** `& < >` mean something to Slack everywhere, also in code; escaped, no text can notify users. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Slack's marks end with the line. */
function markLines(text: string, mark: string): string {
  return text
    .split("\n")
    .map((line) => (line.trim() === "" ? line : mark + line + mark))
    .join("\n");
}

/** Text without marks: one within a word or before a space is none. */
function literal(text: string): string {
  return escapeText(text).replace(/(?<![\p{L}\p{N}])[*_~`]+(?=[^\s*_~`])/gu, `$&${ZERO_WIDTH_SPACE}`);
}
