/** Answers stay quick when there is a lot: what is asked at every reaction and on every page of the gallery goes by an index. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openStore, type Store } from "../../src/store/open.js";
import { ann, art, club, message } from "./make.js";

const JOBS = 20_000;
/** The median of many calls, in milliseconds: far more than they take, for busy machines. That no table is read through is held by the plans. */
const BOUND_MS = 40;

let dir: string;
let store: Store;
const id = (index: number) => `J${String(index).padStart(7, "0")}`;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "dreamloom-speed-"));
  await openStore({ dir }).close();
  const client = new Libsql(join(dir, "dreamloom.sqlite"));
  const image = client.prepare("INSERT INTO image VALUES (?, 'image/png', 100, 1)");
  const job = client.prepare(
    `INSERT INTO job (id, platform, community, channel, author_id, author_name, recipe, params, roles, work, pace, priority, state, attempts,
       created_at, finished_at, messages, result, from_job, picture, favourites)
     VALUES (?, 'fake', 'club', ?, ?, 'A', 'dream', '{}', '["image"]', 1, 'dream', 0, 'done', 1, ?, ?, '{"frames":[]}', '{}', ?, ?, ?)`,
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
        index % 3000 === 0 ? 5 : index % 2,
      ]);
      for (let frame = 0; frame < 6; frame++) posted.run(`${index}-${frame}`, id(index));
    }
  })();
  client.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
  store = openStore({ dir });
});

afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

/** How SQLite goes about all that `call` asks. */
function plans(call: () => unknown): string[] {
  const prepare = vi.spyOn(Libsql.prototype, "prepare");
  call();
  const asked = prepare.mock.calls.map(([query]) => String(query));
  prepare.mockRestore();
  expect(asked.length).toBeGreaterThan(0);
  const client = new Libsql(join(dir, "dreamloom.sqlite"));
  const steps = asked.flatMap((query) =>
    client.prepare(`EXPLAIN QUERY PLAN ${query}`).all(...(query.match(/\?/g) ?? []).map(() => 1)),
  );
  client.close();
  return (steps as { detail: string }[]).map(({ detail }) => detail);
}

/** Reading a whole table. */
const SLOW = /^SCAN (?!job USING (COVERING )?INDEX job_unfinished|CONSTANT|chain)/;

function median(call: (index: number) => unknown): number {
  const times = Array.from({ length: 41 }, (_, index) => {
    const start = performance.now();
    call(index);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[20] ?? Number.POSITIVE_INFINITY;
}

describe(`with ${JOBS} jobs`, () => {
  it.each<[string, (index: number) => unknown]>([
    ["the job of a message", (index) => store.jobs.ofMessage(message(`${index * 400}-3`)) ?? expect.fail()],
    ["a job by its id", (index) => store.jobs.get(id(index * 400)) ?? expect.fail()],
    [
      "jobs by the beginning of an id",
      (index) => store.jobs.find({ ...club, prefix: id(index * 400).slice(0, 7) })[9] ?? expect.fail(),
    ],
    ["a person's latest job", () => store.jobs.latest({ ...club, author: "p7" }) ?? expect.fail()],
    ["a person's only and old job", () => store.jobs.latest({ ...club, author: "ann" }) ?? expect.fail()],
    ["a person's recent jobs", () => store.jobs.countSince({ platform: "fake", author: "p7" }, 1e6) || expect.fail()],
    ["unfinished jobs", () => store.jobs.countUnfinished({ ...club, channel: art.id, author: "p7" })],
    ["all unfinished jobs", () => store.jobs.unfinished()],
    ["what was made from a job", (index) => store.jobs.remixes(id(index + 1))[1] ?? expect.fail()],
    ["what a job was made from", (index) => store.jobs.origins(id(19_000 + index))[5] ?? expect.fail()],
    ["a favourite", (index) => store.favourites.set(id(index * 400), ann, true).changed || expect.fail()],
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
    expect(median(call)).toBeLessThan(BOUND_MS);
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

  it.each(["date", "favourites"] as const)("the gallery's last pages, by %s, are as quick as its first", (by) => {
    let after: string | undefined;
    let shown = 0;
    const times: number[] = [];
    for (;;) {
      const start = performance.now();
      const page = store.gallery.page({ ...club, by, limit: 100, ...(after === undefined ? {} : { after }) });
      times.push(performance.now() - start);
      shown += page.jobs.length;
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(shown).toBe(JOBS);
    expect(times).toHaveLength(JOBS / 100);
    // Finding a page by counting off what comes before would make the last ones many times slower.
    const last = times.slice(-41).sort((a, b) => a - b)[20] ?? Number.POSITIVE_INFINITY;
    expect(last).toBeLessThan(2 * BOUND_MS);
  });
});
