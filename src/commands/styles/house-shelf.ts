import { loadHouseStyles, readHouseStyle } from "./house-styles.js";
import type { StyleShelf } from "./shelf.js";

/** A shelf with the styles that come with the program, the same for every place. */
export function houseShelf(): StyleShelf {
  const styles = loadHouseStyles().map((style) => ({ ...style, picture: () => readHouseStyle(style) }));
  return { list: async () => styles };
}
