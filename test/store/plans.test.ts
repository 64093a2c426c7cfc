/** What is read at every reaction and on every page of the gallery goes by an index, however much there is. */

import { join } from "node:path";
import Libsql from "libsql";
import { LRUCache } from "lru-cache";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openStore, type Store } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";
import { ann, art, club, message } from "./make.js";

const JOBS = 2_000;
// Open files go on using what stands here when they are opened.
const prepare = vi.spyOn(Libsql.prototype, "prepare");
// Nothing stays prepared, so that each query is seen.
vi.spyOn(LRUCache.prototype, "get").mockReturnValue(undefined);
let dir: string;
let store: Store;
const id = (index: number) => `J${String(index).padStart(7, "0")}`;

beforeAll(async () => {
  dir = newFolder();
  await openStore({ dir }).close();
  const client = new Libsql(join(dir, "dreamloom.sqlite"));
  const image = client.prepare("INSERT INTO image VALUES (?, 'image/png', 100, 1)");
  const job = client.prepare(
    `INSERT INTO job (id, platform, community, channel, author_id, author_name, recipe, params, roles, work, pace,
       priority, state, attempts, created_at, finished_at, messages, result, from_job, picture, favourites)
     VALUES (?, 'fake', 'club', ?, ?, 'A', 'dream', '{}', '["image"]', 1, 'dream', 0, 'done', 1, ?, ?,
       '{"frames":[]}', '{}', ?, ?, ?)`,
  );
  const posted = client.prepare("INSERT INTO job_message VALUES ('fake', 'club', 'art', ?, ?, 'final')");
  client.transaction(() => {
    for (let index = 0; index < JOBS; index++) {
      const sha = index.toString(16).padStart(64, "0");
      image.run(sha);
      const channel = index % 50 === 0 ? "hall" : "art";
      const author = index === 7 ? "ann" : `p${index % 200}`;
      job.run([
        id(index),
        channel,
        author,
        1e6 + index,
        2e6 + index,
        index > 0 ? id(index >> 1) : null,
        sha,
        index % 300 === 0 ? 5 : index % 2,
      ]);
      for (let frame = 0; frame < 6; frame++) posted.run(`${index}-${frame}`, id(index));
    }
  })();
  client.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
  store = openStore({ dir });
});

afterAll(() => store.close());

/** How SQLite goes about all that `call` asks. */
function plans(call: () => unknown): string[] {
  prepare.mockClear();
  call();
  const asked = prepare.mock.calls.map(([query]) => String(query));
  expect(asked.length).toBeGreaterThan(0);
  const client = new Libsql(join(dir, "dreamloom.sqlite"));
  const steps = asked.flatMap((query) =>
    client.prepare(`EXPLAIN QUERY PLAN ${query}`).all(...(query.match(/\?/g) ?? []).map(() => 1)),
  );
  client.close();
  return (steps as { detail: string }[]).map(({ detail }) => detail);
}

/** Reading a whole table; the list in one column of a row is none. */
const SLOW = /^SCAN (?!json_each |job USING (COVERING )?INDEX job_unfinished|CONSTANT|chain)/;

describe(`with ${JOBS} jobs`, () => {
  it.each<[string, (index: number) => unknown]>([
    ["the job of a message", (index) => store.jobs.ofMessage(message(`${index * 40}-3`)) ?? expect.fail()],
    ["a job by its id", (index) => store.jobs.get(id(index * 40)) ?? expect.fail()],
    [
      "jobs by the beginning of an id",
      (index) => store.jobs.find({ ...club, prefix: id(index * 40).slice(0, 7) })[9] ?? expect.fail(),
    ],
    ["a person's latest job", () => store.jobs.latest({ ...club, author: "p7" }) ?? expect.fail()],
    ["a person's only and old job", () => store.jobs.latest({ ...club, author: "ann" }) ?? expect.fail()],
    ["all unfinished jobs", () => store.jobs.unfinished()],
    ["what was made from a job", (index) => store.jobs.remixes(id(index + 1))[1] ?? expect.fail()],
    ["what a job was made from", (index) => store.jobs.origins(id(1_900 + index))[5] ?? expect.fail()],
    ["a favourite", (index) => store.favourites.set(id(index * 40), ann, true).changed || expect.fail()],
    ["the gallery's first page", () => store.gallery.page({ ...club, by: "date", limit: 24 }).next ?? expect.fail()],
    [
      "the favourites' first page",
      () => store.gallery.page({ ...club, by: "favourites", limit: 24 }).next ?? expect.fail(),
    ],
    [
      "a channel's first page",
      () => store.gallery.page({ ...club, channel: "hall", by: "date", limit: 24 }).next ?? expect.fail(),
    ],
    [
      "a channel's favourites",
      () => store.gallery.page({ ...club, channel: "hall", by: "favourites", limit: 24 }).next ?? expect.fail(),
    ],
  ])("%s", (_name, call) => {
    expect(plans(() => call(45)).filter((step) => SLOW.test(step))).toEqual([]);
  });

  it("jobs by the beginning of an id are looked for among the ids, not in the community", () => {
    expect(plans(() => store.jobs.find({ ...club, prefix: "J000" })).join("\n")).toContain("USING INDEX job_id_unique");
  });

  it.each(["date", "favourites"] as const)("the gallery by %s is read in the order of an index, not sorted", (by) => {
    for (const place of [club, art]) {
      const steps = plans(() => store.gallery.page({ ...place, by, limit: 24 }));
      expect(steps.join("\n")).toContain(`USING INDEX gallery_${"channel" in place ? "channel_" : ""}${by}`);
      expect(steps.join("\n")).not.toContain("TEMP B-TREE");
    }
  });

  it.each(["date", "favourites"] as const)(
    "a later page of the gallery by %s begins where the last one ended",
    (by) => {
      let after: string | undefined;
      const seen = new Set<string>();
      do {
        const page = store.gallery.page({ ...club, by, limit: 100, ...(after !== undefined && { after }) });
        for (const job of page.jobs) seen.add(job.id);
        after = page.next;
        if (after === undefined) break;
        const steps = plans(() =>
          store.gallery.page({ ...club, by, limit: 100, ...(after !== undefined && { after }) }),
        );
        // Not by counting off what comes before, which would make the last pages slow.
        expect(steps.join("\n")).toMatch(/SEARCH job USING INDEX gallery_\w+ \(platform=\? AND community=\? AND /);
      } while (seen.size < JOBS);
      expect(seen.size).toBe(JOBS);
    },
  );
});
