import { readFile } from "node:fs/promises";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Store } from "../../store/open.js";
import { loadBuiltInStyles } from "./built-in-styles.js";
import type { Style, StyleLibrary } from "./style-library.js";
import { styleScope } from "./style-scope.js";

/** The longer credit is in `config/styles.yaml`. */
const CREDIT = "Dreamloom, CC0";

/** The styles that a community has added, then those that come with the program. */
export function storedStyleLibrary(own: Store["styles"]): StyleLibrary {
  const builtIn = loadBuiltInStyles().map(
    (style): Style => ({ ...style, by: CREDIT, picture: () => readFile(style.path) }),
  );
  return {
    async list(channel) {
      const added = own.list(styleScope(channel)).map((style): Style => {
        const { name, emoji, author } = style;
        return {
          name,
          emoji,
          help: sentence("style.added-by", { by: author.name }),
          by: author.name,
          addedBy: author.id,
          async picture() {
            const bytes = await own.picture(style);
            if (!bytes) throw new Error(`The image of the style ${name} is missing.`);
            return bytes;
          },
        };
      });
      return [...added, ...builtIn];
    },
  };
}
