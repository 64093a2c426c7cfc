/** Whether a text has a part that does not go on with a digit: `seed:13` is not in `seed:139402`. */
export const hasPart = (text: string, part: string): boolean =>
  text.split(part).some((rest, index) => index > 0 && !/^\d/.test(rest));
