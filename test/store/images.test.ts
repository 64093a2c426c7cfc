import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/store/images.js";
import { picture } from "../fakes/engine.js";
import { bytes, club, done, job, makeStore } from "./make.js";

const fileOf = (dir: string, content: Uint8Array) => join(dir, "images", sha256(content).slice(0, 2), sha256(content));
const files = (dir: string) =>
  readdirSync(join(dir, "images"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

describe("stored pictures", () => {
  it("are files named by their content, each kept once", async () => {
    const { store, dir } = makeStore();
    const [photo, other] = [await picture(10, 10), await picture(11, 10, "jpeg")];
    const [first, second] = [job({ pictures: ["image"] }), job({ pictures: ["image", "style"] })];
    await Promise.all([
      store.jobs.add(first, { image: photo }),
      store.jobs.add(second, { image: photo, style: other }),
    ]);
    expect(files(dir).sort()).toEqual([sha256(photo), sha256(other)].sort());
    expect(existsSync(fileOf(dir, photo))).toBe(true);
    expect(store.images.total()).toEqual({ images: 2, bytes: photo.byteLength + other.byteLength });
    expect(store.images.info(sha256(photo))).toEqual({
      sha: sha256(photo),
      type: "image/png",
      bytes: photo.byteLength,
    });
    expect(store.images.info(sha256(other))?.type).toBe("image/jpeg");
    expect(Buffer.from((await store.images.read(sha256(photo))) ?? []).equals(photo)).toBe(true);
  });

  it("go with the last that uses them: input, result or style", async () => {
    const { store, dir } = makeStore();
    const shared = bytes("shared");
    const [first, second] = [done({ pictures: ["image"] }), done()];
    await store.jobs.add(first, { image: shared });
    await store.jobs.add(second, {});
    await store.jobs.keepResult(second.id, { bytes: shared, type: "image/png" });
    const style = await store.styles.add(
      { ...club, name: "rust", emoji: "🍂", author: { id: "ann", name: "Ann" }, picture: { bytes: shared } },
      { perCommunity: 9, perPerson: 9 },
    );
    expect(store.jobs.remove([first.id])).toEqual({ images: 0, bytes: 0 });
    expect(files(dir)).toHaveLength(1);
    store.styles.remove([style.id]);
    expect(files(dir)).toHaveLength(1);
    expect(store.jobs.remove([second.id])).toEqual({ images: 1, bytes: shared.byteLength });
    expect(files(dir)).toEqual([]);
    expect(store.images.info(sha256(shared))).toBeUndefined();
    expect(await store.images.read(sha256(shared))).toBeUndefined();
  });

  it("leave no file of what was refused, be it by the disk or by the database", async () => {
    const { store, dir } = makeStore();
    const [small, large] = [bytes("small"), bytes("large")];
    const blocked = fileOf(dir, large);
    // A file where the folder should be.
    writeFileSync(dirname(blocked), "");
    const two = job({ pictures: ["image", "style"] });
    await expect(store.jobs.add(two, { image: small, style: large })).rejects.toMatchObject({ kind: "unwritable" });
    rmSync(dirname(blocked));
    const one = job({ pictures: ["image"] });
    await store.jobs.add(one, { image: large });
    await expect(store.jobs.add(one, { image: small })).rejects.toThrow(/a second job/);
    expect(files(dir)).toEqual([sha256(large)]);
  });

  it("do not go while the same picture is coming in", async () => {
    const { store, dir } = makeStore();
    const shared = bytes("shared");
    const [first, second] = [done({ pictures: ["image"] }), done({ pictures: ["image"] })];
    await store.jobs.add(first, { image: shared });
    const adding = store.jobs.add(second, { image: shared });
    store.jobs.remove([first.id]);
    await store.retention.apply({ days: 0, megabytes: 0 });
    await adding;
    expect(files(dir)).toHaveLength(1);
    expect(Buffer.from((await store.jobs.pictures(second.id))?.image ?? []).toString()).toBe("shared");
  });

  it("that are damaged are not used, are logged, and are mended when they come again", async () => {
    const lines: string[] = [];
    const { store, dir } = makeStore({
      logger: pino({ level: "error" }, { write: (line: string) => lines.push(line) }),
    });
    const content = bytes("content");
    const one = job({ pictures: ["image"] });
    await store.jobs.add(one, { image: content });
    writeFileSync(fileOf(dir, content), "contemt");
    expect(await store.jobs.pictures(one.id)).toBeUndefined();
    expect(lines.join()).toContain(sha256(content));
    await store.jobs.add(job({ pictures: ["image"] }), { image: content });
    expect(Buffer.from((await store.jobs.pictures(one.id))?.image ?? []).toString()).toBe("content");
  });

  it("that cannot be written leave no job behind", async () => {
    const { store, dir } = makeStore();
    const content = bytes("content");
    // A file where the folder of this picture belongs.
    writeFileSync(join(dir, "images", sha256(content).slice(0, 2)), "");
    const one = job({ pictures: ["image"] });
    await expect(store.jobs.add(one, { image: content })).rejects.toMatchObject({
      kind: "unwritable",
      message: expect.stringContaining(`${dir} cannot be written`),
    });
    expect(store.jobs.get(one.id)).toBeUndefined();
    rmSync(join(dir, "images", sha256(content).slice(0, 2)));
    await store.jobs.add(one, { image: content });
    expect(store.jobs.get(one.id)?.id).toBe(one.id);
  });

  it("that a refused style has brought go at once, those of a crash with the next clean-up", async () => {
    const { store, dir, clock } = makeStore();
    clock.now = Date.now();
    const limits = { perCommunity: 9, perPerson: 9 };
    const style = (content: string) => ({
      ...club,
      name: "rust",
      emoji: "🍂",
      author: { id: "ann", name: "Ann" },
      picture: { bytes: bytes(content) },
    });
    const results = await Promise.allSettled([
      store.styles.add(style("one"), limits),
      store.styles.add(style("two"), limits),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    // The folder is this process's alone, so what it is not writing is of one that has died, however lately.
    const half = join(dir, "images", "ab", ".half.part");
    mkdirSync(join(dir, "images", "ab"), { recursive: true });
    writeFileSync(half, "");
    expect(files(dir)).toHaveLength(2);
    expect((await store.retention.apply({ days: 0, megabytes: 0 })).strays).toBe(1);
    expect(existsSync(half)).toBe(false);
    const [left] = store.styles.list(club);
    expect(left && (await store.styles.picture(left))).toBeDefined();
    expect(files(dir)).toHaveLength(1);
  });

  it("have no names but those of their content", async () => {
    const { store } = makeStore();
    for (const name of ["../../etc/passwd", "", "A".repeat(64)])
      await expect(store.images.read(name)).rejects.toThrow("not a SHA-256");
  });
});
