import { describe, expect, it } from "vitest";
import { addDone, ann, art, bob, makeStore, message } from "./make.js";

describe("favourites", () => {
  it("are counted once a person", async () => {
    const { store, clock } = makeStore();
    const [one, two] = [await addDone(store), await addDone(store)];
    expect(store.favourites.set(one.id, ann, true)).toEqual({ changed: true, count: 1 });
    expect(store.favourites.set(one.id, ann, true)).toEqual({ changed: false, count: 1 });
    expect(store.favourites.set(one.id, bob, true)).toEqual({ changed: true, count: 2 });
    clock.now += 5;
    store.favourites.set(two.id, ann, true);
    expect([store.favourites.count(one.id), store.jobs.get(one.id)?.favourites]).toEqual([2, 2]);
    expect(store.favourites.has(one.id, ann)).toBe(true);
    expect(store.favourites.has(one.id, { platform: "other", user: "ann" })).toBe(false);
    expect(store.favourites.of(ann)).toEqual([
      { job: two.id, at: clock.now },
      { job: one.id, at: clock.now - 5 },
    ]);
    expect(store.favourites.set(one.id, ann, false)).toEqual({ changed: true, count: 1 });
    expect(store.favourites.set(one.id, ann, false)).toEqual({ changed: false, count: 1 });
    expect(store.favourites.removeOf(bob)).toBe(1);
    expect(store.jobs.get(one.id)?.favourites).toBe(0);
  });

  it("stay as long as one of a job's messages has the person's heart", async () => {
    const { store } = makeStore();
    const { id } = await addDone(store);
    const [channel, thread] = [message("1"), message("2", { ...art, thread: "1" })];
    expect(store.favourites.react(id, channel, ann, true)).toEqual({ changed: true, count: 1 });
    expect(store.favourites.react(id, thread, ann, true)).toEqual({ changed: false, count: 1 });
    expect(store.favourites.react(id, thread, ann, true)).toEqual({ changed: false, count: 1 });
    store.favourites.react(id, channel, bob, true);
    expect(store.favourites.of(bob)).toMatchObject([{ job: id, hearts: [{ channel: "art", message: "1" }] }]);
    expect(store.favourites.react(id, thread, ann, false)).toEqual({ changed: false, count: 2 });
    expect(store.favourites.react(id, channel, ann, false)).toEqual({ changed: true, count: 1 });
    expect(store.favourites.has(id, bob)).toBe(true);
    // What is taken out elsewhere is out, whatever hearts there were; one of before hearts were noted goes too.
    store.favourites.react(id, channel, ann, true);
    store.favourites.set(id, ann, false);
    store.favourites.react(id, thread, ann, true);
    expect(store.favourites.react(id, thread, ann, false)).toEqual({ changed: true, count: 1 });
    store.favourites.set(id, ann, true);
    expect(store.favourites.react(id, channel, ann, false)).toEqual({ changed: true, count: 1 });
    expect(store.favourites.removeOf(bob)).toBe(1);
    expect(store.favourites.react(id, channel, bob, false)).toEqual({ changed: false, count: 0 });
    expect(store.favourites.react("NOTTHERE", channel, bob, true)).toEqual({ changed: false, count: 0 });
  });

  it("of a job that is gone are ignored", async () => {
    const { store } = makeStore();
    expect(store.favourites.set("NOTTHERE", ann, true)).toEqual({ changed: false, count: 0 });
    const one = await addDone(store);
    store.favourites.set(one.id, ann, true);
    store.jobs.remove([one.id]);
    expect(store.favourites.of(ann)).toEqual([]);
    expect(store.favourites.count(one.id)).toBe(0);
  });
});
