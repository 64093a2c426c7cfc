import { type Block, type Inline, parseMarkdown } from "./parse.js";
import { inlineText } from "./plain-text.js";

/** Slack has no escapes for its marks; none is read as one that has this after it. */
const ZERO_WIDTH_SPACE = "\u200b";

/**
 * The port's Markdown as Slack's, "mrkdwn".
 *
 * @example toMrkdwn("**Done** in *3 s* & [here](https://example.org)"); // "*Done* in _3 s_ &amp; <https://example.org|here>"
 */
export function toMrkdwn(markdown: string): string {
  return parseMarkdown(markdown).map(printBlock).join("\n");
}

/** `& < >` mean something to Slack everywhere, also in code; escaped, no text can notify anybody. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function printBlock(block: Block): string {
  switch (block.kind) {
    case "gap":
      return "";
    case "code":
      return `\`\`\`${escapeText(block.text)}\`\`\``;
    case "list":
      return block.items.map((item) => `• ${print(item)}`).join("\n");
    case "paragraph":
      return print(block.children).replace(/^(\s*)&gt;/gm, `$1${ZERO_WIDTH_SPACE}&gt;`);
  }
}

function print(nodes: readonly Inline[]): string {
  return nodes.map(printInline).join("");
}

function printInline(node: Inline): string {
  switch (node.kind) {
    case "text":
      return literal(node.text);
    case "strong":
      return markLines(print(node.children), "*");
    case "emphasis":
      return markLines(print(node.children), "_");
    case "code":
      return markLines(escapeText(node.text), "`");
    case "mention":
      return literal(`@${node.name}`);
    case "break":
      return "\n";
    case "link":
      return printLink(node.href, node.children);
  }
}

/** Slack's marks end with the line. */
function markLines(text: string, mark: string): string {
  return text
    .split("\n")
    .map((line) => (line.trim() === "" ? line : mark + line + mark))
    .join("\n");
}

function printLink(href: string, children: readonly Inline[]): string {
  const label = inlineText(children);
  if (!href.startsWith("http")) return literal(label);
  if (label === href) return escapeText(href);
  return `<${escapeText(href).replaceAll("|", "%7C")}|${escapeText(label).replaceAll("|", "¦")}>`;
}

/** A mark within a word or before a space is none. */
function literal(text: string): string {
  return escapeText(text).replace(/(?<![\p{L}\p{N}])[*_~`]+(?=[^\s*_~`])/gu, `$&${ZERO_WIDTH_SPACE}`);
}
