import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { killed } from "./world.js";

interface Member {
  readonly child: ChildProcess;
  engine: number | undefined;
}

/**
 * Workers of a cluster in processes of their own, each with its engine in another. One that is killed is followed by a
 * new one.
 */
export class Fleet {
  readonly #members: Member[] = [];
  #stopping = false;
  /** Workers that were started so far. */
  starts = 0;

  /** @param env settings of the workers; FAULT_ENGINE is the script of their engines */
  constructor(private readonly env: Readonly<Record<string, string>>) {}

  /** Starts so many, and resolves when all of them take jobs. */
  async run(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#start()));
  }

  /** Kills one of the workers, or its engine alone, without a word. `pick` chooses: 0..1. */
  kill(what: "worker" | "engine", pick: number): void {
    const { child, engine } = this.#members[Math.floor(pick * this.#members.length)] ?? {};
    if (what === "worker") child?.kill("SIGKILL");
    else if (engine !== undefined) killed(engine);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const gone = this.#members.map(({ child }) => once(child, "exit"));
    for (const { child } of this.#members) child.kill("SIGKILL");
    await Promise.all(gone);
  }

  async #start(): Promise<void> {
    this.starts++;
    const child = fork(fileURLToPath(new URL("./worker.mjs", import.meta.url)), {
      execArgv: [],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, LOG_LEVEL: process.env.FAULT_LOG ?? "fatal", ...this.env },
    });
    const member: Member = { child, engine: undefined };
    this.#members.push(member);
    child.on("exit", () => {
      this.#members.splice(this.#members.indexOf(member), 1);
      if (!this.#stopping) void this.#start();
    });
    await new Promise<void>((resolve) => {
      child.on("message", (message: { readonly id?: string; readonly engine?: number }) => {
        if (message.id === undefined) member.engine = message.engine;
        else resolve();
      });
    });
  }
}
