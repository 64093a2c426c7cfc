import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSqlite } from "../../src/shared/native.js";
import { sha256 } from "../../src/store/images.js";
import type { Store } from "../../src/store/open.js";
import { addDone, ann, art, bob, bytes, club, job, makeStore, message, NOTHING } from "./make.js";

const limits = { perCommunity: 9, perPerson: 9 };
const bobAuthor = { id: "bob", name: "Bob" };

/** Ann and Bob have done everything that leaves something behind. */
async function party(store: Store) {
  const anns = await addDone(store, {
    params: { secret: "annsparameter" },
    messages: { frames: [], final: message("1") },
  });
  const bobs = await addDone(store, { author: bobAuthor, from: anns.id });
  // Bob has painted Ann's result.
  const shared = bytes("shared picture");
  const annsShared = await addDone(store, {}, shared);
  await store.jobs.add(job({ author: bobAuthor, state: "done", finishedAt: 9, pictures: ["image"], id: "BOBSHARED" }), {
    image: shared,
  });
  const style = {
    ...club,
    name: "rust",
    emoji: "🍂",
    author: { id: "ann", name: "Ann" },
    picture: { bytes: bytes("annsstyle") },
  };
  await store.styles.add(style, limits);
  await store.styles.add({ ...style, name: "ink", emoji: "🖋", author: bobAuthor }, limits);
  for (const person of [ann, bob]) for (const { id } of [anns, bobs]) store.favourites.set(id, person, true);
  const palette = { kind: "palette", payload: {} };
  store.interactiveMessages.put({ ...palette, message: message("10"), author: { id: "ann", name: "Ann" } });
  store.interactiveMessages.put({ ...palette, message: message("11"), author: bobAuthor });
  for (const user of ["ann", "bob"]) {
    for (const id of ["10", "11"]) store.interactiveMessages.vote(message(id), { user, choice: "rust" }, true);
  }
  return { anns, bobs, annsShared, shared };
}

describe("a person's data", () => {
  it("are all of it, and no one else's", async () => {
    const { store } = makeStore();
    const { anns, bobs, annsShared, shared } = await party(store);
    const data = store.myData.read(ann);
    expect(data.jobs.map(({ id }) => id)).toEqual([anns.id, annsShared.id]);
    expect(data.pictures.map(({ sha }) => sha)).toContain(sha256(shared));
    expect(data.pictures).toHaveLength(4);
    expect(data.styles.map(({ name }) => name)).toEqual(["rust"]);
    expect(data.favourites.map((favourite) => favourite.job).sort()).toEqual([anns.id, bobs.id].sort());
    expect(data.boards.map((interactive) => interactive.message.id)).toEqual(["10"]);
    expect(data.votes).toEqual([
      { message: message("10"), choice: "rust" },
      { message: message("11"), choice: "rust" },
    ]);
    // Plain data: it can be handed out as a file.
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
    const empty = { jobs: [], pictures: [], styles: [], presets: [], looks: [], lent: [] };
    const nothing = { ...empty, favourites: [], boards: [], votes: [], reports: [], settings: [] };
    expect(store.myData.read({ platform: "other", user: "ann" })).toEqual(nothing);
  });

  it("are gone after their deletion, from the disk too, and other people's stay", async () => {
    const { store, dir } = makeStore();
    const { anns, bobs, shared } = await party(store);
    const before = store.myData.read(bob);
    const onDisk = () =>
      readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("latin1"))
        .join("\n");
    expect(onDisk()).toContain("annsparameter");

    const removed = store.myData.remove(ann);
    expect(removed).toMatchObject({ jobs: 2, styles: 1, favourites: 2, boards: 1, votes: 2, images: 3 });
    expect(store.myData.read(ann)).toEqual(NOTHING);
    expect(onDisk()).not.toContain("annsparameter");
    expect(onDisk()).not.toContain(`input of ${anns.id}`);
    expect(store.jobs.ofMessage(message("1"))).toBeUndefined();

    const after = store.myData.read(bob);
    // What hung on Ann's things went with them.
    expect(after.favourites.map((favourite) => favourite.job)).toEqual([bobs.id]);
    expect(after.votes).toEqual([{ message: message("11"), choice: "rust" }]);
    expect(after.jobs.map(({ id }) => id)).toEqual(before.jobs.map(({ id }) => id));
    expect(after.pictures).toEqual(before.pictures);
    expect(after.styles).toEqual(before.styles);
    // Bob's copy of the picture stays, for his job and style.
    expect(Buffer.from((await store.jobs.pictures("BOBSHARED"))?.image ?? []).equals(shared)).toBe(true);
    expect(store.jobs.get(bobs.id)?.favourites).toBe(1);
    expect(store.myData.remove(ann)).toEqual({
      jobs: 0,
      styles: 0,
      presets: 0,
      looks: 0,
      favourites: 0,
      boards: 0,
      votes: 0,
      reports: 0,
      settings: 0,
      images: 0,
      bytes: 0,
    });
  });

  it("name the person in every table that can, and then only in what moderators have noted", async () => {
    const { store, dir } = makeStore();
    const { anns, bobs } = await party(store);
    const author = { id: "ann", name: "Ann" };
    const saved = { platform: "fake", name: "mine", command: "dream", options: "look:eyes", author };
    store.presets.save({ ...saved, scope: { person: "ann" } }, 9);
    const look = {
      ...club,
      name: "moths",
      network: "resnet50",
      pictures: 5,
      author,
      makers: [{ id: "bob", name: "Bob" }],
      job: anns.id,
    };
    await store.looks.add({ ...look, file: bytes("a layer") }, { perCommunity: 9, perPerson: 9 });
    store.favourites.react(bobs.id, message("77"), ann, true);
    store.reports.add(bobs.id, ann);
    store.optOuts.set(ann, true);
    store.settings.set({ ...club, channel: "art" }, "daily", "18:00");
    store.settings.set({ ...club, channel: "art" }, "daily-state", { by: author, done: "2026-11-26" });
    store.settings.set({ ...club, channel: "lab" }, "daily-state", { by: bobAuthor, done: "2026-11-26" });
    store.bars.add(club, { kind: "person", ...author }, bobAuthor);
    store.acts.add({ ...club, by: author, kind: "rename", subject: "Bob" });
    expect(store.myData.read(ann).settings).toEqual([{ channel: { ...club, id: "art" }, key: "daily" }]);

    const database = openSqlite(join(dir, "dreamloom.sqlite"), { readonly: true });
    onTestFinished(() => void database.close());
    const all = <T>(query: string) => database.prepare(query).all() as T[];
    const tables = all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => name);
    /** Tables that hold somebody's id. */
    const naming = (id: string) =>
      tables.filter((table) =>
        all<object>(`SELECT * FROM "${table}"`).some((row) => new RegExp(`\\b${id}\\b`).test(JSON.stringify(row))),
      );
    const isPersonal = (table: string) =>
      all<{ name: string }>(`PRAGMA table_info("${table}")`).some(({ name }) =>
        /^(person|owner|(author|by)_id)$/.test(name),
      );
    expect(naming("ann").sort()).toEqual([...tables.filter(isPersonal), "setting"].sort());
    store.myData.remove(ann);
    // Their works are gone; what others have reported and done stays.
    expect(store.jobs.get(anns.id)).toBeUndefined();
    expect(naming("ann").sort()).toEqual(["act", "bar"]);
    expect(store.settings.all({ ...club, channel: "art" })).toEqual({});
    expect(naming("bob")).toContain("setting");
  });

  it.each(["waiting", "running"] as const)("are not deleted while a job is %s", async (state) => {
    const { store } = makeStore();
    await party(store);
    await store.jobs.add(job({ id: "BUSY3333", state, channel: { ...art, community: "other" } }), {});
    const before = store.myData.read(ann);
    expect(() => store.myData.remove(ann)).toThrow(
      "Your job BUSY3333 has not ended yet: cancel it, or wait for it, and then delete your data again.",
    );
    expect(store.myData.read(ann)).toEqual(before);
    expect(store.myData.remove(bob).jobs).toBe(2);
  });
});
