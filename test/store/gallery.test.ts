import { describe, expect, it } from "vitest";
import type { PublicQuery } from "../../src/domain/model.js";
import type { GalleryQuery } from "../../src/store/gallery.js";
import type { Store } from "../../src/store/open.js";
import { addDone, ann, art, bob, club, done, job, makeStore } from "./make.js";

/** All pages one after the other. */
function read(store: Store, query: Partial<GalleryQuery>, between: () => void = () => undefined): string[][] {
  const pages: string[][] = [];
  let after: string | undefined;
  do {
    const page = store.gallery.page({
      ...club,
      by: "date",
      limit: 3,
      ...query,
      ...(after === undefined ? {} : { after }),
    });
    pages.push(page.jobs.map(({ id }) => id));
    after = page.next;
    between();
  } while (after !== undefined && pages.length < 20);
  return pages;
}

describe("the gallery", () => {
  it("shows finished works with a picture that their authors have not taken out", async () => {
    const { store } = makeStore();
    const shown = await addDone(store);
    await store.jobs.add(done(), {});
    await store.jobs.add(job(), {});
    const hidden = await addDone(store);
    await addDone(store, { state: "cancelled" });
    await addDone(store, { channel: { ...art, community: "other" } });
    expect(store.jobs.setHidden(hidden.id, true)).toBe(true);
    expect(store.jobs.setHidden("NOTTHERE", true)).toBe(false);
    expect(read(store, {})).toEqual([[shown.id]]);
    expect(store.gallery.count(club)).toBe(1);
    const [job0] = store.gallery.page({ ...club, by: "date", limit: 9 }).jobs;
    expect(job0).toMatchObject({ id: shown.id, hidden: false, picture: { type: "image/png" }, result: { seed: 7 } });
    store.jobs.setHidden(hidden.id, false);
    expect(store.gallery.count(club)).toBe(2);
  });

  it("shows works of a style, alone or among others, and of a look", async () => {
    const { store } = makeStore();
    const styles = (...names: string[]) => ({ styles: names.map((name) => ({ name, weight: 1 })), size: 512, seed: 1 });
    const alone = await addDone(store, { recipe: "stylize", params: styles("winter") });
    const blend = await addDone(store, { recipe: "stylize", params: styles("summer", "winter") });
    await addDone(store, { recipe: "stylize", params: styles("winter-2") });
    const dream = await addDone(store, { params: { look: "creatures", into: "winter" } });
    await addDone(store, { params: { look: "eyes" } });
    expect(read(store, { style: "winter" }).flat()).toEqual([blend.id, alone.id]);
    expect(read(store, { style: "winter", words: ["summer"] }).flat()).toEqual([blend.id]);
    expect(read(store, { look: "creatures" }).flat()).toEqual([dream.id]);
    expect(read(store, { look: "creatures", style: "winter" }).flat()).toEqual([]);
    store.jobs.setHidden(alone.id, true);
    expect(read(store, { style: "winter" }).flat()).toEqual([blend.id]);
  });

  it("shows works of some words: the recipe's name, what was chosen, the author", async () => {
    const { store } = makeStore();
    const summer = { recipe: "stylize", params: { styles: [{ name: "late-summer", scale: 1 }], size: 512, seed: 1 } };
    const painting = await addDone(store, summer);
    const dream = await addDone(store, { params: { look: "creatures" }, author: { id: "bob", name: "Quiet Heron" } });
    const found = (...words: string[]) => read(store, { words }).flat();
    expect(found("summer")).toEqual([painting.id]);
    expect(found("SUMM", "sty")).toEqual([painting.id]);
    expect(found("heron")).toEqual([dream.id]);
    expect(found("creat", "quiet")).toEqual([dream.id]);
    expect(found("look")).toEqual([]);
    expect(found("ummer")).toEqual([]);
    expect(found("%")).toEqual([]);
    expect(found("_")).toEqual([]);
    expect(found()).toHaveLength(2);
  });

  it("shows works of the words of a title and a line, as people copy them", async () => {
    const { store } = makeStore();
    const params = { styles: [{ name: "winter" }], size: 512 };
    const called = { title: "Painting in winter, a film of 24 frames", line: "/stylize winter size:512 seed:77" };
    const painting = await addDone(store, { recipe: "stylize", params, called });
    await addDone(store, { params: { look: "eyes", size: 512 } });
    const found = (words: string) => read(store, { words: words.match(/\w+/g) ?? [] }).flat();
    for (const words of [called.title, called.line, "painting", "film", "frames", "size 512", "77"])
      expect(found(words), words).toEqual([painting.id]);
    // Another number is no word that goes on.
    for (const words of ["size 51", "/stylize winter size:5 seed:77", "frames 2"])
      expect(found(words), words).toEqual([]);
    expect(store.jobs.get(painting.id)?.params).toEqual(params);
  });

  it("shows works by their seed and job, and by words after any mark", async () => {
    const { store } = makeStore();
    const called = { title: "Painting in Ann’s snow.globe", line: "/stylize name:ann's-snow_globe" };
    const author = { id: "ann", name: "Mo O'Brien_2" };
    const work = await addDone(store, { recipe: "stylize", params: { name: "x+drift" }, called, author });
    const found = (words: string) => read(store, { words: words.match(/[\p{L}\p{N}]+/gu) ?? [] }).flat();
    for (const words of [called.title, called.line, "globe", author.name, "brien", "drift", "7", work.id])
      expect(found(words), words).toEqual([work.id]);
    expect(found("8")).toEqual([]);
  });

  it("renews what works are called, some at a time, and writes what has changed", async () => {
    const { store } = makeStore();
    const params = { look: "eyes", size: 64 };
    for (let count = 0; count < 205; count++) await addDone(store, { params, finishedAt: count });
    await addDone(store, { params, finishedAt: 300, called: { title: "Old words", line: "/old" } });
    const found = (words: string[]) => store.gallery.page({ ...club, by: "date", limit: 300, words }).jobs;
    expect(found(["dream", "of"])).toHaveLength(0);
    const asked: unknown[] = [];
    const renew = () => {
      const ends: (number | undefined)[] = [];
      do
        ends.push(
          store.gallery.renewCalled((job) => {
            asked.push(job.params);
            return { title: "Dream of eyes", line: "/dream look:eyes" };
          }, ends.at(-1)),
        );
      while (ends.at(-1) !== undefined);
      return ends.length;
    };
    expect(renew()).toBe(3);
    expect(found(["dream", "of"])).toHaveLength(206);
    expect(found(["old"])).toEqual([]);
    expect(found([])[0]?.params).toEqual(params);
    renew();
    expect(asked).toEqual(Array(412).fill(params));
    // What is unknown stays as it was.
    expect(store.gallery.renewCalled(() => undefined)).toBeDefined();
    expect(found(["dream", "of"])).toHaveLength(206);
  });

  it("goes page by page, newest first, also of works that ended in the same millisecond", async () => {
    const { store } = makeStore();
    const ids: string[] = [];
    for (const finishedAt of [10, 20, 20, 20, 20, 30, 40]) ids.unshift((await addDone(store, { finishedAt })).id);
    expect(read(store, {})).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
    expect(read(store, { limit: 7 })).toEqual([ids]);
    expect(read(store, { limit: 1 }).flat()).toEqual(ids);
  });

  it("neither skips nor repeats a work when others come in between", async () => {
    const { store } = makeStore();
    const ids: string[] = [];
    for (const finishedAt of [10, 20, 30, 40, 50, 60, 70]) ids.unshift((await addDone(store, { finishedAt })).id);
    const first = store.gallery.page({ ...club, by: "date", limit: 3 });
    await addDone(store, { finishedAt: 80 });
    store.jobs.setHidden(ids[0] ?? "", true);
    const second = store.gallery.page({ ...club, by: "date", limit: 3, after: first.next ?? "" });
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual(ids.slice(0, 6));
  });

  it("goes by favourites, then by date", async () => {
    const { store } = makeStore();
    const [one, two, three, four] = [
      await addDone(store, { finishedAt: 10 }),
      await addDone(store, { finishedAt: 20 }),
      await addDone(store, { finishedAt: 30 }),
      await addDone(store, { finishedAt: 40 }),
    ];
    for (const person of [ann, bob]) store.favourites.set(one.id, person, true);
    store.favourites.set(three.id, bob, true);
    store.favourites.set(two.id, bob, true);
    const ids = [one, three, two, four].map(({ id }) => id);
    expect(read(store, { by: "favourites", limit: 1 }).flat()).toEqual(ids);
    expect(read(store, { by: "favourites", limit: 3 }).flat()).toEqual(ids);
  });

  it("can be one channel's or one person's", async () => {
    const { store } = makeStore();
    const hall = { ...club, id: "hall" };
    const here = await addDone(store, { finishedAt: 10 });
    const there = await addDone(store, { channel: hall, finishedAt: 20 });
    const bobs = await addDone(store, { author: { id: "bob", name: "Bob" }, finishedAt: 30 });
    for (const by of ["date", "favourites"] as const) {
      expect(read(store, { by, channel: "hall" })).toEqual([[there.id]]);
      expect(read(store, { by, channel: "art" })).toEqual([[bobs.id, here.id]]);
      expect(read(store, { by, author: "bob" })).toEqual([[bobs.id]]);
      expect(read(store, { by, author: "ann", channel: "art" })).toEqual([[here.id]]);
    }
    expect(store.gallery.count({ ...club, channel: hall.id })).toBe(1);
  });

  it.each(["", "x", "1.2.3.4", "1.-2", "zzzzzzzzzzz.1", "1.2'"])("says that there is no page %j", async (after) => {
    const { store } = makeStore();
    await addDone(store);
    expect(() => store.gallery.page({ ...club, by: "date", limit: 3, after })).toThrow(
      "This page of the gallery is not known; begin at the first.",
    );
  });
});

describe("what people from outside are shown", () => {
  const outside = { ...club, channels: ["art", "open"] };
  const shown = (store: Store, scope = outside) =>
    store.gallery.publicPage({ ...scope, limit: 20 }).jobs.map(({ id }) => id);

  it("is what the whole community sees in the channels that are named", async () => {
    const { store } = makeStore();
    const work = await addDone(store);
    const thread = await addDone(store, { channel: { ...art, id: "open", thread: "7" } });
    const kept = {
      closed: await addDone(store, { channel: { ...art, id: "archived" } }),
      elsewhere: await addDone(store, { channel: { ...art, community: "other" } }),
      foreign: await addDone(store, { channel: { ...art, platform: "other" } }),
      restricted: await addDone(store, { audience: "channel" }),
      private: await addDone(store, { audience: "thread" }),
      veiled: await addDone(store, { spoiler: true }),
      removed: await addDone(store),
      withheld: await addDone(store),
      running: job({ state: "running" }),
    };
    await store.jobs.add(kept.running, {});
    store.jobs.setHidden(kept.removed.id, true, "author");
    store.jobs.setHidden(kept.withheld.id, true, "moderator");
    expect(shown(store)).toEqual([thread.id, work.id]);
    expect(shown(store, { ...outside, channels: [] })).toEqual([]);
    for (const [why, { id }] of Object.entries(kept))
      expect(store.gallery.publicWork(id, outside), why).toBeUndefined();
    expect(store.gallery.publicWork(work.id, outside)).toMatchObject({ id: work.id });
    store.jobs.setHidden(kept.withheld.id, false, "moderator");
    expect(shown(store)).toContain(kept.withheld.id);
    store.jobs.setHidden(work.id, true, "moderator");
    expect(store.gallery.publicWork(work.id, outside)).toBeUndefined();
  });

  it("is found by style, look, person and the words of its title, and by nothing else", async () => {
    const { store } = makeStore();
    const find = (query: Omit<PublicQuery, "limit">) =>
      store.gallery.publicPage({ ...outside, limit: 20, ...query }).jobs.map(({ id }) => id);
    const bobs = { author: { id: "bob", name: "Bob" } };
    const dream = await addDone(store, {
      recipe: "dream",
      params: { look: "eyes", layers: "mixed3", into: "red-fox" },
    });
    const painting = await addDone(store, {
      ...bobs,
      recipe: "stylize",
      params: { styles: [{ name: "winter" }, { name: "rust" }], network: "resnet50" },
      called: { title: "Painting in winter", line: "/stylize winter steps:31 network:resnet50" },
    });
    await addDone(store, { ...bobs, spoiler: true, params: { look: "veiled", styles: [{ name: "hidden" }] } });
    expect(find({ style: "rust" })).toEqual([painting.id]);
    expect(find({ look: "eyes" })).toEqual([dream.id]);
    expect(find({ person: "Bob" })).toEqual([painting.id]);
    expect(find({ person: "Bob", look: "eyes" })).toEqual([]);
    expect(find({ words: ["win"] })).toEqual([painting.id]);
    expect(find({ words: ["fox", "dre"] })).toEqual([dream.id]);
    expect(find({ words: ["bob"] })).toEqual([painting.id]);
    expect(find({ words: ["painting", "in"] })).toEqual([painting.id]);
    // The rest of the line is not shown to them, so that it cannot be guessed at either.
    for (const word of ["mixed3", "resnet50", "hidden", "veiled", "31"])
      expect(find({ words: [word] }), word).toEqual([]);
    const { author } = dream;
    expect(store.gallery.publicChoices(outside)).toEqual({
      styles: ["rust", "winter"],
      looks: ["eyes"],
      people: [author.name, "Bob"].sort(),
    });
    store.optOuts.set(bob, true);
    expect(store.gallery.publicChoices(outside)).toEqual({ styles: [], looks: ["eyes"], people: [author.name] });
  });

  it("has nothing of those who have opted out, nor what others made of theirs", async () => {
    const { store } = makeStore();
    const theirs = await addDone(store, { author: { id: "bob", name: "Bob" } });
    const remix = await addDone(store, { from: theirs.id });
    const again = await addDone(store, { from: remix.id });
    const photo = await addDone(store, { credits: [{ role: "picture", by: "Bob", person: "bob" }] });
    const others = await addDone(store, { credits: [{ role: "picture", by: "Cy", person: "cy" }] });
    expect(shown(store)).toHaveLength(5);
    store.optOuts.set(bob, true);
    expect(shown(store)).toEqual([others.id]);
    for (const { id } of [theirs, remix, again, photo]) expect(store.gallery.publicWork(id, outside)).toBeUndefined();
    store.optOuts.set(bob, false);
    store.optOuts.set({ ...bob, platform: "other" }, true);
    expect(shown(store)).toHaveLength(5);
  });

  it("goes page by page", async () => {
    const { store } = makeStore();
    const ids: string[] = [];
    for (const finishedAt of [10, 20, 20, 30]) ids.unshift((await addDone(store, { finishedAt })).id);
    const first = store.gallery.publicPage({ ...outside, limit: 2 });
    const rest = store.gallery.publicPage({ ...outside, limit: 2, after: first.next ?? "" });
    expect([...first.jobs, ...rest.jobs].map(({ id }) => id)).toEqual(ids);
    expect(rest.next).toBeUndefined();
    expect(() => store.gallery.publicPage({ ...outside, limit: 2, after: "odd" })).toThrow(/page/);
  });
});
