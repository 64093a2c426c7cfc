/**
 * From the port's common Markdown to Discord's. The marks that both have stay; what only Discord would read as formatting or as a mention is
 * escaped: `_`, `~~`, `||`, headings, quotations, `<@...>`. Code and links stay as they are.
 */
const KEPT = /```[\s\S]*?```|`[^`\n]*`|\[[^\]\n]*\]\([^()\s]*\)|<?https?:\/\/[^\s<>]+>?|\\[!-/:-@[-`{-~]/g;

/** @example toDiscord("my_name **is** ||Ann||") // "my\\_name **is** \\|\\|Ann\\|\\|" */
export function toDiscord(text: string): string {
  let out = "";
  let from = 0;
  for (const kept of text.matchAll(KEPT)) {
    out += escaped(text.slice(from, kept.index)) + kept[0];
    from = kept.index + kept[0].length;
  }
  return out + escaped(text.slice(from));
}

function escaped(text: string): string {
  return text
    .replace(/[_~|]/g, "\\$&")
    .replace(/<(?=[@#:a/t])/g, "\\<")
    .replace(/^(\s*)(#{1,3}|-#|>{1,3})(?=\s)/gm, "$1\\$2")
    .replace(/@(?=everyone|here)/g, "@\u200b");
}

const CUT = " …";

/** At most this many characters; a code block that is cut is closed. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const fence = "\n```";
  const cut = text.slice(0, length - CUT.length - fence.length).replace(/[\ud800-\udbff]$/, "") + CUT;
  const open = (cut.match(/```/g) ?? []).length % 2 === 1;
  return open ? cut + fence : cut;
}
