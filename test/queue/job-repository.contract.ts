import { describe, expect, it } from "vitest";
import type { Job, MessageRef } from "../../src/domain/model.js";
import type { JobRepository } from "../../src/queue/job-repository.js";

const club = { platform: "fake", community: "club" };
const art = { ...club, id: "art" };
const at = (id: string, channel: MessageRef["channel"] = art): MessageRef => ({ id, channel });

function job(id: string, more: Partial<Job> = {}): Job {
  return {
    id,
    channel: art,
    author: { id: "ann", name: "Ann" },
    recipe: "dream",
    params: { size: 512, layers: ["a", "b"] },
    pictures: [],
    cost: 2.5,
    costKey: "dream resnet50",
    priority: 0,
    state: "waiting",
    attempts: 0,
    createdAt: 1000,
    messages: { frames: [] },
    ...more,
  };
}

/**
 * What every repository promises.
 *
 * @param open a new, empty one
 */
export function repositoryContract(name: string, open: () => JobRepository): void {
  describe(name, () => {
    it("gives a job back as it came, with its pictures", async () => {
      const repository = open();
      const full = job("AAAA3333", {
        pictures: ["image", "style"],
        channel: { ...art, thread: "t" },
        from: "CCCC3333",
        priority: 3,
        megabytes: 700,
      });
      const pictures = { image: new Uint8Array([1, 2]), style: new Uint8Array([3]) };
      await repository.add(full, pictures);
      expect(await repository.get("AAAA3333")).toMatchObject(full);
      const kept = await repository.pictures("AAAA3333");
      expect(Object.entries(kept ?? {}).map(([role, bytes]) => [role, [...bytes]])).toEqual([
        ["image", [1, 2]],
        ["style", [3]],
      ]);
      await repository.add(job("DDDD3333"), {});
      expect(await repository.pictures("DDDD3333")).toEqual({});
    });

    it("keeps every change, and leaves the rest as it was", async () => {
      const repository = open();
      await repository.add(job("AAAA3333"), {});
      await repository.update("AAAA3333", { state: "running", attempts: 1, startedAt: 2000 });
      const messages = { announcement: at("1"), thread: { ...art, thread: "1" }, frames: [at("2")] };
      await repository.update("AAAA3333", { messages });
      expect(await repository.get("AAAA3333")).toMatchObject({
        state: "running",
        attempts: 1,
        startedAt: 2000,
        messages,
        createdAt: 1000,
      });
      const result = { width: 1, height: 2, seconds: 3, network: "n", runtime: "r", seed: 4, params: { a: [1] } };
      await repository.update("AAAA3333", { state: "done", finishedAt: 3000, result });
      expect(await repository.get("AAAA3333")).toMatchObject({ state: "done", finishedAt: 3000, result, messages });
      const failure = { kind: "time", message: "Too long." };
      await repository.update("AAAA3333", { state: "failed", failure });
      expect(await repository.get("AAAA3333")).toMatchObject({ state: "failed", failure });
    });

    it("tells whose jobs came since a time", async () => {
      const repository = open();
      const night = { ...club, id: "night" };
      await repository.add(job("AAAA3333", { createdAt: 1000 }), {});
      await repository.add(job("BBBB3333", { createdAt: 2000, channel: night }), {});
      await repository.add(job("CCCC3333", { createdAt: 3000, state: "done" }), {});
      const since = (await repository.since(2000)).map(({ channel, author, createdAt }) => [
        channel.id,
        author.id,
        createdAt,
      ]);
      expect(since).toEqual([
        ["night", "ann", 2000],
        ["art", "ann", 3000],
      ]);
    });

    it("passes over jobs that it does not keep", async () => {
      const repository = open();
      await repository.update("AAAA3333", { state: "done" });
      await repository.keepResult("AAAA3333", { bytes: new Uint8Array([1]), type: "image/png" });
      expect(await repository.get("AAAA3333")).toBeUndefined();
      expect(await repository.pictures("AAAA3333")).toBeUndefined();
      expect(await repository.result("AAAA3333")).toBeUndefined();
      expect(await repository.ofMessage(at("1"))).toBeUndefined();
    });

    it("refuses a second job with the same id and keeps the first", async () => {
      const repository = open();
      await repository.add(job("AAAA3333", { recipe: "dream" }), {});
      await expect(repository.add(job("AAAA3333", { recipe: "other" }), {})).rejects.toThrow("a second job AAAA3333");
      expect((await repository.get("AAAA3333"))?.recipe).toBe("dream");
    });

    it("finds jobs by the beginning of their id, newest first, inside one community", async () => {
      const repository = open();
      await repository.add(job("AAAA3333"), {});
      await repository.add(job("AAAA4444", { createdAt: 1001 }), {});
      await repository.add(job("AAAC3333"), {});
      await repository.add(job("AAAA6666", { channel: { ...art, community: "other" } }), {});
      const ids = async (prefix: string, community = "club") =>
        (await repository.find({ ...club, community, prefix })).map(({ id }) => id);
      expect(await ids("AAAA")).toEqual(["AAAA4444", "AAAA3333"]);
      expect(await ids("AAAA3333")).toEqual(["AAAA3333"]);
      expect(await ids("AAAD")).toEqual([]);
      expect(await ids("AAAA", "other")).toEqual(["AAAA6666"]);
      for (let index = 0; index < 12; index++)
        await repository.add(job(`XXXX33${String(index + 10)}`, { createdAt: 2000 + index }), {});
      expect(await ids("XXXX")).toHaveLength(10);
    });

    it("knows a person's newest job in a community, also of two in one millisecond", async () => {
      const repository = open();
      await repository.add(job("AAAA3333"), {});
      await repository.add(job("AAAA4444"), {});
      await repository.add(job("AAAA6666", { author: { id: "bob", name: "Bob" }, createdAt: 1005 }), {});
      await repository.add(job("AAAA7777", { channel: { ...art, community: "other" }, createdAt: 1006 }), {});
      expect((await repository.latest({ ...club, author: "ann" }))?.id).toBe("AAAA4444");
      expect((await repository.latest({ ...club, author: "bob" }))?.id).toBe("AAAA6666");
      expect(await repository.latest({ ...club, author: "cat" })).toBeUndefined();
    });

    it("finds the job of each of its messages, whatever thread they are in, also of replaced ones", async () => {
      const repository = open();
      const thread = { ...art, thread: "1" };
      await repository.add(job("AAAA3333"), {});
      await repository.add(job("AAAA4444", { messages: { announcement: at("9"), frames: [] } }), {});
      await repository.update("AAAA3333", {
        messages: { announcement: at("1"), progress: at("2", thread), frames: [at("3", thread)] },
      });
      await repository.update("AAAA3333", { messages: { announcement: at("1"), frames: [], final: at("4", thread) } });
      for (const id of ["1", "2", "3", "4"]) expect((await repository.ofMessage(at(id)))?.id, id).toBe("AAAA3333");
      expect((await repository.ofMessage(at("4", thread)))?.id).toBe("AAAA3333");
      expect((await repository.ofMessage(at("9")))?.id).toBe("AAAA4444");
      expect(await repository.ofMessage(at("5"))).toBeUndefined();
      expect(await repository.ofMessage(at("1", { ...art, id: "other" }))).toBeUndefined();
      expect(await repository.ofMessage(at("1", { ...art, platform: "other" }))).toBeUndefined();
    });

    it("keeps result pictures", async () => {
      const repository = open();
      await repository.add(job("AAAA3333", { pictures: ["image"] }), { image: new Uint8Array([1]) });
      expect(await repository.result("AAAA3333")).toBeUndefined();
      await repository.keepResult("AAAA3333", { bytes: new Uint8Array([7, 8]), type: "image/webp" });
      const result = await repository.result("AAAA3333");
      expect([result?.type, [...(result?.bytes ?? [])]]).toEqual(["image/webp", [7, 8]]);
    });

    it("tells which jobs are unfinished, oldest first", async () => {
      const repository = open();
      for (const id of ["AAAA3333", "AAAA4444", "AAAA6666", "AAAA7777"]) await repository.add(job(id), {});
      await repository.update("AAAA4444", { state: "done" });
      await repository.update("AAAA6666", { state: "running" });
      await repository.update("AAAA7777", { state: "cancelled" });
      expect((await repository.unfinished()).map(({ id }) => id)).toEqual(["AAAA3333", "AAAA6666"]);
    });

    it("keeps an unfinished job's newest checkpoint until the job ends", async () => {
      const repository = open();
      await repository.add(job("AAAA3333"), {});
      expect(await repository.checkpoint("AAAA3333")).toBeUndefined();
      await repository.keepCheckpoint("AAAA3333", { octave: 1, state: new Uint8Array([1]) });
      await repository.keepCheckpoint("AAAA3333", { octave: 2, state: new Uint8Array([2, 3]) });
      const kept = await repository.checkpoint("AAAA3333");
      expect([kept?.octave, [...(kept?.state ?? [])]]).toEqual([2, [2, 3]]);
      await repository.update("AAAA3333", { state: "running", attempts: 2 });
      expect((await repository.checkpoint("AAAA3333"))?.octave).toBe(2);
      await repository.update("AAAA3333", { state: "done", finishedAt: 5 });
      expect(await repository.checkpoint("AAAA3333")).toBeUndefined();
      await repository.keepCheckpoint("AAAA3333", { octave: 3, state: new Uint8Array([4]) });
      await repository.keepCheckpoint("XXXX3333", { octave: 3, state: new Uint8Array([4]) });
      expect(await repository.checkpoint("AAAA3333")).toBeUndefined();
    });

    it("tells which jobs were done last", async () => {
      const repository = open();
      for (const id of ["AAAA3333", "AAAA4444", "AAAA6666", "AAAA7777"]) await repository.add(job(id), {});
      await repository.update("AAAA4444", { state: "done", finishedAt: 7 });
      await repository.update("AAAA3333", { state: "done", finishedAt: 9 });
      await repository.update("AAAA6666", { state: "failed", finishedAt: 8 });
      expect((await repository.lastDone(5)).map(({ id }) => id)).toEqual(["AAAA3333", "AAAA4444"]);
      expect((await repository.lastDone(1)).map(({ id }) => id)).toEqual(["AAAA3333"]);
    });

    it("tells which jobs ended without anybody having been told", async () => {
      const repository = open();
      for (const id of ["AAAA3333", "AAAA4444", "AAAA6666"]) await repository.add(job(id), {});
      await repository.update("AAAA4444", { state: "done", unnotified: true });
      await repository.update("AAAA3333", { state: "cancelled", unnotified: true });
      expect((await repository.unnotified()).map(({ id }) => id)).toEqual(["AAAA3333", "AAAA4444"]);
      await repository.update("AAAA3333", { unnotified: false });
      expect((await repository.unnotified()).map(({ id }) => id)).toEqual(["AAAA4444"]);
    });
  });
}
