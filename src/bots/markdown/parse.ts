/**
 * The chat's small Markdown: bold, italic, code, links, line breaks, lists and code blocks, as a tree that a printer
 * for each platform renders. The page's bundle contains this file: it imports nothing.
 */

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong" | "emphasis"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: "mention"; readonly name: string }
  | { readonly kind: "break" };

type Block =
  | { readonly kind: "paragraph"; readonly children: readonly Inline[] }
  | { readonly kind: "list"; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly text: string }
  /** One blank line or several between two blocks. */
  | { readonly kind: "gap" };

const DEEPEST = 4;
/** To the web, or to a file that the web chat keeps for one user. */
const LABELLED_LINK = /\[([^\]\n]{1,300})\]\((https?:\/\/[^\s)]{1,1500}|files\/[0-9a-f]{32})\)/y;
const BARE_LINK = /https?:\/\/[^\s<>"`]{1,1500}/y;
const LIST_ITEM = /^\s{0,3}[-•]\s+(.+)$/;
const WORD_OR_STAR = /[\p{L}\p{N}_*]/u;

/** @param names Names that count as mentions after an @, the longest first. */
export function parseMarkdown(source: string, names: readonly string[] = []): Block[] {
  const blocks: Block[] = [];
  // Odd pieces lie between fences; a last fence that is never closed is plain text.
  const pieces = source.replace(/\r\n?/g, "\n").split("```");
  const closed = pieces.length % 2 === 1 ? pieces : [...pieces.slice(0, -2), pieces.slice(-2).join("```")];
  for (const [index, piece] of closed.entries()) {
    if (index % 2 === 1) blocks.push({ kind: "code", text: withoutLanguage(piece) });
    // The line break that ends a fence's line, or leads to a fence, is no blank line.
    else blocks.push(...parseLines(piece.replace(index > 0 ? /^\n/ : "", "").replace(/\n$/, ""), names));
  }
  return withoutOuterGaps(blocks);
}

function withoutLanguage(piece: string): string {
  return piece.replace(/^[\w+-]{0,20}\n/, "").replace(/\n$/, "");
}

/** One gap between two blocks at most, and none at the ends. */
function withoutOuterGaps(blocks: readonly Block[]): Block[] {
  const kept: Block[] = [];
  for (const block of blocks) if (block.kind !== "gap" || (kept.at(-1)?.kind ?? "gap") !== "gap") kept.push(block);
  if (kept.at(-1)?.kind === "gap") kept.pop();
  return kept;
}

function parseLines(piece: string, names: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let items: Inline[][] = [];
  const endParagraph = () => {
    if (lines.length > 0) blocks.push({ kind: "paragraph", children: parseInline(lines.join("\n").trim(), names, 0) });
    lines = [];
  };
  const endList = () => {
    if (items.length > 0) blocks.push({ kind: "list", items });
    items = [];
  };
  for (const line of piece === "" ? [] : piece.split("\n")) {
    const item = LIST_ITEM.exec(line)?.[1];
    if (item !== undefined) {
      endParagraph();
      items.push(parseInline(item, names, 0));
      continue;
    }
    endList();
    if (line.trim() !== "") lines.push(line);
    else {
      endParagraph();
      blocks.push({ kind: "gap" });
    }
  }
  endParagraph();
  endList();
  return blocks;
}

interface Match {
  readonly node: Inline;
  readonly end: number;
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

function matchAt(text: string, at: number, names: readonly string[], depth: number): Match | undefined {
  switch (text[at]) {
    case "\n":
      return { node: { kind: "break" }, end: at + 1 };
    case "`": {
      const close = text.indexOf("`", at + 1);
      if (close <= at + 1) return undefined;
      return { node: { kind: "code", text: text.slice(at + 1, close) }, end: close + 1 };
    }
    case "*":
      return depth < DEEPEST ? (strong(text, at, names, depth) ?? emphasis(text, at, names, depth)) : undefined;
    case "[": {
      const [whole, label, href] = stickyMatch(LABELLED_LINK, text, at) ?? [];
      if (!whole || !label || !href || depth >= DEEPEST) return undefined;
      return { node: { kind: "link", href, children: parseInline(label, [], DEEPEST) }, end: at + whole.length };
    }
    case "h": {
      const whole = stickyMatch(BARE_LINK, text, at)?.[0].replace(/[.,;:!?)\]}'*]+$/, "");
      if (!whole || depth >= DEEPEST || !URL.canParse(whole)) return undefined;
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

function strong(text: string, at: number, names: readonly string[], depth: number): Match | undefined {
  if (!text.startsWith("**", at)) return undefined;
  const close = text.indexOf("**", at + 2);
  return enclosed(text, at + 2, close) === undefined
    ? undefined
    : { node: { kind: "strong", children: parseInline(text.slice(at + 2, close), names, depth + 1) }, end: close + 2 };
}

/** Not within a word: "2*3*4" is a product. */
function emphasis(text: string, at: number, names: readonly string[], depth: number): Match | undefined {
  if (WORD_OR_STAR.test(text[at - 1] ?? "")) return undefined;
  let close = text.indexOf("*", at + 1);
  // A single star must not close on half of a double one.
  while (close >= 0 && (text[close + 1] === "*" || text[close - 1] === "*")) close = text.indexOf("*", close + 2);
  const inner = WORD_OR_STAR.test(text[close + 1] ?? "") ? undefined : enclosed(text, at + 1, close);
  return inner === undefined
    ? undefined
    : { node: { kind: "emphasis", children: parseInline(inner, names, depth + 1) }, end: close + 1 };
}

/** What lies between two marks, if it is something and neither begins nor ends with white space. */
function enclosed(text: string, start: number, close: number): string | undefined {
  if (close <= start || /\s/.test(text[start] ?? " ") || /\s/.test(text[close - 1] ?? " ")) return undefined;
  return text.slice(start, close);
}

function stickyMatch(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
