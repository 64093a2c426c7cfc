import type { Credit } from "../../domain/credit.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "./plain.js";

/**
 * Who is named beside a result's author, in one line; empty when that is nobody.
 *
 * @example "Picture by Ben · styles summer and winter by Dreamloom, CC0 · style rust by Ann"
 */
export function creditLine(credits: readonly Credit[] = []): string {
  const pictures = [...new Set(credits.filter(({ role }) => role === "picture").map(({ by }) => plain(by)))];
  const choosers = [...new Set(credits.filter(({ role }) => role === "choice").map(({ by }) => plain(by)))];
  const styles = new Map<string, string[]>();
  for (const { role, by, what } of credits) {
    if (role === "style")
      styles.set(plain(by), [...(styles.get(plain(by)) ?? []), ...(what === undefined ? [] : [plain(what)])]);
  }
  const parts = [
    ...(pictures.length > 0 ? [sentence("credit.image", { by: listed(pictures) })] : []),
    ...[...styles].map(([by, names]) => {
      const known = [...new Set(names)];
      return `${known.length > 1 ? "styles" : "style"}${known.length > 0 ? ` ${listed(known)}` : ""} by ${by}`;
    }),
    ...(choosers.length > 0 ? [sentence("credit.chosen", { by: listed(choosers) })] : []),
  ];
  const line = parts.join(" · ");
  return line.charAt(0).toUpperCase() + line.slice(1);
}

/** "a", "a and b", "a, b and c". */
function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join("")
    : sentence("list.and", { list: words.slice(0, -1).join(", "), last: words.at(-1) ?? "" });
}
