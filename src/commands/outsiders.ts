/** What a community has made for itself is not for guests, and people of other organisations: see `Member.outsider`. */
import type { Member } from "../domain/model.js";
import type { LookLibrary } from "./looks/taught-look.js";
import type { StyleLibrary } from "./styles/style-library.js";

type Reader = Pick<Member, "id" | "outsider">;

/** The styles that somebody may name: of those that a community has added outsiders have their own. */
export function stylesFor({ id, outsider }: Reader, styles: StyleLibrary): StyleLibrary {
  if (!outsider) return styles;
  return {
    list: async (channel) =>
      (await styles.list(channel)).filter(({ addedBy }) => addedBy === undefined || addedBy === id),
  };
}

/**
 * The taught looks, of which outsiders are offered those that they have taught themselves. What already has another one
 * may be made again.
 */
export function looksFor({ id, outsider }: Reader, looks: LookLibrary): LookLibrary {
  if (!outsider) return looks;
  return {
    list: (scope) => looks.list(scope).filter(({ author }) => author.id === id),
    find: (scope, name) => looks.find(scope, name),
    file: (look) => looks.file(look),
  };
}
