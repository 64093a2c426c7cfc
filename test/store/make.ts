import { onTestFinished } from "vitest";
import type { Job, MessageRef } from "../../src/domain/model.js";
import { openStore, type Store, type StoreOptions } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";

/** A store of its own, closed when the test ends, and a clock that stands still until it is set. */
export function makeStore(options: Partial<StoreOptions> = {}): { store: Store; dir: string; clock: { now: number } } {
  const clock = { now: 1_700_000_000_000 };
  const dir = options.dir ?? newFolder();
  const store = openStore({ now: () => clock.now, busyMs: 50, ...options, dir });
  onTestFinished(() => store.close());
  return { store, dir, clock };
}

export const club = { platform: "fake", community: "club" };
export const art = { ...club, id: "art" };
export const ann = { platform: "fake", user: "ann" };
export const bob = { platform: "fake", user: "bob" };

export function message(id: string, channel: MessageRef["channel"] = art): MessageRef {
  return { channel, id };
}

let made = 0;

/** A job as the queue hands it over. */
export function job(more: Partial<Job> = {}): Job {
  made += 1;
  return {
    id: `JOB${String(made).padStart(5, "0")}`,
    channel: art,
    author: { id: "ann", name: "Ann" },
    recipe: "dream",
    params: { size: 512, seed: made },
    pictures: [],
    cost: 1,
    costKey: "dream",
    priority: 0,
    state: "waiting",
    attempts: 0,
    createdAt: 1_700_000_000_000 + made,
    messages: { frames: [] },
    ...more,
  };
}

/** A finished job. */
export function done(more: Partial<Job> = {}): Job {
  const result = {
    width: 64,
    height: 48,
    seconds: 2,
    network: "resnet50",
    runtime: "fake",
    seed: 7,
    params: { size: 64 },
  };
  return job({ state: "done", finishedAt: 1_700_000_100_000 + made, result, ...more });
}

/** What is stored about somebody of whom nothing is. */
export const NOTHING = {
  jobs: [],
  pictures: [],
  styles: [],
  presets: [],
  looks: [],
  lent: [],
  favourites: [],
  boards: [],
  votes: [],
  reports: [],
  settings: [],
};

/** Some bytes that no other picture has. */
export function bytes(text: string, length = text.length): Uint8Array {
  return new Uint8Array(Buffer.alloc(length, text));
}

/** A finished job with an input and a result picture. */
export async function addDone(store: Store, more: Partial<Job> = {}, result = bytes(`result ${made}`)): Promise<Job> {
  const added = done({ pictures: ["image"], ...more });
  await store.jobs.add(added, { image: bytes(`input of ${added.id}`) });
  await store.jobs.keepResult(added.id, { bytes: result, type: "image/png" });
  return added;
}
