/** `--style FILE[:WEIGHT]`, which may be given several times. */
import { UsageError } from "./usage-error.js";

export interface StyleArgument {
  readonly path: string;
  readonly weight: number;
}

/**
 * Reads `FILE` or `FILE:WEIGHT`. A file's own name may hold colons: only a number after the last one is a weight.
 * @throws UsageError for a weight below 0
 */
function readStyle(text: string): StyleArgument {
  const found = /^(.+):([+-]?(?:\d+\.?\d*|\.\d+))$/.exec(text);
  if (!found) return { path: text, weight: 1 };
  const weight = Number(found[2]);
  if (weight < 0)
    throw new UsageError(
      `The style "${text}" has a weight below 0. Give one of 0 or more, for instance ${found[1]}:0.5.`,
    );
  return { path: found[1] ?? text, weight };
}

export function collectStyles(text: string, before: readonly StyleArgument[] = []): StyleArgument[] {
  return [...before, readStyle(text)];
}

/** The styles as a recipe's parameter, and their pictures by role. */
export function stylesFor(styles: readonly StyleArgument[]): {
  readonly styles: { readonly picture: string; readonly name: string; readonly weight: number }[];
  readonly pictures: Record<string, string>;
} {
  const role = (i: number): string => `style${i + 1}`;
  return {
    styles: styles.map(({ path, weight }, i) => ({ picture: role(i), name: path, weight })),
    pictures: Object.fromEntries(styles.map(({ path }, i) => [role(i), path])),
  };
}
