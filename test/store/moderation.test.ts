import { describe, expect, it } from "vitest";
import { Acts } from "../../src/store/acts.js";
import { Database } from "../../src/store/database.js";
import { newFolder } from "../support/new-folder.js";
import { addDone, ann, art, bob, club, job, makeStore, NOTHING } from "./make.js";

const mo = { id: "mo", name: "Mo" };
const other = { platform: "fake", community: "other" };

describe("bars", () => {
  it("hold for a person and for a role, in their community alone, until they are lifted", () => {
    const { store } = makeStore();
    const person = { kind: "person", id: "ann", name: "Ann" } as const;
    expect(store.bars.add(art, person, mo)).toBe(true);
    expect(store.bars.add(club, person, mo)).toBe(false);
    store.bars.add(club, { kind: "role", id: "r1", name: "@noisy" }, mo);
    expect(store.bars.has(art, "ann")).toBe(true);
    expect(store.bars.has(other, "ann")).toBe(false);
    expect(store.bars.has(club, "bob")).toBe(false);
    expect(store.bars.has(club, "bob", ["r0", "r1"])).toBe(true);
    // A person's id is no role's.
    expect(store.bars.has(club, "r1", ["ann"])).toBe(false);
    expect(store.bars.of(club)).toMatchObject([
      { kind: "person", id: "ann", name: "Ann", by: mo, at: 1_700_000_000_000 },
      { kind: "role", id: "r1" },
    ]);
    expect(store.bars.remove(club, person)).toBe(true);
    expect(store.bars.remove(club, person)).toBe(false);
    expect([store.bars.has(club, "ann"), store.bars.count(club)]).toEqual([false, 1]);
  });
});

describe("the moderators' log", () => {
  it("is read newest first, by community", () => {
    const { store, clock } = makeStore();
    store.acts.add({ ...club, by: mo, kind: "bar", subject: "Ann" });
    clock.now += 1;
    store.acts.add({ ...club, by: mo, kind: "rename", subject: "Ann", detail: "to Anna" });
    store.acts.add({ ...other, by: mo, kind: "bar", subject: "Ben" });
    expect(store.acts.of(club, 5)).toEqual([
      { ...club, at: clock.now, by: mo, kind: "rename", subject: "Ann", detail: "to Anna" },
      { ...club, at: clock.now - 1, by: mo, kind: "bar", subject: "Ann" },
    ]);
    expect(store.acts.of(club, 1)).toHaveLength(1);
  });

  it("keeps the newest of each community, and two years of them", async () => {
    const database = new Database(newFolder());
    const acts = new Acts(database, () => 0, 3);
    for (const subject of ["1", "2", "3", "4", "5"]) acts.add({ ...club, by: mo, kind: "bar", subject });
    acts.add({ ...other, by: mo, kind: "bar", subject: "0" });
    expect(acts.of(club, 9).map(({ subject }) => subject)).toEqual(["5", "4", "3"]);
    expect(acts.of(other, 9)).toHaveLength(1);
    database.close();
    const { store, clock } = makeStore();
    const day = 24 * 3600 * 1000;
    store.acts.add({ ...club, by: mo, kind: "bar", subject: "old" });
    const job = await addDone(store);
    store.reports.add(job.id, bob);
    clock.now += 100 * day;
    store.acts.add({ ...club, by: mo, kind: "bar", subject: "new" });
    const limits = { days: 0, megabytes: 0 };
    expect(await store.retention.apply(limits)).toMatchObject({ acts: 0, reports: 1 });
    clock.now += 640 * day;
    expect(await store.retention.apply(limits)).toMatchObject({ acts: 1, reports: 0 });
    expect(store.acts.of(club, 9).map(({ subject }) => subject)).toEqual(["new"]);
  });
});

describe("reports", () => {
  it("are one a person and job, and go with the job", async () => {
    const { store, clock } = makeStore();
    const job = await addDone(store);
    const another = await addDone(store);
    store.reports.add("GONE", bob);
    for (const { id } of [job, job, another]) store.reports.add(id, bob);
    expect(store.reports.of(bob).map((report) => report.job)).toEqual([job.id, another.id]);
    expect([store.reports.has(job.id), store.reports.has(job.id, bob), store.reports.has(job.id, ann)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(store.reports.countSince(bob, clock.now)).toBe(2);
    expect(store.reports.countSince(bob, clock.now + 1)).toBe(0);
    // They count on where a person deletes them.
    store.reports.removeOf(bob);
    expect([store.reports.of(bob).length, store.reports.countSince(bob, clock.now)]).toEqual([0, 2]);
    for (const { id } of [job, another]) store.reports.add(id, bob);
    // Where the clock is set back, what is ahead of it was not made within the last hour.
    clock.now -= 1;
    expect(store.reports.countSince(bob, clock.now - 1)).toBe(0);
    clock.now += 1;
    store.jobs.remove([job.id]);
    expect(store.reports.of(bob)).toEqual([{ job: another.id, at: clock.now }]);
  });
});

describe("a work that a moderator has hidden", () => {
  it("is not shown again by its author, nor is what the author has hidden by moderators who show all", async () => {
    const { store } = makeStore();
    const [hers, both, untouched] = [await addDone(store), await addDone(store), await addDone(store)];
    const bobs = await addDone(store, { author: { id: "bob", name: "Bob" } });
    const elsewhere = await addDone(store, { channel: { ...other, id: "art" } });
    const shown = () => store.gallery.page({ ...club, by: "date", limit: 9 }).jobs.map(({ id }) => id);
    store.jobs.setHidden(hers.id, true);
    expect(store.jobs.setAllHidden({ ...club, author: "ann" }, true)).toBe(3);
    expect(shown()).toEqual([bobs.id]);
    expect(store.jobs.get(elsewhere.id)).toMatchObject({ hidden: false });
    expect(store.jobs.get(both.id)).toMatchObject({ hidden: true, withheld: true });
    for (const { id } of [hers, both]) store.jobs.setHidden(id, false);
    expect(shown()).toEqual([bobs.id]);
    store.jobs.setHidden(hers.id, true);
    expect(store.jobs.setAllHidden({ ...club, author: "ann" }, false)).toBe(3);
    expect(shown().sort()).toEqual([both.id, untouched.id, bobs.id].sort());
    expect(store.jobs.setAllHidden({ ...club, author: "ann" }, false)).toBe(0);
    // A moderator who means one work puts it back whatever was done.
    store.jobs.setHidden(hers.id, true, "moderator");
    store.jobs.setHidden(hers.id, false, "moderator");
    expect(shown()).toContain(hers.id);
  });
});

describe("all works of a person", () => {
  it("are hidden with those that are still being made, which count", async () => {
    const { store } = makeStore();
    const waiting = job();
    await store.jobs.add(waiting, {});
    await store.jobs.add(job({ id: "failed", state: "failed" }), {});
    expect(store.jobs.setAllHidden({ ...club, author: "ann" }, true)).toBe(1);
    expect(store.jobs.get(waiting.id)).toMatchObject({ withheld: true });
    expect(store.jobs.setAllHidden({ ...club, author: "ann" }, true)).toBe(0);
  });
});

describe("a person's own", () => {
  it("opt-out and reports are read and deleted; what moderators have noted stays", async () => {
    const { store, clock } = makeStore();
    const job = await addDone(store);
    store.bars.add(club, { kind: "person", id: "bob", name: "Bob" }, mo);
    store.acts.add({ ...club, by: mo, kind: "bar", subject: "Bob" });
    expect(store.optOuts.set(bob, true)).toBe(true);
    expect(store.optOuts.set(bob, true)).toBe(false);
    expect(store.optOuts.has(ann)).toBe(false);
    store.reports.add(job.id, bob);
    expect(store.myData.read(bob)).toMatchObject({ reports: [{ job: job.id }], optedOutAt: clock.now });
    expect(store.myData.remove(bob)).toMatchObject({ reports: 1 });
    expect(store.optOuts.has(bob)).toBe(false);
    expect(store.myData.read(bob)).toEqual(NOTHING);
    expect([store.bars.count(club), store.acts.of(club, 9).length]).toEqual([1, 1]);
  });
});
