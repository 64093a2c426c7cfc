/**
 * Database files that a disk has damaged: bits flipped, pages emptied, mixed up and filled with noise, files cut. Each
 * of the two is refused in a sentence that names it, or gives all rows back that were acknowledged, and ends no
 * program. SQLite keeps no checksums: a letter that flips within a text is another letter, which is counted and breaks
 * no promise.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Random, randomInteger } from "../../src/engine/images/random.js";
import { newFolder } from "../support/new-folder.js";
import type { Attack, Note } from "./attack.js";
import { noise, pick } from "./generate.js";
import type { ReadAnswer } from "./read-store.js";
import { STORED_FILES, type StoredFile } from "./stored-files.js";

const PAGE = 4096;

interface Original {
  readonly stored: StoredFile;
  readonly bytes: Buffer;
  readonly rows: ReadonlyMap<string, string>;
}

export const stores: Attack = {
  name: "stores",
  count: 2_000,
  atOnce: 1,
  mostGrowth: 150,
  async open() {
    const folder = newFolder();
    const originals: Original[] = [];
    for (const stored of STORED_FILES) {
      const own = join(folder, "originals");
      await stored.write(own);
      originals.push({ stored, bytes: readFileSync(join(own, stored.name)), rows: await stored.read(own) });
    }
    const reader = new Reader();
    return {
      get pid() {
        return reader.pid;
      },
      async close() {
        reader.end();
      },
      async attempt(next, note) {
        const { stored, bytes, rows } = pick(next, originals);
        const own = newFolder();
        const { what, file } = damaged(next, bytes);
        writeFileSync(join(own, stored.name), file);
        const answer = await reader.read(stored.name, own);
        judge(answer, { path: join(own, stored.name), what, rows, note });
        rmSync(own, { recursive: true });
      },
    };
  },
};

interface Looked {
  readonly path: string;
  readonly what: string;
  readonly rows: ReadonlyMap<string, string>;
  readonly note: Note;
}

function judge(answer: ReadAnswer, { path, what, rows, note }: Looked): void {
  const broke = (promise: string, about: unknown) => note.broke(promise, { path, what, about });
  if ("died" in answer) broke("a damaged file ends no program", answer.died);
  else if ("error" in answer) broke("a damaged file is refused in a sentence", answer.error);
  else if ("refused" in answer) {
    note.answered(`refused: ${answer.refused}`);
    if (!answer.sentence.includes(path)) broke("the sentence names the file", answer.sentence);
  } else {
    const found = new Map(answer.rows);
    const missing = [...rows.keys()].filter((name) => !found.has(name));
    const more = [...found.keys()].filter((name) => !rows.has(name));
    const isAltered = [...rows].some(([name, text]) => found.get(name) !== text);
    if (missing.length + more.length > 0) broke("no row is missing without a word", { missing, more });
    else note.answered(isAltered ? "another letter" : "all rows");
  }
}

/** A process that reads damaged files; another takes its place where one has ended it. */
class Reader {
  #child: ChildProcess | undefined;

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async read(name: string, folder: string): Promise<ReadAnswer> {
    const child = this.#child ?? this.#start();
    child.send({ name, folder });
    const over = new AbortController();
    const told = once(child, "message", { signal: over.signal }).then(([answer]) => answer as ReadAnswer);
    const died = once(child, "exit", { signal: over.signal }).then(([code, signal]): ReadAnswer => {
      this.#child = undefined;
      return { died: String(code ?? signal) };
    });
    // The other one is no longer waited for.
    for (const either of [told, died]) either.catch(() => undefined);
    return Promise.race([told, died]).finally(() => over.abort());
  }

  end(): void {
    this.#child?.kill();
  }

  #start(): ChildProcess {
    const script = fileURLToPath(new URL("./read-store.ts", import.meta.url));
    // What a native part says when it ends the process is of no use here.
    this.#child = fork(script, { execArgv: ["--import", "tsx"], stdio: ["ignore", "inherit", "ignore", "ipc"] });
    return this.#child;
  }
}

function damaged(next: Random, bytes: Buffer): { readonly what: string; readonly file: Buffer } {
  const file = Buffer.from(bytes);
  const pages = Math.floor(file.length / PAGE);
  const page = () => PAGE * randomInteger(next, 0, pages - 1);
  const [at, from] = [page(), page()];
  const flips = randomInteger(next, 1, 12);
  const flip = (start: number, length: number) => {
    for (let left = flips; left > 0; left--) {
      const place = start + Math.floor(next() * length);
      file[place] = (file[place] ?? 0) ^ (1 << randomInteger(next, 0, 7));
    }
    return file;
  };
  const put = (content: Buffer) => {
    content.copy(file, at);
    return file;
  };
  const ways: readonly (readonly [what: string, damage: () => Buffer])[] = [
    ["bits anywhere", () => flip(0, file.length)],
    ["bits of a page's head", () => flip(at, 40)],
    ["bits of the file's head", () => flip(0, 100)],
    ["an empty sector", () => file.fill(0, at, at + 512)],
    ["an empty page", () => file.fill(0, at, at + PAGE)],
    ["noise", () => put(noise(next, 512))],
    ["a page in another's place", () => put(bytes.subarray(from, from + PAGE))],
    // An empty file is a new one.
    ["cut", () => file.subarray(0, randomInteger(next, 1, file.length - 1))],
    ["cut at a page", () => file.subarray(0, Math.max(PAGE, at))],
    ["longer", () => Buffer.concat([file, noise(next, randomInteger(next, 1, 5_000))])],
  ];
  const [what, damage] = pick(next, ways);
  return { what: `${what} at ${at}`, file: damage() };
}
