import { describe, expect, it } from "vitest";
import type { Job, JobMessage } from "../../src/queue/job.js";
import type { Journal } from "../../src/queue/job-repository.js";

const club = { platform: "fake", community: "club" };
const art = { ...club, channel: "art" };
const at = (id: string, place: JobMessage["place"] = art): JobMessage => ({ id, place });

function job(id: string, more: Partial<Job> = {}): Job {
  return {
    ...{
      id,
      place: art,
      author: { id: "ann", name: "Ann" },
      recipe: "dream",
      params: { size: 512, layers: ["a", "b"] },
    },
    ...{ pictures: [], work: 2.5, pace: "dream resnet50", priority: 0, state: "waiting", attempts: 0, createdAt: 1000 },
    messages: { frames: [] },
    ...more,
  };
}

/**
 * What every journal promises.
 *
 * @param open A new, empty journal.
 */
export function journalContract(name: string, open: () => Journal): void {
  describe(name, () => {
    it("gives a job back as it came, with its pictures", async () => {
      const journal = open();
      const full = job("AAAA3333", {
        pictures: ["image", "style"],
        place: { ...art, thread: "t" },
        from: "CCCC3333",
        priority: 3,
        megabytes: 700,
      });
      const pictures = { image: new Uint8Array([1, 2]), style: new Uint8Array([3]) };
      await journal.add(full, pictures);
      expect(await journal.get("AAAA3333")).toMatchObject(full);
      const kept = await journal.pictures("AAAA3333");
      expect(Object.entries(kept ?? {}).map(([role, bytes]) => [role, [...bytes]])).toEqual([
        ["image", [1, 2]],
        ["style", [3]],
      ]);
      await journal.add(job("DDDD3333"), {});
      expect(await journal.pictures("DDDD3333")).toEqual({});
    });

    it("keeps every change, and leaves the rest as it was", async () => {
      const journal = open();
      await journal.add(job("AAAA3333"), {});
      await journal.update("AAAA3333", { state: "running", attempts: 1, startedAt: 2000 });
      const messages = { announcement: at("1"), thread: { ...art, thread: "1" }, frames: [at("2")] };
      await journal.update("AAAA3333", { messages });
      expect(await journal.get("AAAA3333")).toMatchObject({
        state: "running",
        attempts: 1,
        startedAt: 2000,
        messages,
        createdAt: 1000,
      });
      const result = { width: 1, height: 2, seconds: 3, network: "n", runtime: "r", seed: 4, params: { a: [1] } };
      await journal.update("AAAA3333", { state: "done", finishedAt: 3000, result });
      expect(await journal.get("AAAA3333")).toMatchObject({ state: "done", finishedAt: 3000, result, messages });
      const failure = { kind: "time", message: "Too long." };
      await journal.update("AAAA3333", { state: "failed", failure });
      expect(await journal.get("AAAA3333")).toMatchObject({ state: "failed", failure });
    });

    it("tells whose jobs came since a time", async () => {
      const journal = open();
      const night = { ...club, channel: "night" };
      await journal.add(job("AAAA3333", { createdAt: 1000 }), {});
      await journal.add(job("BBBB3333", { createdAt: 2000, place: night }), {});
      await journal.add(job("CCCC3333", { createdAt: 3000, state: "done" }), {});
      const since = (await journal.since(2000)).map(({ place, author, createdAt }) => [
        place.channel,
        author.id,
        createdAt,
      ]);
      expect(since).toEqual([
        ["night", "ann", 2000],
        ["art", "ann", 3000],
      ]);
    });

    it("passes over jobs that it does not keep", async () => {
      const journal = open();
      await journal.update("AAAA3333", { state: "done" });
      await journal.keepResult("AAAA3333", { bytes: new Uint8Array([1]), type: "image/png" });
      expect(await journal.get("AAAA3333")).toBeUndefined();
      expect(await journal.pictures("AAAA3333")).toBeUndefined();
      expect(await journal.result("AAAA3333")).toBeUndefined();
      expect(await journal.ofMessage(at("1"))).toBeUndefined();
    });

    it("refuses a second job with the same id and keeps the first", async () => {
      const journal = open();
      await journal.add(job("AAAA3333", { recipe: "dream" }), {});
      await expect(journal.add(job("AAAA3333", { recipe: "other" }), {})).rejects.toThrow(
        "There already is a job AAAA3333.",
      );
      expect((await journal.get("AAAA3333"))?.recipe).toBe("dream");
    });

    it("finds jobs by the beginning of their id, newest first, inside one community", async () => {
      const journal = open();
      await journal.add(job("AAAA3333"), {});
      await journal.add(job("AAAA4444", { createdAt: 1001 }), {});
      await journal.add(job("AAAC3333"), {});
      await journal.add(job("AAAA6666", { place: { ...art, community: "other" } }), {});
      const ids = async (prefix: string, community = "club") =>
        (await journal.find({ ...club, community, prefix })).map(({ id }) => id);
      expect(await ids("AAAA")).toEqual(["AAAA4444", "AAAA3333"]);
      expect(await ids("AAAA3333")).toEqual(["AAAA3333"]);
      expect(await ids("AAAD")).toEqual([]);
      expect(await ids("AAAA", "other")).toEqual(["AAAA6666"]);
      for (let index = 0; index < 12; index++)
        await journal.add(job(`XXXX33${String(index + 10)}`, { createdAt: 2000 + index }), {});
      expect(await ids("XXXX")).toHaveLength(10);
    });

    it("knows a person's newest job in a community, also of two in one millisecond", async () => {
      const journal = open();
      await journal.add(job("AAAA3333"), {});
      await journal.add(job("AAAA4444"), {});
      await journal.add(job("AAAA6666", { author: { id: "bob", name: "Bob" }, createdAt: 1005 }), {});
      await journal.add(job("AAAA7777", { place: { ...art, community: "other" }, createdAt: 1006 }), {});
      expect((await journal.latest({ ...club, author: "ann" }))?.id).toBe("AAAA4444");
      expect((await journal.latest({ ...club, author: "bob" }))?.id).toBe("AAAA6666");
      expect(await journal.latest({ ...club, author: "cat" })).toBeUndefined();
    });

    it("finds the job of each of its messages, whatever thread they are in, also of those that were replaced", async () => {
      const journal = open();
      const thread = { ...art, thread: "1" };
      await journal.add(job("AAAA3333"), {});
      await journal.add(job("AAAA4444", { messages: { announcement: at("9"), frames: [] } }), {});
      await journal.update("AAAA3333", {
        messages: { announcement: at("1"), progress: at("2", thread), frames: [at("3", thread)] },
      });
      await journal.update("AAAA3333", { messages: { announcement: at("1"), frames: [], final: at("4", thread) } });
      for (const id of ["1", "2", "3", "4"]) expect((await journal.ofMessage(at(id)))?.id, id).toBe("AAAA3333");
      expect((await journal.ofMessage(at("4", thread)))?.id).toBe("AAAA3333");
      expect((await journal.ofMessage(at("9")))?.id).toBe("AAAA4444");
      expect(await journal.ofMessage(at("5"))).toBeUndefined();
      expect(await journal.ofMessage(at("1", { ...art, channel: "other" }))).toBeUndefined();
      expect(await journal.ofMessage(at("1", { ...art, platform: "other" }))).toBeUndefined();
    });

    it("keeps result pictures", async () => {
      const journal = open();
      await journal.add(job("AAAA3333", { pictures: ["image"] }), { image: new Uint8Array([1]) });
      expect(await journal.result("AAAA3333")).toBeUndefined();
      await journal.keepResult("AAAA3333", { bytes: new Uint8Array([7, 8]), type: "image/webp" });
      const result = await journal.result("AAAA3333");
      expect([result?.type, [...(result?.bytes ?? [])]]).toEqual(["image/webp", [7, 8]]);
    });

    it("tells which jobs are unfinished, oldest first", async () => {
      const journal = open();
      for (const id of ["AAAA3333", "AAAA4444", "AAAA6666", "AAAA7777"]) await journal.add(job(id), {});
      await journal.update("AAAA4444", { state: "done" });
      await journal.update("AAAA6666", { state: "running" });
      await journal.update("AAAA7777", { state: "cancelled" });
      expect((await journal.unfinished()).map(({ id }) => id)).toEqual(["AAAA3333", "AAAA6666"]);
    });

    it("keeps an unfinished job's newest checkpoint until the job ends", async () => {
      const journal = open();
      await journal.add(job("AAAA3333"), {});
      expect(await journal.checkpoint("AAAA3333")).toBeUndefined();
      await journal.keepCheckpoint("AAAA3333", { octave: 1, state: new Uint8Array([1]) });
      await journal.keepCheckpoint("AAAA3333", { octave: 2, state: new Uint8Array([2, 3]) });
      const kept = await journal.checkpoint("AAAA3333");
      expect([kept?.octave, [...(kept?.state ?? [])]]).toEqual([2, [2, 3]]);
      await journal.update("AAAA3333", { state: "running", attempts: 2 });
      expect((await journal.checkpoint("AAAA3333"))?.octave).toBe(2);
      await journal.update("AAAA3333", { state: "done", finishedAt: 5 });
      expect(await journal.checkpoint("AAAA3333")).toBeUndefined();
      await journal.keepCheckpoint("AAAA3333", { octave: 3, state: new Uint8Array([4]) });
      await journal.keepCheckpoint("XXXX3333", { octave: 3, state: new Uint8Array([4]) });
      expect(await journal.checkpoint("AAAA3333")).toBeUndefined();
    });

    it("tells which jobs ended without anybody having been told", async () => {
      const journal = open();
      for (const id of ["AAAA3333", "AAAA4444", "AAAA6666"]) await journal.add(job(id), {});
      await journal.update("AAAA4444", { state: "done", owed: true });
      await journal.update("AAAA3333", { state: "cancelled", owed: true });
      expect((await journal.owed()).map(({ id }) => id)).toEqual(["AAAA3333", "AAAA4444"]);
      await journal.update("AAAA3333", { owed: false });
      expect((await journal.owed()).map(({ id }) => id)).toEqual(["AAAA4444"]);
    });
  });
}
