import { type Inline, parseMarkdown } from "./parse.js";
import { inlineText } from "./plain-text.js";

/** How a platform writes each part of a message. Nested parts are printed already. */
export interface Printer {
  paragraph(text: string): string;
  /** A list's item. */
  item(text: string): string;
  codeBlock(text: string): string;
  text(text: string): string;
  strong(text: string): string;
  emphasis(text: string): string;
  code(text: string): string;
  /** @param label what it shows, as the platform writes it; @param plain the same without marks */
  link(href: string, label: string, plain: string): string;
}

/** The port's Markdown as a platform's. */
export function printMarkdown(markdown: string, printer: Printer): string {
  const inline = (nodes: readonly Inline[]): string => nodes.map(printInline).join("");
  const printInline = (node: Inline): string => {
    switch (node.kind) {
      case "text":
        return printer.text(node.text);
      case "mention":
        return printer.text(`@${node.name}`);
      case "break":
        return "\n";
      case "code":
        return printer.code(node.text);
      case "link":
        return printer.link(node.href, inline(node.children), inlineText(node.children));
      default:
        return printer[node.kind](inline(node.children));
    }
  };
  return parseMarkdown(markdown)
    .map((block) => {
      if (block.kind === "gap") return "";
      if (block.kind === "code") return printer.codeBlock(block.text);
      if (block.kind === "paragraph") return printer.paragraph(inline(block.children));
      return block.items.map((item) => printer.item(inline(item))).join("\n");
    })
    .join("\n");
}
