/** A job that people have been told of is on disk: the program is killed at the very moment at which it tells. */
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { counted, open } from "./count.js";
import { World } from "./world.js";

const STUB = fileURLToPath(new URL("./stub-worker.mjs", import.meta.url));

it("a job is in the store with its image before it is acknowledged", { timeout: 600_000 }, async () => {
  const dir = newFolder();
  const found = new Map<string, { state: string | undefined; picture: Promise<number | undefined> }>();
  const chat: World = new World({
    dir,
    worker: STUB,
    onPost: ({ key }) => {
      const [id = "", what] = key?.split(" ") ?? [];
      if (what !== "announcement") return;
      chat.kill("both");
      // Waits until the killed one has released it, and the next one waits for this.
      const store = openStore({ dir });
      const picture = store.jobs.pictures(id).then((inputs) => inputs?.image?.byteLength);
      found.set(id, { state: store.jobs.get(id)?.state, picture });
      void picture.finally(() => store.close());
    },
  });
  onTestFinished(async () => {
    await chat.stop();
  });
  chat.run();
  const [picture, jobs] = [await drawn(40, 30), 3];
  for (let job = 1; job <= jobs; job++) {
    await chat.until(
      () => chat.starts === job && chat.say("ann", "size:64 octaves:4 seed:1", picture),
      "a program that hears",
    );
    await chat.until(() => chat.keyed("announcement").size === job, "an announcement");
  }
  for (const [id, { state, picture: bytes }] of found)
    expect([id, state, await bytes]).toEqual([id, expect.any(String), picture.byteLength]);
  expect(found.size).toBe(jobs);
  await chat.until(() => open(chat).length === 0, "every job's end");
  expect(await chat.stop()).toBe(0);
  expect(chat.starts).toBe(jobs + 1);
  expect(counted(chat, dir)).toMatchObject({ jobs, unfinished: 0, owed: 0, failed: 0, lost: 0, doubled: 0 });
});
