import type { Store } from "../../store/open.js";
import { loadBuiltInStyles, readBuiltInStyle } from "./built-in-styles.js";
import type { Style, StyleLibrary } from "./style-library.js";

/** The longer credit is in `config/styles.yaml`. */
const HOUSE = "Dreamloom, CC0";

/** A shelf with the styles that a community has added, and behind them those that come with the program. */
export function storedStyleLibrary(own: Store["styles"]): StyleLibrary {
  const botOptions = loadBuiltInStyles().map(
    (style): Style => ({ ...style, by: HOUSE, picture: () => readBuiltInStyle(style) }),
  );
  return {
    async list({ platform, community }) {
      const added = own.list({ platform, community }).map(
        (style): Style => ({
          name: style.name,
          emoji: style.emoji,
          help: `Added by ${style.author.name}`,
          by: style.author.name,
          async picture() {
            const bytes = await own.picture(style);
            if (!bytes) throw new Error(`The picture of the style ${style.name} is gone.`);
            return bytes;
          },
        }),
      );
      return [...added, ...botOptions];
    },
  };
}
