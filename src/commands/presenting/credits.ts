import type { Credit } from "../../domain/credit.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { listed, plain } from "./words.js";

/**
 * Who is named beside a result's author, in one line; empty without credits.
 *
 * @example "Picture by Ben · styles summer and winter by Dreamloom, CC0 · style rust by Ann"
 */
export function creditLine(credits: readonly Credit[] = []): string {
  const by = (role: Credit["role"]) =>
    listed([...new Set(credits.filter((credit) => credit.role === role).map((credit) => plain(credit.by)))]);
  const styles = new Map<string, Set<string>>();
  for (const { role, by: maker, what } of credits) {
    if (role !== "style") continue;
    const names = styles.get(plain(maker)) ?? new Set();
    styles.set(plain(maker), what === undefined ? names : names.add(plain(what)));
  }
  const [images, choosers] = [by("picture"), by("choice")];
  const line = [
    images && sentence("credit.image", { by: images }),
    ...[...styles].map(([maker, names]) =>
      sentence("credit.style", { names: listed([...names]), count: names.size, by: maker }),
    ),
    choosers && sentence("credit.chosen", { by: choosers }),
  ]
    .filter(Boolean)
    .join(" · ");
  return line.charAt(0).toUpperCase() + line.slice(1);
}
