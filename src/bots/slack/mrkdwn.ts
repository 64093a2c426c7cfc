/** Slack's markup, "mrkdwn": the small common subset of Markdown translated into it, and what people typed taken out of it. */

/** Marks the place of a piece that is done already; no text of people's contains it. */
const DONE = "\uE000";

/** `& < >` mean something to Slack everywhere, also in code; escaped, no text can notify anybody. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * @example toMrkdwn("**Done** in *3 s* & [here](https://example.org)"); // "*Done* in _3 s_ &amp; <https://example.org|here>"
 */
export function toMrkdwn(markdown: string): string {
  const pieces: string[] = [];
  const keep = (piece: string): string => `${DONE}${pieces.push(piece) - 1}${DONE}`;
  const text = markdown
    .replaceAll(DONE, "")
    .replace(/```(?:\w*\n)?([\s\S]*?)```/g, (_all, code: string) =>
      keep(`\`\`\`${escapeText(code.replace(/\n$/, ""))}\`\`\``),
    )
    .replace(/`([^`\n]+)`/g, (_all, code: string) => keep(`\`${escapeText(code)}\``))
    .replace(/\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/g, (_all, label: string, url: string) =>
      keep(`<${escapeText(url).replaceAll("|", "%7C")}|${escapeText(label).replaceAll("|", "¦")}>`),
    );
  const formatted = escapeText(text)
    .replace(/\*\*([^\s*](?:[^*\n]*[^\s*])?)\*\*/g, (_all, bold: string) => keep(`*${bold}*`))
    .replace(/(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])/g, (_all, italic: string) => keep(`_${italic}_`));
  // Formatting may enclose code and links: they are put back from the outside in.
  const restore = (with_: string): string =>
    with_.replace(/\uE000(\d+)\uE000/g, (_all, index) => restore(pieces[Number(index)] ?? ""));
  return restore(formatted);
}

/** What a person typed: entities and Slack's link brackets undone, curly quotes of phones made straight. */
export function fromMrkdwn(text: string): string {
  return text
    .replace(/<(https?:\/\/[^>|]+)(?:\|[^>]*)?>/g, "$1")
    .replace(/<mailto:[^>|]+\|([^>]*)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/[“”„]/g, '"')
    .replace(/[‘’]/g, "'")
    .replaceAll("\u00A0", " ");
}

/** Pieces of at most `length` characters, cut at line breaks where there are some. */
export function split(text: string, length: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > length) {
    const line = rest.lastIndexOf("\n", length);
    const cut = line > length / 2 ? line : length;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut).replace(/^\n/, "");
  }
  return rest === "" ? pieces : [...pieces, rest];
}
