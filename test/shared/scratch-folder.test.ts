import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { openScratchFolder } from "../../src/shared/scratch-folder.js";
import { newFolder } from "../support/new-folder.js";
import { waitFor } from "../support/wait-for.js";

function work(): string {
  const folder = newFolder();
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return folder;
}

const machine = hostname().replace(/\W/g, "").slice(0, 40);
/** A folder with a film's frames in it, as a program leaves it that is killed. */
function left(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "frames.rgb"), "frames");
  return name;
}

it("is where a process writes, and goes with it", async () => {
  const folder = work();
  const scratch = openScratchFolder("engine");
  const { pid, stdout } = spawnSync(process.execPath, ["-p", "os.tmpdir()"], {
    env: { ...process.env, ...scratch.environment },
    encoding: "utf8",
  });
  expect(pid).toBeGreaterThan(0);
  expect(stdout.trim()).toBe(scratch.path);
  writeFileSync(join(scratch.path, "frames.rgb"), "frames");
  await scratch.remove();
  expect(readdirSync(folder)).toEqual([]);
});

it("is none where nothing can be written: who writes nothing works all the same", async () => {
  const folder = work();
  vi.stubEnv("TMPDIR", join(folder, "nowhere"));
  const scratch = openScratchFolder("engine");
  expect(scratch.environment).toEqual({});
  await scratch.remove();
  expect(readdirSync(folder)).toEqual([]);
});

it("takes away those of programs that were killed, and of no other", async () => {
  const folder = work();
  const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
  const gone = [
    left(folder, `dreamloom-engine-${machine}-${dead}-aBc`),
    left(folder, `dreamloom-images-${machine}-${dead}-aBc`),
    // Of a program before this one with this one's number, as in a container that starts again.
    left(folder, `dreamloom-engine-${machine}-${process.pid}-old`),
  ];
  const started = Date.now() / 1000 - process.uptime();
  utimesSync(join(folder, gone[2] ?? ""), started - 60, started - 60);
  const kept = [
    left(folder, `dreamloom-engine-${machine}-${process.ppid}-aBc`),
    left(folder, `dreamloom-engine-${machine}-${process.pid}-own`),
    // Another container's, whose numbers mean other processes.
    left(folder, `dreamloom-engine-elsewhere-${dead}-aBc`),
    left(folder, `dreamloom-models-${dead}-aBc`),
  ];
  const scratch = openScratchFolder("engine");
  await waitFor(() => expect(gone.filter((name) => existsSync(join(folder, name)))).toEqual([]));
  expect(kept.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
  await scratch.remove();
});
