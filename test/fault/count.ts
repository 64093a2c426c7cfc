import { openStore } from "../../src/store/open.js";
import type { World } from "./world.js";

/**
 * Jobs that were given up, as the channel says: one that has a progress message is told there, and has no message of
 * its own for it.
 */
export function givenUp(world: World): Set<string> {
  return new Set(
    [...world.keyed("announcement")].flatMap(([id, [message]]) =>
      /The painter|Dreamloom was stopped/.test(message?.text ?? "") ? [id] : [],
    ),
  );
}

/** What became of all jobs: in the store, and in the chat. */
export function counted(world: World, dir: string) {
  const store = openStore({ dir });
  const jobs = store.gallery.page({ platform: "fake", community: "club", by: "date", limit: 10_000 }).jobs;
  const unfinished = store.jobs.unfinished().length;
  const owed = store.jobs.unnotified().length;
  void store.close();
  const [announced, finals, failed] = [world.keyed("announcement"), world.keyed("final"), givenUp(world)];
  const keys = world.messages.flatMap(({ key }) => key ?? []);
  return {
    jobs: jobs.length,
    unfinished,
    owed,
    failed: failed.size,
    announced: announced.size,
    different: new Set(jobs.map(({ picture }) => picture?.sha)).size,
    lost: [...announced.keys(), ...jobs.map(({ id }) => id)].filter((id) => !finals.has(id) && !failed.has(id)).length,
    // Announcements, frames, final pictures, and whatever else has a name.
    doubled: keys.length - new Set(keys).size,
    frames: new Set(keys.filter((key) => / octave \d+$/.test(key))).size,
  };
}

/** Announced jobs whose end the chat does not show. */
export function open(world: World): string[] {
  const [finals, failed] = [world.keyed("final"), givenUp(world)];
  return [...world.keyed("announcement").keys()].filter((id) => !finals.has(id) && !failed.has(id));
}

/** All that the chat shows of jobs that should have ended. */
export function shown(world: World, ids: readonly string[]): string {
  return ids
    .flatMap((id) => world.messages.filter(({ key }) => key?.startsWith(id)))
    .map(({ key, process, text }) => `${key} (process ${process}): ${text}`)
    .join("\n");
}

export function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
