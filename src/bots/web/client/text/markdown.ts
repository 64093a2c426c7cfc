/**
 * The chat's small Markdown: bold, italic, code, links, line breaks, lists and code blocks. Parsing gives a tree, never HTML, so nothing that
 * anybody types can become markup.
 */

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong" | "emphasis"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: "mention"; readonly name: string }
  | { readonly kind: "break" };

export type Block =
  | { readonly kind: "paragraph"; readonly children: readonly Inline[] }
  | { readonly kind: "list"; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly text: string };

const deepest = 4;
/** Elsewhere, or a file that waits for one here. */
const labelledLink = /\[([^\]\n]{1,300})\]\((https?:\/\/[^\s)]{1,1500}|\/files\/[0-9a-f]{32})\)/y;
const bareLink = /https?:\/\/[^\s<>"`]{1,1500}/y;

/** @param names People's names that count as mentions after an @, the longest first. */
export function parseMarkdown(source: string, names: readonly string[] = []): Block[] {
  const blocks: Block[] = [];
  // Odd pieces lie between fences; a last fence that is never closed is plain text.
  const pieces = source.replace(/\r\n?/g, "\n").split("```");
  const closed = pieces.length % 2 === 1 ? pieces : [...pieces.slice(0, -2), pieces.slice(-2).join("```")];
  for (const [index, piece] of closed.entries()) {
    if (index % 2 === 1) blocks.push({ kind: "code", text: withoutLanguage(piece) });
    else blocks.push(...parseLines(piece, names));
  }
  return blocks;
}

function withoutLanguage(piece: string): string {
  return piece.replace(/^[\w+-]{0,20}\n/, "").replace(/\n$/, "");
}

function parseLines(piece: string, names: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let items: Inline[][] = [];
  const endParagraph = () => {
    const text = lines.join("\n").trim();
    if (text) blocks.push({ kind: "paragraph", children: parseInline(text, names, 0) });
    lines = [];
  };
  const endList = () => {
    if (items.length > 0) blocks.push({ kind: "list", items });
    items = [];
  };
  for (const line of piece.split("\n")) {
    const item = /^\s{0,3}[-•]\s+(.+)$/.exec(line)?.[1];
    if (item !== undefined) {
      endParagraph();
      items.push(parseInline(item, names, 0));
      continue;
    }
    endList();
    if (line.trim() === "") endParagraph();
    else lines.push(line);
  }
  endParagraph();
  endList();
  return blocks;
}

function parseInline(text: string, names: readonly string[], depth: number): Inline[] {
  const out: Inline[] = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push({ kind: "text", text: plain });
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const found = matchAt(text, at, names, depth);
    if (found) {
      flush();
      out.push(found.node);
      at = found.end;
    } else if (text[at] === "\\" && /[\\*`[\]@_]/.test(text[at + 1] ?? "")) {
      plain += text[at + 1];
      at += 2;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return out;
}

function matchAt(
  text: string,
  at: number,
  names: readonly string[],
  depth: number,
): { node: Inline; end: number } | undefined {
  switch (text[at]) {
    case "\n":
      return { node: { kind: "break" }, end: at + 1 };
    case "`": {
      const close = text.indexOf("`", at + 1);
      if (close <= at + 1) return undefined;
      return { node: { kind: "code", text: text.slice(at + 1, close) }, end: close + 1 };
    }
    case "*":
      return depth < deepest
        ? (emphasis(text, at, "**", "strong", names, depth) ?? emphasis(text, at, "*", "emphasis", names, depth))
        : undefined;
    case "[": {
      const [whole, label, href] = stickyMatch(labelledLink, text, at) ?? [];
      if (!whole || !label || !href || depth >= deepest) return undefined;
      return { node: { kind: "link", href, children: parseInline(label, [], deepest) }, end: at + whole.length };
    }
    case "h": {
      const whole = stickyMatch(bareLink, text, at)?.[0].replace(/[.,;:!?)\]}'*]+$/, "");
      if (!whole || depth >= deepest || !URL.canParse(whole)) return undefined;
      return { node: { kind: "link", href: whole, children: [{ kind: "text", text: whole }] }, end: at + whole.length };
    }
    case "@": {
      const name = names.find((each) => text.slice(at + 1, at + 1 + each.length).toLowerCase() === each.toLowerCase());
      return name ? { node: { kind: "mention", name }, end: at + 1 + name.length } : undefined;
    }
    default:
      return undefined;
  }
}

function emphasis(
  text: string,
  at: number,
  mark: string,
  kind: "strong" | "emphasis",
  names: readonly string[],
  depth: number,
): { node: Inline; end: number } | undefined {
  if (!text.startsWith(mark, at)) return undefined;
  const start = at + mark.length;
  let close = text.indexOf(mark, start);
  // A single star must not close on half of a double one.
  while (mark === "*" && close >= 0 && (text[close + 1] === "*" || text[close - 1] === "*"))
    close = text.indexOf(mark, close + 2);
  if (close <= start || /\s/.test(text[start] ?? " ") || /\s/.test(text[close - 1] ?? " ")) return undefined;
  return {
    node: { kind, children: parseInline(text.slice(start, close), names, depth + 1) },
    end: close + mark.length,
  };
}

function stickyMatch(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The text without its marks: for quotes, titles and announcements. */
export function plainText(source: string): string {
  return parseMarkdown(source)
    .map((block) =>
      block.kind === "code"
        ? block.text
        : block.kind === "list"
          ? block.items.map(inlineText).join(", ")
          : inlineText(block.children),
    )
    .join(" ");
}

function inlineText(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === "text" || node.kind === "code") return node.text;
      if (node.kind === "break") return " ";
      return node.kind === "mention" ? `@${node.name}` : inlineText(node.children);
    })
    .join("");
}
