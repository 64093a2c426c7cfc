/** A text as messages, none of them longer than `most` characters: cut at the ends of lines. */
export function textParts(text: string, most: number): readonly [string, ...string[]] {
  const [first = "", ...rest] = text.split("\n");
  const parts: [string, ...string[]] = [first];
  for (const line of rest) {
    const longer = `${parts.at(-1)}\n${line}`;
    if (longer.length <= most) parts[parts.length - 1] = longer;
    else parts.push(line);
  }
  return parts;
}
