import { type Printer, printMarkdown } from "./print.js";

const DISCORD: Printer = {
  paragraph: literalLine,
  item: (text) => `- ${literalLine(text)}`,
  codeBlock: (text) => `\`\`\`\n${text}\n\`\`\``,
  text: escapeText,
  strong: (text) => `**${text}**`,
  emphasis: (text) => `*${text}*`,
  code: (text) => `\`${text}\``,
  link: (href, label, plain) => (href.startsWith("http") ? (plain === href ? href : `[${label}](${href})`) : label),
};

/**
 * The port's Markdown as Discord's. What only Discord reads as formatting or as a mention is escaped.
 *
 * @example toDiscord("my_name **is** ||Ann||") // "my\\_name **is** \\|\\|Ann\\|\\|"
 */
export function toDiscord(markdown: string): string {
  return printMarkdown(markdown, DISCORD);
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
