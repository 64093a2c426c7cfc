/** Code examples of the documentation. */
import { readFileSync } from "node:fs";

export interface Example {
  readonly page: string;
  /** 1-based place among the page's examples. */
  readonly number: number;
  /** The heading it stands under. */
  readonly heading: string;
  readonly code: string;
}

/** The ```ts blocks of a page of Markdown, in order. */
export function examplesIn(page: string): Example[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");
  const examples: Example[] = [];
  let heading = "";
  for (const [, title, code] of text.matchAll(/^#+ (.+)$|^```ts\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    if (code !== undefined) examples.push({ page, number: examples.length + 1, heading, code });
  }
  return examples;
}

/** Names of the files that an example writes, as patterns: what it computes into a name may be anything. */
export function filesWritten({ code }: Example): RegExp[] {
  return [...code.matchAll(/writeFile\(["`]([^"`]+)["`]/g)].map(([, name = ""]) => {
    const parts = name.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".+")}$`);
  });
}

/** What an example says that it prints: `console.log(x); // this`. */
export function printed({ code }: Example): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(([, text = ""]) => text);
}
