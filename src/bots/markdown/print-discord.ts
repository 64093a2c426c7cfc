import { type Block, type Inline, parseMarkdown } from "./parse.js";

/**
 * The port's Markdown as Discord's. What only Discord reads as formatting or as a mention is escaped.
 *
 * @example toDiscord("my_name **is** ||Ann||") // "my\\_name **is** \\|\\|Ann\\|\\|"
 */
export function toDiscord(markdown: string): string {
  return parseMarkdown(markdown).map(printBlock).join("\n");
}

function printBlock(block: Block): string {
  switch (block.kind) {
    case "gap":
      return "";
    case "code":
      return `\`\`\`\n${block.text}\n\`\`\``;
    case "list":
      return block.items.map((item) => `- ${printLine(item)}`).join("\n");
    case "paragraph":
      return printLine(block.children);
  }
}

/** Headings, subtext, quotations and lists begin a line. */
function printLine(nodes: readonly Inline[]): string {
  return print(nodes).replace(/^(\s*)(#{1,3}|-#|>{1,3}|-)(?=\s)/gm, "$1\\$2");
}

function print(nodes: readonly Inline[]): string {
  return nodes.map(printInline).join("");
}

function printInline(node: Inline): string {
  switch (node.kind) {
    case "text":
      return escapeText(node.text);
    case "strong":
      return `**${print(node.children)}**`;
    case "emphasis":
      return `*${print(node.children)}*`;
    case "code":
      return `\`${node.text}\``;
    case "mention":
      return escapeText(`@${node.name}`);
    case "break":
      return "\n";
    case "link":
      return printLink(node.href, node.children);
  }
}

function printLink(href: string, children: readonly Inline[]): string {
  if (!href.startsWith("http")) return print(children);
  const [only] = children;
  return only?.kind === "text" && only.text === href ? href : `[${print(children)}](${href})`;
}

function escapeText(text: string): string {
  return text
    .replace(/[\\*_~|`[]/g, "\\$&")
    .replace(/<(?=[@#:a/ti])/g, "\\<")
    .replace(/@(?=everyone|here)/g, "@\u200b");
}
