import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { StoreError, storeError } from "../../src/shared/store-error.js";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";
import { job, makeStore } from "./make.js";

function failure(open: () => unknown): StoreError {
  try {
    open();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("The store was opened.");
}

describe("opening the store", () => {
  it("makes the folder and keeps what is written for the next time", async () => {
    const dir = join(newFolder(), "deep", "er");
    const first = openStore({ dir });
    await first.jobs.add(job({ id: "KEPT3333" }), {});
    await Promise.all([first.close(), first.close()]);
    expect(makeStore({ dir }).store.jobs.get("KEPT3333")?.author).toEqual({ id: "ann", name: "Ann" });
  });

  it("waits for pictures that are being written before it closes", async () => {
    const dir = newFolder();
    const first = openStore({ dir });
    const adding = first.jobs.add(job({ id: "KEPT3333", pictures: ["image"] }), {
      image: new Uint8Array(500_000).fill(7),
    });
    await first.close();
    await adding;
    const next = makeStore({ dir }).store;
    expect((await next.jobs.pictures("KEPT3333"))?.image?.byteLength).toBe(500_000);
  });

  it("leaves one complete file when it is closed", async () => {
    const dir = newFolder();
    const store = openStore({ dir });
    await store.jobs.add(job({ id: "KEPT3333" }), {});
    await store.close();
    const log = join(dir, "dreamloom.sqlite-wal");
    expect(existsSync(log) ? statSync(log).size : 0).toBe(0);
    writeFileSync(join(dir, "copy.sqlite"), readFileSync(join(dir, "dreamloom.sqlite")));
    const copy = new Libsql(join(dir, "copy.sqlite"));
    expect(copy.prepare("SELECT id FROM job").all()).toMatchObject([{ id: "KEPT3333" }]);
    copy.close();
  });

  it("lets others read the file meanwhile, for a backup", async () => {
    const { store, dir } = makeStore();
    await store.jobs.add(job({ id: "KEPT3333" }), {});
    const reader = new Libsql(join(dir, "dreamloom.sqlite"));
    expect(reader.prepare("SELECT id FROM job").all()).toMatchObject([{ id: "KEPT3333" }]);
    reader.close();
  });

  it("is refused to a second program until the first has ended, however it ends", () => {
    const dir = newFolder();
    // A process that opens the store and is killed with it open.
    const script = `
      import { openStore } from "./src/store/open.ts";
      openStore({ dir: process.argv[1] });
      try { openStore({ dir: process.argv[1], busyMs: 20 }); } catch (error) { console.log(error.kind + ": " + error.message); }
      process.kill(process.pid, "SIGKILL");`;
    const said = (() => {
      try {
        return execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script, dir], {
          encoding: "utf8",
        });
      } catch (error) {
        return String((error as { stdout: string }).stdout);
      }
    })();
    expect(said.trim()).toBe(
      `in-use: Another Dreamloom is using the data folder ${dir}: stop it, or name another folder in data.dir or DATA_DIR.`,
    );
    expect(makeStore({ dir }).store.jobs.unfinished()).toEqual([]);
  });

  it("says what would help when the folder is a file", () => {
    const path = join(newFolder(), "file");
    writeFileSync(path, "");
    const error = failure(() => openStore({ dir: path }));
    expect(error.kind).toBe("unwritable");
    expect(error.message).toMatch(
      /^\/.*\/file\S* cannot be written \(E\w+\): make it writable, or name another folder in data\.dir or DATA_DIR\.$/,
    );
  });

  // Nothing is forbidden to root.
  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
    "says what would help when the folder is read-only",
    () => {
      const dir = newFolder();
      chmodSync(dir, 0o500);
      expect(failure(() => openStore({ dir })).kind).toBe("unwritable");
      chmodSync(dir, 0o700);
    },
  );

  it("says what would help when the database cannot be opened", () => {
    const dir = newFolder();
    mkdirSync(join(dir, "dreamloom.sqlite"));
    const error = failure(() => openStore({ dir, busyMs: 20 }));
    expect([error.kind, error.message]).toEqual([
      "unwritable",
      expect.stringContaining(`${join(dir, "dreamloom.sqlite")} cannot be written (SQLITE_CANTOPEN)`),
    ]);
  });

  it("says whose the folder is when that is somebody else, as a volume's whose container has another user now", () => {
    const dir = newFolder();
    mkdirSync(join(dir, "dreamloom.sqlite"));
    if (process.getuid?.() === 0) chownSync(join(dir, "dreamloom.sqlite"), 4321, 0);
    const owner = statSync(join(dir, "dreamloom.sqlite")).uid;
    const open = () => openStore({ dir, busyMs: 20 });
    const getuid = vi.spyOn(process, "getuid").mockReturnValue(owner + 1);
    onTestFinished(() => getuid.mockRestore());
    expect([failure(open).kind, failure(open).message]).toEqual([
      "unwritable",
      `${join(dir, "dreamloom.sqlite")} belongs to user ${owner}, and Dreamloom runs as user ${owner + 1}: run it as ` +
        `user ${owner}, or give user ${owner + 1} the whole folder (chown -R).`,
    ]);
  });

  it("says what would help when the database is damaged, and releases the folder", () => {
    const dir = newFolder();
    writeFileSync(
      join(dir, "dreamloom.sqlite"),
      "This is no database, although it is long enough to be one.".repeat(100),
    );
    const open = () => openStore({ dir, busyMs: 20 });
    expect([failure(open).kind, failure(open).message]).toEqual([
      "damaged",
      `The database ${join(dir, "dreamloom.sqlite")} is damaged: restore a copy of it (docs/operating.md, "Backup"), ` +
        "or move it away to start with an empty one.",
    ]);
  });
});

describe("a full disk", () => {
  it("is a sentence wherever it is noticed", () => {
    const noSpace = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    });
    const full = new Libsql.SqliteError("database or disk is full", "SQLITE_FULL");
    for (const cause of [noSpace, full, new Error("Failed query", { cause: full })]) {
      const error = storeError(cause, "/data");
      expect(error).toBeInstanceOf(StoreError);
      expect((error as StoreError).message).toBe(
        "There is no space left for /data: free some, or lower retention.megabytes.",
      );
      expect((error as StoreError).cause).toBe(cause);
    }
    const other = new Error("something else");
    expect(storeError(other, "/data")).toBe(other);
    // A disk that fails, one across the network that has gone, and too many open files.
    for (const code of ["EIO", "ESTALE", "EMFILE"])
      expect(storeError(Object.assign(other, { code }), "/data")).toMatchObject({ kind: "unwritable" });
  });
});
