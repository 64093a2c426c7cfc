/**
 * A process of its own in which strangers' image files are opened. A decoder that dies, hangs, or takes gigabytes takes
 * nothing with it but the file that made it do so.
 */
import type { ChildProcess, ForkOptions } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import PQueue from "p-queue";
import type { Logger } from "pino";
import { type Deferred, deferred } from "./async.js";
import { forked } from "./forked.js";
import { IMAGE_TASKS, type ImageTask, type ImageTasks } from "./image-tasks.js";
import { PictureError } from "./inspect-image.js";
import { openScratchFolder } from "./scratch-folder.js";
import { withoutSecrets } from "./secrets.js";
import type { Relayed } from "./sentences/sentence-error.js";

/**
 * What the process is told, and what it answers. The file itself comes by {@link FILES}, in the order of these: a
 * message between processes is copied several times over.
 */
export interface ImageOrder {
  readonly id: number;
  readonly task: ImageTask;
  /** Of the file, in bytes. */
  readonly length: number;
  readonly options: unknown;
}
export type ImageAnswer = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly refused: Relayed }
  | { readonly failed: string }
);

type OptionsOf<T extends ImageTask> = Parameters<ImageTasks[T]>[1];
type ResultOf<T extends ImageTask> = Awaited<ReturnType<ImageTasks[T]>>;

export interface ImageProcessOptions {
  readonly logger: Logger;
  /** A task that takes longer ends with the process. */
  readonly milliseconds?: number;
  /** Resident memory of the process, in bytes; a task that needs more ends with it. */
  readonly memoryBytes?: number;
  /** The script that the process runs; its own unless given. */
  readonly worker?: string;
}

/** The process's descriptor from which it reads files. */
export const FILES = 4;
/** 50 megapixels of AVIF take 1 GB and 9 s on a busy core. */
const MILLISECONDS = 20_000;
const MEMORY_BYTES = 1_600_000_000;
/** How often its memory is looked at while it works, in milliseconds. */
const LOOK_MS = 100;
/** A second file is opened while a slow one keeps the process busy. */
const AT_ONCE = 2;
/** Files that wait, and their bytes; more are refused. */
const MOST_WAITING = 128;
const MOST_WAITING_BYTES = 640e6;

interface Task {
  readonly task: ImageTask;
  readonly bytes: Uint8Array;
  readonly options: unknown;
}

interface Pending {
  readonly answer: Deferred<ImageAnswer>;
  readonly name: string;
  readonly since: number;
}

export class ImageProcess {
  #child: ChildProcess | undefined;
  /** Of the files that are open or wait. */
  #bytes = 0;
  #closed = false;
  #nextId = 1;
  /** Given to the process, and not answered. */
  readonly #pending = new Map<number, Pending>();
  readonly #queue = new PQueue({ concurrency: AT_ONCE });
  #watch: NodeJS.Timeout | undefined;
  /** Resolves when the latest process has ended. */
  #ended: Promise<void> = Promise.resolve();
  /** Resolves when nothing is left of the processes that have ended. */
  #cleared: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ImageProcessOptions) {}

  /** While there is one, for operators and tests. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Does a task with a file.
   * @throws PictureError for what cannot be used, and for files that take too much time or memory
   */
  async run<T extends ImageTask>(task: T, bytes: Uint8Array, options: OptionsOf<T>): Promise<ResultOf<T>> {
    const { name } = options;
    const isFull = this.#queue.size >= MOST_WAITING || this.#bytes + bytes.byteLength > MOST_WAITING_BYTES;
    if (this.#closed || isFull) throw new PictureError("image.busy", { name });
    this.#bytes += bytes.byteLength;
    const answer = await this.#answer({ task, bytes, options }, name).finally(() => {
      this.#bytes -= bytes.byteLength;
    });
    if ("result" in answer) return answer.result as ResultOf<T>;
    if ("refused" in answer) throw new PictureError(answer.refused);
    throw new PictureError("image.unreadable", { name }, { cause: new Error(answer.failed) });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    const child = this.#child;
    if (child) {
      child.ref();
      child.kill("SIGKILL");
      await this.#ended;
    }
    await this.#cleared;
  }

  /** Files of which one has ended the process are tried again one by one: so the right one is refused. */
  async #answer(order: Task, name: string): Promise<ImageAnswer> {
    for (let priority = 0; ; priority = 1) {
      try {
        return await this.#queue.add(() => this.#ask(order, name), { priority });
      } catch (error) {
        if (!(error instanceof Suspected)) throw error;
        this.#queue.concurrency = 1;
      } finally {
        if (priority === 1) this.#queue.concurrency = AT_ONCE;
      }
    }
  }

  async #ask({ task, bytes, options }: Task, name: string): Promise<ImageAnswer> {
    if (this.#closed) throw new PictureError("image.busy", { name });
    const child = this.#child ?? this.#start();
    const id = this.#nextId++;
    const pending = { answer: deferred<ImageAnswer>(), name, since: performance.now() };
    this.#pending.set(id, pending);
    this.#keepAlive(child);
    const order: ImageOrder = { id, task, length: bytes.byteLength, options };
    // One that could not be started ends by itself.
    if (child.connected) child.send(order, (error) => error && this.#end(child, "it took no order"));
    if (bytes.byteLength > 0) filesOf(child)?.write(bytes);
    try {
      return await pending.answer.promise;
    } finally {
      this.#pending.delete(id);
      this.#keepAlive(child);
    }
  }

  /** The program does not end while a file is open; an idle process does not keep it from ending. */
  #keepAlive(child: ChildProcess): void {
    const change = this.#pending.size > 0 ? "ref" : "unref";
    child[change]();
    child.channel?.[change]();
  }

  #start(): ChildProcess {
    const source = import.meta.url.endsWith(".ts");
    const own = fileURLToPath(new URL(source ? "./image-worker.ts" : "./image-worker.js", import.meta.url));
    const scratch = openScratchFolder("images");
    const options: ForkOptions = {
      serialization: "advanced",
      env: { ...withoutSecrets(), ...scratch.environment },
      // A group of its own, so that the programs that it has started end with it.
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc", "pipe"],
      ...(source && { execArgv: ["--import", "tsx"] }),
    };
    const ended = deferred();
    const onError = (err: Error) => this.options.logger.error({ err }, "image process error");
    const onEnd = () => {
      this.#gone(child, child.pid === undefined ? "it could not be started" : "it died");
      endGroup(child.pid);
      this.#cleared = Promise.all([this.#cleared, scratch.remove()]);
      ended.resolve();
    };
    const child = forked(this.options.worker ?? own, options, { onError, onEnd });
    this.#ended = ended.promise;
    this.#child = child;
    child.on("message", (answer: ImageAnswer) => this.#pending.get(answer.id)?.answer.resolve(answer));
    // It has died, and is dealt with as that.
    filesOf(child)
      ?.on("error", () => undefined)
      .unref();
    clearInterval(this.#watch);
    this.#watch = setInterval(() => void this.#look(child), LOOK_MS);
    this.#watch.unref();
    return child;
  }

  async #look(child: ChildProcess): Promise<void> {
    if (this.#pending.size === 0 || this.#child !== child) return;
    const { milliseconds = MILLISECONDS, memoryBytes = MEMORY_BYTES } = this.options;
    const slow = [...this.#pending.values()].find(({ since }) => performance.now() - since > milliseconds);
    if (slow) this.#end(child, "a file took too long", slow);
    else if ((await residentBytes(child.pid)) > memoryBytes) this.#end(child, "a file took too much memory");
  }

  #end(child: ChildProcess, why: string, culprit?: Pending): void {
    child.kill("SIGKILL");
    this.#gone(child, why, culprit);
  }

  #gone(child: ChildProcess, why: string, culprit?: Pending): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    clearInterval(this.#watch);
    const files = [...this.#pending.values()];
    if (!this.#closed) this.options.logger.warn({ why, files: files.map(({ name }) => name) }, "image process ended");
    // No file keeps a process from being started.
    const refusal = child.pid === undefined ? "image.busy" : "image.too-costly";
    for (const file of files) {
      const refused = file === culprit || files.length === 1 || child.pid === undefined;
      file.answer.reject(refused ? new PictureError(refusal, { name: file.name }) : new Suspected());
    }
  }
}

/** Undefined of a process that could not be started. */
function filesOf({ stdio }: Partial<ChildProcess>): Socket | undefined {
  // Node opens a socket for what is to be a pipe.
  return stdio?.[FILES] as Socket | undefined;
}

/** Ends the programs that a process has started and not outlived. */
export function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // There are none.
  }
}

/** Of a file that was open when the process ended, when it may have been another that ended it. */
class Suspected extends Error {}

/** Resident memory in bytes; 0 where the system does not say. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

let processes: Readonly<Record<ImageTask, ImageProcess>> | undefined;

/** From here on tasks are done in those processes; in this one when there are none, as on the command line. */
export function openImagesIn(chosen: typeof processes): void {
  processes = chosen;
}

/**
 * Does a task with a stranger's file, wherever the program has said that files are opened.
 * @throws PictureError
 */
export function withImage<T extends ImageTask>(
  task: T,
  bytes: Uint8Array,
  options: OptionsOf<T>,
): Promise<ResultOf<T>> {
  if (processes) return processes[task].run(task, bytes, options);
  const work = IMAGE_TASKS[task] as (bytes: Uint8Array, options: OptionsOf<T>) => Promise<ResultOf<T>>;
  return work(bytes, options);
}
