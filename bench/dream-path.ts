/**
 * How many source files lie on the straight path of a dream: down from the web chat's request to onnxruntime, and back
 * from there to the chat's message with a frame?
 *
 * Counted where the path leaves a process: each call of our files on the stack there, and on the stacks at which the
 * continuations began that led there. What a function calls on its way, and is done with, lies beside the path. The
 * last dream of two counts, when everything is warm.
 *
 * Usage: npm run build && npx tsx bench/dream-path.ts [DIST]     prints both paths, then their numbers
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type HookedProgram, withProgram } from "./files/hooked-program.js";

/** The ends of the stretches in order, by what the hook calls them. */
const DOWN = [{ end: "run" }, { end: "network" }];
/**
 * Most messages to the page follow from the request itself; those of frames begin where the engine's messages are
 * received.
 */
const BACK = [{ end: "frame" }, { end: "chat", from: "engine/process/host.ts" }];

await withProgram("path-hook.mjs", async (program) => {
  await program.dream();
  const file = join(program.folder, "stacks.jsonl");
  writeFileSync(file, "");
  await program.dream();
  const seen = readFileSync(file, "utf8").trim().split("\n");
  const reached = seen.map((line) => JSON.parse(line) as { readonly kind: string; readonly stacks: string[] });
  for (const [name, stretches] of Object.entries({ down: DOWN, back: BACK })) {
    const paths = stretches.map(({ end, from }: { readonly end: string; readonly from?: string }) => {
      const found = reached.filter(({ kind }) => kind === end).map(({ stacks }) => filesOf(stacks, program));
      return longest(found.filter(([first]) => from === undefined || first === from));
    });
    const files = [...new Set(paths.flat())];
    process.stdout.write(`${name}:\n  ${files.join("\n  ")}\n${files.length} files\n`);
  }
});

/** The files of a path from its beginning to its end. */
function filesOf(stacks: readonly string[], { source }: HookedProgram): string[] {
  const urls = stacks.flatMap((stack) => [...stack.matchAll(/file:\/\/[^\s:)]+/g)].map(([url]) => url));
  return [
    ...new Set(
      urls
        .map(source)
        .filter((file) => file !== undefined)
        .reverse(),
    ),
  ];
}

function longest(paths: readonly string[][]): string[] {
  return paths.reduce((best, path) => (path.length > best.length ? path : best), []);
}
