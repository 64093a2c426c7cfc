import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { SqliteFile } from "../../src/shared/sqlite-file.js";
import { addDone, art, bytes, club, job, makeStore, message } from "./make.js";

describe("stored jobs", () => {
  it("are not there when the disk has refused them", async () => {
    const { store } = makeStore();
    const [refused, taken] = [job(), job({ pictures: ["image"] })];
    const synced = vi.spyOn(SqliteFile.prototype, "synced").mockRejectedValueOnce(new Error("EIO"));
    await expect(store.jobs.add(refused, { image: bytes("photo") })).rejects.toThrow("EIO");
    synced.mockRestore();
    await store.jobs.add(taken, { image: bytes("photo") });
    expect(store.jobs.get(refused.id)).toBeUndefined();
    expect((await store.jobs.pictures(taken.id))?.image).toBeDefined();
  });

  it("are found by their messages for as long as they are kept", async () => {
    const { store } = makeStore();
    const thread = { ...art, thread: "t" };
    const messages = {
      announcement: message("1"),
      thread,
      progress: message("2", thread),
      frames: [message("3", thread), message("4", thread)],
      final: message("5", thread),
    };
    const one = await addDone(store, { messages });
    for (const id of ["1", "2", "3", "4", "5"]) expect(store.jobs.ofMessage(message(id))?.id).toBe(one.id);
    expect(store.jobs.ofMessage(message("5"))).toMatchObject({
      id: one.id,
      messages,
      hidden: false,
      favourites: 0,
    });
    store.jobs.removePictures([one.id]);
    expect(store.jobs.ofMessage(message("5"))?.id).toBe(one.id);
    expect(await store.jobs.pictures(one.id)).toBeUndefined();
    expect(await store.jobs.result(one.id)).toBeUndefined();
    store.jobs.remove([one.id]);
    expect(store.jobs.ofMessage(message("5"))).toBeUndefined();
  });

  it("know what they were made from and what was made from them", async () => {
    const { store } = makeStore();
    const [root, left, right, leaf] = [job(), job(), job(), job()];
    await store.jobs.add(root, {});
    await store.jobs.add({ ...left, from: root.id }, {});
    await store.jobs.add({ ...right, from: root.id }, {});
    await store.jobs.add({ ...leaf, from: left.id }, {});
    const ids = (jobs: readonly { id: string }[]) => jobs.map(({ id }) => id);
    expect(ids(store.jobs.origins(leaf.id))).toEqual([left.id, root.id]);
    expect(ids(store.jobs.origins(leaf.id, 1))).toEqual([left.id]);
    expect(ids(store.jobs.remixes(root.id))).toEqual([left.id, right.id]);
    expect(ids(store.jobs.remixes(root.id, 1))).toEqual([left.id]);
    // What is removed leaves no gap: what came of it came of its origin then.
    store.jobs.remove([left.id]);
    expect(ids(store.jobs.origins(leaf.id))).toEqual([root.id]);
    expect(ids(store.jobs.remixes(root.id))).toEqual([right.id, leaf.id]);
    store.jobs.remove([root.id]);
    expect(store.jobs.get(leaf.id)?.from).toBeUndefined();
  });

  it("know the files of their input images", async () => {
    const { store } = makeStore();
    const [one, other] = [job(), job()];
    await store.jobs.add(one, { image: Buffer.from("a photo") });
    await store.jobs.add(other, { style1: Buffer.from("a style") });
    const sha = createHash("sha256").update("a photo").digest("hex");
    expect(store.jobs.inputSha(one.id, "image")).toBe(sha);
    expect(store.jobs.inputSha(other.id, "image")).toBeUndefined();
    store.jobs.removePictures([one.id]);
    expect(store.jobs.inputSha(one.id, "image")).toBeUndefined();
  });

  it("stay variations only of what they have the pictures of", async () => {
    const { store } = makeStore();
    const [root, variation, second, remix, ofRemix] = [job(), job(), job(), job(), job()];
    await store.jobs.add(root, {});
    await store.jobs.add({ ...variation, from: root.id, repeats: true }, {});
    await store.jobs.add({ ...second, from: variation.id, repeats: true }, {});
    await store.jobs.add({ ...remix, from: root.id }, {});
    await store.jobs.add({ ...ofRemix, from: remix.id, repeats: true }, {});
    store.jobs.remove([variation.id, remix.id]);
    expect(store.jobs.get(second.id)).toMatchObject({ from: root.id, repeats: true });
    expect(store.jobs.get(ofRemix.id)).toMatchObject({ from: root.id, repeats: false });
    store.jobs.remove([root.id]);
    expect(store.jobs.get(second.id)).toMatchObject({ repeats: false });
  });

  it("leave no picture behind when they are removed before their result comes", async () => {
    const { store } = makeStore();
    const one = job();
    await store.jobs.add(one, {});
    const keeping = store.jobs.keepResult(one.id, { bytes: bytes("late"), type: "image/png" });
    store.jobs.remove([one.id]);
    await keeping;
    expect(store.images.total()).toEqual({ images: 0, bytes: 0 });
  });

  it("keep strange text as it is", async () => {
    const { store } = makeStore();
    const text = `'; DROP TABLE job; -- "\\ % _ 🍂`;
    const place = { ...art, id: text };
    const one = job({
      author: { id: text, name: text },
      channel: place,
      params: { text, deep: { list: [1, null, "a\u0000b"] } },
      pictures: ["__proto__"],
    });
    await store.jobs.add(one, { ["__proto__"]: bytes("x") });
    expect(store.jobs.get(one.id)).toMatchObject({ author: one.author, channel: place, params: one.params });
    expect(store.jobs.find({ ...club, prefix: "%" })).toEqual([]);
    expect(store.jobs.find({ ...club, prefix: "JOB_" })).toEqual([]);
    expect(store.jobs.latest({ ...club, author: text })?.id).toBe(one.id);
  });
});
