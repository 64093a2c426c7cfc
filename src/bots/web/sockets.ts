import type { Socket } from "node:net";
import type { WebSocket } from "@fastify/websocket";
import type { Logger } from "pino";
import { TokenBucket } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { Turns } from "../../shared/turns.js";
import { Batch } from "./batch.js";
import { FRAMES_LONGEST_MS, FRAMES_MS, FRAMES_SHARE, HEARTBEAT_MS, TURN_MS, type WebChatLimits } from "./limits.js";
import { CLOSED, type WireFrame } from "./wire.js";

/** Who has opened a socket, from where, and by which connection. */
interface SocketOrigin {
  readonly user: string;
  /** Which of the person's browsers it is. */
  readonly session: number | undefined;
  readonly address: string;
  readonly connection: Socket;
}

interface Listener extends SocketOrigin {
  readonly socket: WebSocket;
  alive: boolean;
  /** It has been sent all messages up to this rev; before, a new one would hide that older ones are still to come. */
  since: number | undefined;
  /** The thread whose messages it is sent, none for null; undefined as long as it has not said which: all. */
  thread: string | null | undefined;
}

/** What is told of a socket that was opened, and how it alone is told something. */
export interface Opened {
  /**
   * Sends to this socket alone. What a reader does not take waits in memory: who has much to send waits in between.
   *
   * @returns resolves when this is on its way, or the socket is gone; never rejects
   */
  send(frame: WireFrame | readonly WireFrame[]): Promise<void>;
  isOpen(): boolean;
  /** It has been sent all messages up to a rev, and is to have what is newer. */
  ready(rev: number): void;
  /** It is to have the messages of one thread only, or of none. */
  follow(thread: string | null): void;
}

/** A frame that is about to be sent. */
export interface Showing {
  readonly frame: WireFrame;
  /** The person whom it is for; everybody when left out. */
  readonly only?: string | undefined;
  /** Of a message's state. */
  readonly rev?: number | undefined;
}

/** What is to be shown. */
interface Waiting {
  /** Undefined when there is nothing to show any more. */
  readonly make: () => Showing | undefined;
  /** The thread in which it stands. */
  readonly thread: string | undefined;
}

/** A frame as it goes to many sockets. */
interface Made extends Showing, Pick<Waiting, "thread"> {
  readonly bytes: Buffer;
}

/**
 * The open sockets: sends frames to everybody or to one person, and drops those that do not keep up. A write to each of
 * hundreds of sockets is what costs most here: what happens at about the same time goes in one, and of a message that
 * changes meanwhile only the last state.
 */
export class Sockets {
  readonly #listeners = new Set<Listener>();
  /** What is about to be sent, in its order, by its name. */
  readonly #waiting = new Map<string, Waiting>();
  #names = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;
  /** The threads that sockets follow since what is being made was begun, undefined for all. */
  #followed = new Set<Listener["thread"]>();
  #closed = false;
  readonly #heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();

  /** @param synced resolves when what is shown is on the disk: a page takes its message for said when it sees it */
  constructor(
    private readonly limits: WebChatLimits,
    private readonly synced: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  /** @returns a sentence when there are too many sockets already. */
  full({ user, address }: Pick<SocketOrigin, "user" | "address">): string | undefined {
    const { sockets, socketsPerPerson, socketsPerAddress } = this.limits;
    const all = [...this.#listeners];
    if (all.length >= sockets || all.filter((other) => other.address === address).length >= socketsPerAddress)
      return sentence("web.full");
    return all.filter((other) => other.user === user).length >= socketsPerPerson ? sentence("web.tabs") : undefined;
  }

  add(socket: WebSocket, origin: SocketOrigin): Opened {
    const listener: Listener = { ...origin, socket, alive: true, since: undefined, thread: undefined };
    this.#listeners.add(listener);
    this.#followed.add(listener.thread);
    this.#countBytes(listener);
    socket.on("pong", () => {
      listener.alive = true;
    });
    socket.on("close", () => this.#listeners.delete(listener));
    socket.on("error", () => this.#drop(listener));
    const send: Opened["send"] = (frame) =>
      new Promise((resolve) => this.#write(listener, Buffer.from(JSON.stringify(frame)), resolve));
    return {
      send,
      isOpen: () => socket.readyState === socket.OPEN,
      ready: (rev) => {
        listener.since = rev;
      },
      follow: (thread) => {
        listener.thread = thread;
        this.#followed.add(thread);
        void send({ kind: "following", thread });
      },
    };
  }

  /** Cuts off what sends too much. Bytes are counted, since frames of any kind, the smallest too, take some. */
  #countBytes(listener: Listener): void {
    const rate = this.limits.budgets.socketBytes.connection;
    const bytes = rate && new TokenBucket(rate);
    // Before the frames in it are read: those of a socket that is cut off are not.
    listener.connection.prependListener("data", (chunk: Buffer) => {
      if (bytes?.takeMany(chunk.length) === false) this.#drop(listener);
    });
  }

  /** Sends to one person's sockets, or to everybody's. */
  send(frame: WireFrame, only?: string): void {
    this.show(String(this.#names++), () => ({ frame, only }));
  }

  /**
   * Sends something's state when it is next written to the sockets, which is made then: in between it may change again.
   *
   * @param thread in which it stands: it is for those only who follow that
   */
  show(name: string, make: Waiting["make"], thread?: string): void {
    // At the end also where an older state waits: clients resume after the last rev that they have seen.
    this.#waiting.delete(name);
    this.#waiting.set(name, { make, thread });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer || this.#flushing || this.#closed) return;
    const wait = Math.max(0, this.#notBefore - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, wait);
  }

  async #flush(): Promise<void> {
    this.#flushing = this.#writeWaiting();
    await this.#flushing;
    this.#flushing = undefined;
    if (this.#waiting.size > 0) this.#schedule();
  }

  /** Never rejects. */
  async #writeWaiting(): Promise<void> {
    let writingMs = 0;
    try {
      const made = await this.#makeWaiting();
      await this.synced();
      writingMs = await this.#writeAll(made);
    } catch (error) {
      this.logger.error({ err: error }, "pages could not be told what has changed");
      // They come back, and see what there is then.
      for (const listener of this.#listeners) this.#drop(listener);
    }
    const pauseMs = Math.min(FRAMES_LONGEST_MS, Math.max(FRAMES_MS, writingMs / FRAMES_SHARE));
    this.#notBefore = performance.now() + pauseMs;
  }

  /**
   * Makes what waits by now, in its order, which is that of the last changes: so what is still to come is newer than
   * all of it. Other work has its turn in between.
   */
  async #makeWaiting(): Promise<Made[]> {
    const made: Made[] = [];
    this.#followed = new Set([...this.#listeners].map(({ thread }) => thread));
    const turns = new Turns(TURN_MS);
    for (let left = this.#waiting.size; left > 0; left--) made.push(...(await turns.take(() => this.#makeFirst())));
    return made;
  }

  #makeFirst(): Made[] {
    const [first] = this.#waiting;
    if (!first) return [];
    const [name, { make, thread }] = first;
    this.#waiting.delete(name);
    if (thread !== undefined && !this.#followed.has(thread) && !this.#followed.has(undefined)) return [];
    try {
      const showing = make();
      return showing ? [{ ...showing, thread, bytes: Buffer.from(JSON.stringify(showing.frame)) }] : [];
    } catch (error) {
      this.logger.error({ err: error, frame: name }, "a change could not be made into a frame");
      return [];
    }
  }

  /**
   * Other work has its turn in between: hundreds of sockets take longer than anybody may wait.
   *
   * @returns how long it took without that, in milliseconds
   */
  async #writeAll(frames: readonly Made[]): Promise<number> {
    const least = Math.min(...frames.map(({ rev = Number.POSITIVE_INFINITY }) => rev));
    /** What most get, by the thread that they follow. */
    const usual = new Map<string | null | undefined, Batch>();
    const turns = new Turns(TURN_MS);
    let writingMs = 0;
    for (const listener of this.#listeners)
      await turns.take(() => {
        const begun = performance.now();
        const { since, thread, user } = listener;
        const isUsual = since !== undefined && since < least;
        const batch = (isUsual && usual.get(thread)) || new Batch(frames.filter((each) => isFor(each, listener)));
        if (isUsual) usual.set(thread, batch);
        this.#write(listener, batch.for(user));
        writingMs += performance.now() - begun;
      });
    return writingMs;
  }

  /** Closes the sockets of those who are kept out; their pages say why and do not come back by themselves. */
  shutOut(isOut: (origin: Pick<SocketOrigin, "user" | "session" | "address">) => boolean, reason: string): void {
    for (const listener of this.#listeners)
      if (isOut(listener)) {
        listener.socket.removeAllListeners("message");
        listener.socket.close(CLOSED.forGood, reason);
        this.#listeners.delete(listener);
      }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    await this.#flushing;
    await this.#writeWaiting();
    // 1012 is "service restart": clients come back by themselves.
    for (const { socket } of this.#listeners) socket.close(1012, sentence("web.restarts"));
    this.#listeners.clear();
  }

  /**
   * All that is sent is sent here.
   *
   * @param sent called when the bytes are on their way, or never will be
   */
  #write(listener: Listener, bytes: Buffer | undefined, sent: () => void = () => undefined): void {
    const { socket } = listener;
    if (bytes === undefined || socket.readyState !== socket.OPEN) sent();
    else if (socket.bufferedAmount <= this.limits.socketBufferBytes) socket.send(bytes, { binary: false }, sent);
    else {
      // A reader that slow would make this process hold everything for it. It reconnects and resumes.
      this.#drop(listener);
      sent();
    }
  }

  #beat(): void {
    for (const listener of this.#listeners) {
      if (!listener.alive) this.#drop(listener);
      else {
        listener.alive = false;
        listener.socket.ping();
      }
    }
  }

  #drop(listener: Listener): void {
    listener.socket.removeAllListeners("message");
    listener.socket.terminate();
    this.#listeners.delete(listener);
  }
}

/** Whether a frame is for those who follow what a listener follows, and new to it. */
function isFor({ rev, thread }: Made, { since, thread: followed }: Listener): boolean {
  const isNew = rev === undefined || (since !== undefined && rev > since);
  return isNew && (thread === undefined || followed === undefined || followed === thread);
}
