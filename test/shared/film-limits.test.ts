/** The limits under which strangers' films are read: real films that ask for more, and programs that go beyond. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { filmFacts, filmFrames, filmSound } from "../../src/shared/films/film-file.js";
import { runLimited } from "../../src/shared/films/limited.js";
import { ImageProcess } from "../../src/shared/image-process.js";
import { movie, NO_FILMS, remade, streamsOf, WITH_FILMS } from "../support/movie.js";
import { newFolder } from "../support/new-folder.js";

/** What `ffprobe` and `ffmpeg` are from now on: scripts in place of the real ones. */
function inPlace(scripts: Readonly<Partial<Record<"ffprobe" | "ffmpeg", string>>>): string {
  const folder = newFolder();
  for (const [name, script] of Object.entries(scripts))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return folder;
}

/** Processes that run with this among their arguments. */
function running(argument: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(argument);
    } catch {
      return false;
    }
  });
}

async function secondsOf(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work;
  return (performance.now() - begun) / 1000;
}

const folder = tmpdir();
const film = Buffer.from(`\0\0\0\x18ftypisom\0\0\0\0isomiso2${"\0".repeat(100)}`, "latin1");

describe.skipIf(NO_FILMS)(`a program that reads a stranger's film${WITH_FILMS}`, () => {
  it("has limits of memory, processor, files and what it writes, and none of the program's secrets", async () => {
    inPlace({ ffprobe: "cat /proc/self/limits; env" });
    vi.stubEnv("DISCORD_TOKEN", "a-secret");
    const said = (await runLimited("ffprobe", [], { folder, mostOutput: 10_000, mostWritten: 4_096 })).toString();
    const limit = (name: string) => new RegExp(`^${name} +(\\d+) +(\\d+) `, "m").exec(said)?.slice(1).map(Number);
    expect(limit("Max address space")).toEqual([2e9, 2e9]);
    expect(limit("Max cpu time")).toEqual([30, 30]);
    expect(limit("Max open files")).toEqual([64, 64]);
    expect(limit("Max file size")).toEqual([4_096, 4_096]);
    expect(limit("Max core file size")).toEqual([0, 0]);
    expect(said).toContain("PATH=");
    expect(said).not.toContain("a-secret");
  });

  it("gets no more memory", async () => {
    inPlace({ ffprobe: "exec dd if=/dev/zero of=/dev/null bs=3000000000 count=1" });
    await expect(runLimited("ffprobe", [], { folder, mostOutput: 10_000 })).rejects.toThrow(/memory|allocate/i);
  });

  it("gets no more time, and is gone then", async () => {
    inPlace({ ffprobe: "exec sleep 600.14" });
    const seconds = await secondsOf(
      expect(runLimited("ffprobe", [], { folder, mostOutput: 10_000 })).rejects.toThrow("SIGKILL"),
    );
    // Less than the process that opens pictures gives a file.
    expect(seconds).toBeGreaterThan(15);
    expect(seconds).toBeLessThan(20);
    expect(running("600.14")).toEqual([]);
  });

  it("says no more, and writes no more to a file", async () => {
    inPlace({ ffprobe: "exec cat /dev/zero", ffmpeg: 'exec dd if=/dev/zero of="$1" bs=1000000 count=60' });
    const options = { folder, mostOutput: 1_000_000 };
    const seconds = await secondsOf(expect(runLimited("ffprobe", [], options)).rejects.toThrow("SIGKILL"));
    expect(seconds).toBeLessThan(10);
    const out = join(newFolder(), "out");
    await expect(runLimited("ffmpeg", [out], { ...options, mostWritten: 5_000_000 })).rejects.toThrow();
    expect(statSync(out).size).toBe(5_000_000);
  });

  it("ends with the process that has begun it, and leaves no file, where several together take too long", async () => {
    // Each within its own time, both beyond a file's.
    inPlace({ ffprobe: "sleep 600.15", ffmpeg: "exec sleep 600.15" });
    const work = newFolder();
    vi.stubEnv("TMPDIR", work);
    const images = new ImageProcess({ logger: pino({ level: "silent" }), milliseconds: 5_000 });
    onTestFinished(() => images.close());
    const admitted = images.run("admit", film, { name: "a.mp4", maxPixels: 1e6 });
    const refused = expect(admitted).rejects.toMatchObject({ identifier: "image.too-costly" });
    await expect.poll(() => running("600.15").length).toBe(1);
    // It is a file in a folder of the process's own.
    const [own = ""] = readdirSync(work);
    expect(readdirSync(join(work, own)).filter((name) => name.startsWith("dreamloom-film-"))).toHaveLength(1);
    await refused;
    await expect.poll(() => running("600.15")).toEqual([]);
    await expect.poll(() => existsSync(join(work, own))).toBe(false);
  });

  it("ends where the whole program is killed, and leaves no file", async () => {
    inPlace({ ffprobe: "exec sleep 600.16" });
    const work = newFolder();
    const { href } = new URL("../../src/shared/image-process.ts", import.meta.url);
    const script = `
      const { ImageProcess } = await import(${JSON.stringify(href)});
      const images = new ImageProcess({ logger: { warn() {}, error() {} } });
      const film = Buffer.from(${JSON.stringify(film.toString("base64"))}, "base64");
      await images.run("admit", film, { name: "a.mp4", maxPixels: 1e6 });
    `;
    const env = { ...process.env, TMPDIR: work };
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const program = spawn(process.execPath, args, { env, stdio: "ignore" });
    onTestFinished(() => void program.kill("SIGKILL"));
    await expect.poll(() => running("600.16").length).toBe(1);
    program.kill("SIGKILL");
    await expect.poll(() => running("600.16")).toEqual([]);
    await expect.poll(() => readdirSync(work).filter((name) => name.startsWith("dreamloom-"))).toEqual([]);
  });
});

describe.skipIf(NO_FILMS)(`a stranger's film${WITH_FILMS}`, () => {
  const wanted = { width: 64, height: 48, framesPerSecond: 10, every: 1 };

  it("whose frames become larger than its header says gives none of those", async () => {
    const grown = await grows();
    const whole = await filmFrames(await movie({ seconds: 2, extension: "webm", coding: VP8 }), {
      ...wanted,
      count: 20,
    });
    expect(whole).toHaveLength(20);
    expect((await filmFacts(grown)).width).toBe(64);
    const frames = await filmFrames(grown, { ...wanted, count: 20 }).catch(() => []);
    expect(frames.length).toBeLessThanOrEqual(12);
  });

  it("gives so many frames at most, however many it has, and as many a second as are shown", async () => {
    const long = await movie({ seconds: 20, rate: 50 });
    expect(await filmFrames(long, { ...wanted, framesPerSecond: 50, count: 7 })).toHaveLength(7);
    const fast = await movie({ rate: 240, seconds: 1 });
    expect((await filmFacts(fast)).framesPerSecond).toBe(60);
  });

  it("has its sound taken for as long as is asked for, and no longer", async () => {
    const tone = await movie({ seconds: 300, rate: 1, sound: true });
    const sound = await filmSound(tone, 2);
    expect(sound.byteLength).toBeGreaterThan(1_000);
    expect(sound.byteLength).toBeLessThan(2 * 40_000);
    const [{ seconds = 0 } = {}] = await streamsOf(await bareSound(sound));
    expect(seconds).toBeLessThan(2.2);
  });
});

const VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"];

/** A WebM file of ten small frames, as its header says, and then of ten of 16 megapixels. */
async function grows(): Promise<Uint8Array> {
  const part = (size: string) => movie({ size, drawn: "color", coding: VP8, extension: "ivf" });
  const [small, large] = await Promise.all([part("64x48"), part("4096x4000")]);
  // A file's header, then frames with their lengths and times.
  const HEADER = 32;
  const later = Buffer.from(large.subarray(HEADER));
  for (let at = 0, frame = 10; at < later.length; frame++) {
    later.writeUInt32LE(frame, at + 4);
    at += 12 + later.readUInt32LE(at);
  }
  return remade(Buffer.concat([small, later]), ["-f", "ivf", "-i", "FROM", "-c", "copy"], "webm");
}

/** In a container that tells its length. */
function bareSound(sound: Uint8Array): Promise<Uint8Array> {
  return remade(sound, ["-f", "aac", "-i", "FROM", "-c", "copy"], "mp4");
}
