import { type Inline, parseMarkdown } from "./parse.js";

/** The text without its marks: for quotes, titles and announcements. */
export function plainText(source: string): string {
  return parseMarkdown(source)
    .flatMap((block) => {
      if (block.kind === "gap") return [];
      if (block.kind === "code") return [block.text];
      return [block.kind === "list" ? block.items.map(inlineText).join(", ") : inlineText(block.children)];
    })
    .join(" ");
}

export function inlineText(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === "text" || node.kind === "code") return node.text;
      if (node.kind === "break") return " ";
      return node.kind === "mention" ? `@${node.name}` : inlineText(node.children);
    })
    .join("");
}
