/** Whether a text has a part that does not go on with a digit: `seed:13` is not in `seed:139402`. */
export const hasPart = (text: string, part: string): boolean => partPattern(part).test(text);

/** For Playwright, which takes no notice of a space at the end of a text: "seed:32 " is in `seed:320047` for it. */
export const partPattern = (part: string): RegExp =>
  new RegExp(`${part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\d)`);
