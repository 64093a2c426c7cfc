import { type Printer, printMarkdown } from "./print.js";

/** A name in colons, which is an emoji where the server has one of this name. */
const NAMED_EMOJI = /(?<!<a?)(:\w{2,32}:)/;

const printer = (ownEmoji: (name: string) => string | undefined): Printer => ({
  paragraph: literalLine,
  item: (text) => `- ${literalLine(text)}`,
  codeBlock: (text) => `\`\`\`\n${text}\n\`\`\``,
  text: (text) =>
    text
      .split(NAMED_EMOJI)
      .map((piece, index) => (index % 2 === 1 ? ownEmoji(piece) : undefined) ?? escapeText(piece))
      .join(""),
  strong: (text) => `**${text}**`,
  emphasis: (text) => `*${text}*`,
  code: (text) => `\`${text}\``,
  link: (href, label, plain) => (href.startsWith("http") ? (plain === href ? href : `[${label}](${href})`) : label),
});

/**
 * The port's Markdown as Discord's. What only Discord reads as formatting or as a mention is escaped.
 *
 * @param ownEmoji how the server's own emoji of a name such as ":parrot:" is written, if it has one
 * @example toDiscord("my_name **is** ||Ann||") // "my\\_name **is** \\|\\|Ann\\|\\|"
 */
export function toDiscord(markdown: string, ownEmoji: (name: string) => string | undefined = () => undefined): string {
  return printMarkdown(markdown, printer(ownEmoji));
}

/** Headings, subtext, quotations and lists begin a line. */
function literalLine(text: string): string {
  return text.replace(/^(\s*)(#{1,3}|-#|>{1,3}|-)(?=\s)/gm, "$1\\$2");
}

function escapeText(text: string): string {
  return text
    .replace(/[\\*_~|`[]/g, "\\$&")
    .replace(/<(?=[@#:a/ti])/g, "\\<")
    .replace(/@(?=everyone|here)/g, "@\u200b");
}
