/** A dream's guide as people name it in chats. */

/** The role of the guide's picture. */
export const GUIDE = "guide";
/** The guide is the second attached picture. */
export const ATTACHED_GUIDE = "attached";
/** No guide: a dream that is made again leaves out the one that it had. */
export const NO_GUIDE = "none";

export const LIKE_EXPECTED =
  "a style's name such as winter, a link such as https://example.org/painting.jpg, or attached for a second picture";

const LONGEST = 2048;

/** A guide's name or its link, as it was typed; undefined for what can be neither. */
export function readLike(typed: string): string | undefined {
  const said = typed.trim();
  return /^\S+$/u.test(said) && said.length <= LONGEST ? said : undefined;
}
