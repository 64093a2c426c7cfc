import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ChannelRef, MessageRef } from "../../src/domain/model.js";
import type { OutgoingMessage } from "../../src/port/messages.js";
import { botOptions } from "../fakes/studio.js";

export interface Posted {
  readonly id: string;
  readonly channel: ChannelRef;
  readonly key: string | undefined;
  /** Which process posted it: 1 for the first. */
  readonly process: number;
  text: string;
}

export interface WorldOptions {
  readonly dir: string;
  /** Another engine than the real one. */
  readonly worker?: string;
  /** A network that people may name, besides those of the tests' house. */
  readonly network?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program's own web chat takes the place of this one. */
  readonly web?: boolean;
  /** Hears of each new message before the program hears that it was posted. */
  readonly onPost?: (message: Posted) => void;
  /** Hears of each change of a message. */
  readonly onEdit?: (message: Posted, content: OutgoingMessage) => void;
}

type FromBots =
  | { readonly call: "ready"; readonly id?: undefined }
  | { readonly call: "engine"; readonly args: [number | undefined]; readonly id?: undefined }
  | { readonly call: "post"; readonly id: number; readonly args: [ChannelRef, OutgoingMessage] }
  | { readonly call: "edit"; readonly id: number; readonly args: [MessageRef, OutgoingMessage] }
  | { readonly call: "openThread"; readonly id: number; readonly args: [MessageRef] }
  | { readonly call: "stop"; readonly id: number; readonly args: [] }
  | { readonly call: "remove" | "ephemeral"; readonly id: number; readonly args: [unknown] };

/**
 * A chat in this process, and the program in others that may be killed. It takes a key as platforms do: a post that is
 * tried again by the same process is recognised by itself, one by a later process only when that says that it may have
 * been posted already.
 */
export class World {
  readonly messages: Posted[] = [];
  readonly ephemeral: string[] = [];
  /** As a platform that is out: what the program asks of it is neither done nor answered. */
  silent = false;
  /** Programs that were started so far. */
  starts = 0;
  #bots: ChildProcess | undefined;
  #enginePid: number | undefined;
  #ready = false;
  #stopping = false;

  constructor(private readonly options: WorldOptions) {}

  /** Runs the program, and again whenever it dies, until {@link stop}. */
  run(): void {
    const { dir, worker, network, env, web } = this.options;
    const networks =
      network === undefined ? botOptions.networks : [...botOptions.networks, { id: network, help: "A tiny one" }];
    this.starts++;
    this.#ready = false;
    this.unanswered = 0;
    this.#enginePid = undefined;
    const bots = fork(fileURLToPath(new URL("./bots.mjs", import.meta.url)), {
      serialization: "advanced",
      execArgv: [],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: {
        ...process.env,
        DATA_DIR: dir,
        LOG_LEVEL: process.env.FAULT_LOG ?? "fatal",
        QUEUE_PER_PERSON: "1000",
        QUEUE_PER_HOUR: "10000",
        QUEUE_PER_ADDRESS: "1000",
        QUEUE_PER_CHANNEL: "1000",
        QUEUE_PER_CHANNEL_HOUR: "10000",
        QUEUE_LENGTH: "1000",
        QUEUE_SHUTDOWN_SECONDS: "0.2",
        OPS_ENABLED: "false",
        ...env,
        FAULT_WORLD: JSON.stringify({ house: { ...botOptions, networks }, worker, web }),
      },
    });
    this.#bots = bots;
    const number = this.starts;
    bots.on("message", (message) => this.#receive(bots, number, message as FromBots));
    bots.on("exit", () => {
      if (!this.#stopping) this.run();
    });
  }

  /** The program that runs now hears. */
  get ready(): boolean {
    return this.#ready && this.#bots?.connected === true;
  }

  /** Commands that the running program has received and not answered yet. */
  unanswered = 0;

  /** Sends a command; false where there is no program to hear it. */
  say(user: string, text: string, picture?: Uint8Array): boolean {
    if (!this.ready) return false;
    this.unanswered++;
    this.#bots?.send({ say: { person: { id: user, name: user, moderator: false }, text, picture } }, () => undefined);
    return true;
  }

  /** The process id of the program. */
  get pid(): number | undefined {
    return this.#bots?.pid;
  }

  /** The process id of the program's engine, as far as it was told. */
  get enginePid(): number | undefined {
    return this.#enginePid;
  }

  kill(what: "bots" | "engine" | "both"): void {
    // The engine first: without the bots it would end by itself.
    if (what !== "bots" && this.#enginePid !== undefined) killed(this.#enginePid);
    if (what === "engine") return;
    this.#ready = false;
    if (this.#bots?.pid !== undefined) killed(this.#bots.pid);
  }

  /**
   * Asks the program to stop, and waits until it has; asked again meanwhile, it stops at once. Returns its exit code.
   */
  async stop(): Promise<number | null> {
    this.#stopping = true;
    const bots = this.#bots;
    if (!bots || bots.exitCode !== null || bots.signalCode !== null) return null;
    const gone = once(bots, "exit");
    bots.kill("SIGTERM");
    const [code] = await gone;
    return code as number | null;
  }

  /** Another program over the same data and chat after {@link stop}. */
  again(): void {
    this.#stopping = false;
    this.run();
  }

  /** Messages of a kind, by job: "announcement", "final", ... */
  keyed(kind: string): Map<string, Posted[]> {
    const found = new Map<string, Posted[]>();
    for (const message of this.messages) {
      const [job = "", ...rest] = message.key?.split(" ") ?? [];
      if (rest.join(" ") === kind) found.set(job, [...(found.get(job) ?? []), message]);
    }
    return found;
  }

  async until(condition: () => boolean, what: string, seconds = 240): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!condition()) {
      if (Date.now() > end)
        throw new Error(`Not within ${seconds} s: ${what}. Ephemeral: ${[...new Set(this.ephemeral)].join(" | ")}`);
      await delay(10);
    }
  }

  #receive(bots: ChildProcess, number: number, message: FromBots): void {
    if (bots !== this.#bots) return;
    if (message.call === "ready") {
      this.#ready = true;
      return;
    }
    if (message.call === "engine") {
      this.#enginePid = message.args[0];
      return;
    }
    if (this.silent) return;
    const value = this.#answer(number, message);
    if (bots.connected) bots.send({ id: message.id, value }, () => undefined);
  }

  #answer(number: number, message: Exclude<FromBots, { id?: undefined }>): unknown {
    switch (message.call) {
      case "post": {
        const [channel, { text, key, perhapsPosted }] = message.args;
        if (channel.thread === undefined && !perhapsPosted) this.unanswered--;
        const known =
          key === undefined
            ? undefined
            : this.messages.find((other) => other.key === key && (perhapsPosted || other.process === number));
        if (known) return { id: known.id, channel: known.channel };
        const posted = { id: `m${this.messages.length + 1}`, channel, key, process: number, text };
        this.messages.push(posted);
        this.options.onPost?.(posted);
        return { id: posted.id, channel };
      }
      case "edit": {
        const [ref, content] = message.args;
        const known = this.messages.find(({ id }) => id === ref.id);
        if (!known) return undefined;
        known.text = content.text;
        this.options.onEdit?.(known, content);
        return undefined;
      }
      case "openThread":
        return { ...message.args[0].channel, thread: message.args[0].id };
      case "ephemeral":
        this.unanswered--;
        this.ephemeral.push((message.args[0] as OutgoingMessage).text);
        return undefined;
      case "remove":
      case "stop":
        return undefined;
    }
  }
}

/** Ends a process, if it is there. */
export function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
