import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startRetention } from "../../src/store/retention.js";
import { addDone, ann, bytes, club, done, job, makeStore, message } from "./make.js";

const DAY = 24 * 3600 * 1000;
const MEBIBYTE = 1024 * 1024;
const nothing = { jobs: 0, emptied: 0, images: 0, bytes: 0, boards: 0, acts: 0, reports: 0, strays: 0 };

describe("retention", () => {
  it("removes jobs that ended too long ago with all that is theirs, but no favourites or unfinished ones", async () => {
    const { store, clock } = makeStore();
    const ago = (days: number) => clock.now - days * DAY;
    const old = await addDone(store, { finishedAt: ago(8), messages: { frames: [message("1")] } });
    const favourite = await addDone(store, { finishedAt: ago(9) });
    store.favourites.set(favourite.id, ann, true);
    const young = await addDone(store, { finishedAt: ago(6) });
    const waiting = job({ createdAt: ago(100) });
    await store.jobs.add(waiting, {});
    const failed = job({ state: "failed", finishedAt: ago(8) });
    await store.jobs.add(failed, {});
    const bytesBefore = store.images.total().bytes;

    const report = await store.retention.apply({ days: 7, megabytes: 0 });
    expect([old, favourite, young, waiting, failed].map(({ id }) => store.jobs.get(id) !== undefined)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(report).toEqual({ ...nothing, jobs: 2, images: 2, bytes: bytesBefore - store.images.total().bytes });
    expect(report.bytes).toBeGreaterThan(0);
    expect(store.jobs.ofMessage(message("1"))).toBeUndefined();
    expect(await store.retention.apply({ days: 7, megabytes: 0 })).toEqual(nothing);
    clock.now += 5 * DAY;
    expect((await store.retention.apply({ days: 0, megabytes: 0 })).jobs).toBe(0);
    expect((await store.retention.apply({ days: 7, megabytes: 0 })).jobs).toBe(1);
    expect(store.jobs.get(favourite.id)).toBeDefined();
  });

  it("takes pictures from the oldest jobs until they fit, from favourites last, and keeps the jobs known", async () => {
    const { store } = makeStore();
    const large = (text: string) => ({ bytes: bytes(text, MEBIBYTE / 2), type: "image/png" });
    const ids: string[] = [];
    for (const [index, text] of ["a", "b", "c", "d"].entries()) {
      const one = done({ finishedAt: 1000 + index, messages: { frames: [], final: message(text) } });
      await store.jobs.add(one, {});
      await store.jobs.keepResult(one.id, large(text));
      ids.push(one.id);
    }
    const [a = "", b = "", c = "", d = ""] = ids;
    store.favourites.set(a, ann, true);
    const left = async () => {
      const kept = await Promise.all([a, b, c, d].map(async (id) => ((await store.jobs.result(id)) ? id : "")));
      return kept.filter((id) => id !== "");
    };
    expect(await store.retention.apply({ days: 0, megabytes: 2 })).toEqual(nothing);
    expect(await store.retention.apply({ days: 0, megabytes: 1.5 })).toMatchObject({
      emptied: 1,
      images: 1,
      bytes: MEBIBYTE / 2,
    });
    expect(await left()).toEqual([a, c, d]);
    expect((await store.retention.apply({ days: 0, megabytes: 0.6 })).emptied).toBe(2);
    expect(await left()).toEqual([a]);
    expect((await store.retention.apply({ days: 0, megabytes: 0.1 })).emptied).toBe(1);
    expect(await left()).toEqual([]);
    expect(store.jobs.ofMessage(message("a"))).toMatchObject({ id: a, result: { seed: 7 } });
    expect(store.gallery.page({ ...club, by: "date", limit: 9 }).jobs).toEqual([]);
  });

  it("counts a picture that several jobs share once, and leaves styles and unfinished jobs alone", async () => {
    const { store } = makeStore();
    const shared = bytes("s", MEBIBYTE);
    const [first, second, waiting] = [
      done({ pictures: ["image"], finishedAt: 1 }),
      done({ pictures: ["image"], finishedAt: 2 }),
      job({ pictures: ["image"] }),
    ];
    for (const one of [first, second]) await store.jobs.add(one, { image: shared });
    await store.jobs.add(waiting, { image: bytes("w", MEBIBYTE) });
    const author = { id: "ann", name: "Ann" };
    await store.styles.add(
      { ...club, name: "rust", emoji: "🍂", author, picture: { bytes: bytes("t", MEBIBYTE) } },
      { perCommunity: 1, perPerson: 1 },
    );
    expect(await store.retention.apply({ days: 0, megabytes: 3 })).toEqual(nothing);
    expect(await store.retention.apply({ days: 0, megabytes: 0.5 })).toMatchObject({
      emptied: 2,
      images: 1,
      bytes: MEBIBYTE,
    });
    expect(store.images.total()).toEqual({ images: 2, bytes: 2 * MEBIBYTE });
    expect((await store.jobs.pictures(waiting.id))?.image?.byteLength).toBe(MEBIBYTE);
  });

  it("removes boards a month after they are over", async () => {
    const { store, clock } = makeStore();
    const author = { id: "ann", name: "Ann" };
    store.interactiveMessages.put({
      message: message("1"),
      kind: "vote",
      payload: {},
      author,
      expiresAt: clock.now + DAY,
    });
    store.interactiveMessages.put({ message: message("2"), kind: "palette", payload: {}, author });
    clock.now += 30 * DAY + 1;
    expect((await store.retention.apply({ days: 0, megabytes: 0 })).boards).toBe(1);
    expect(store.interactiveMessages.get(message("1"))).toBeDefined();
    clock.now += DAY;
    expect((await store.retention.apply({ days: 0, megabytes: 0 })).boards).toBe(1);
    expect(store.interactiveMessages.get(message("1"))).toBeUndefined();
  });

  it("ends between two steps when it is told to", async () => {
    const { store, clock } = makeStore();
    for (let index = 0; index < 60; index++) await store.jobs.add(done({ finishedAt: 1000 + index }), {});
    const stopping = new AbortController();
    const applying = store.retention.apply({ days: 1, megabytes: 1 }, stopping.signal);
    stopping.abort();
    expect((await applying).jobs).toBe(25);
    expect(store.gallery.count(club)).toBe(0);
    expect(store.jobs.since(0)).toHaveLength(35);
    expect(clock.now).toBeGreaterThan(DAY);
  });
});

describe("the retention timer", () => {
  it("applies retention at once and then regularly, logs what it did, and survives a failure", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { store, clock } = makeStore();
    const old = async () => store.jobs.add(done({ finishedAt: clock.now - 2 * DAY }), {});
    await old();
    const lines: { msg: string; level: number; jobs?: number }[] = [];
    let logged: () => void = () => undefined;
    const write = (text: string) => {
      lines.push(JSON.parse(text));
      logged();
    };
    const logger = pino({}, { write });
    const line = async () => {
      if (lines.length === 0) await new Promise<void>((resolve) => (logged = resolve));
      return lines.shift();
    };
    const stop = startRetention(store.retention, { days: 1, megabytes: 0 }, logger);
    expect(await line()).toMatchObject({ msg: "old jobs and pictures were removed", jobs: 1 });
    const apply = vi.spyOn(store.retention, "apply").mockRejectedValueOnce(new Error("disk"));
    vi.advanceTimersByTime(DAY);
    expect(await line()).toMatchObject({ msg: "old jobs and pictures could not be removed", level: 50 });
    await old();
    vi.advanceTimersByTime(DAY);
    expect(await line()).toMatchObject({ msg: "old jobs and pictures were removed", jobs: 1 });
    await stop();
    vi.advanceTimersByTime(3 * DAY);
    expect(apply).toHaveBeenCalledTimes(2);
    expect(lines).toEqual([]);
  });
});
