import type { Socket } from "node:net";
import type { WebSocket } from "@fastify/websocket";
import { TokenBucket } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { FRAMES_MS, HEARTBEAT_MS, type WebChatLimits } from "./limits.js";
import type { WireFrame } from "./wire.js";

/** Who has opened a socket, from where, and by which connection. */
interface SocketOrigin {
  readonly user: string;
  readonly address: string;
  readonly connection: Socket;
}

interface Listener extends SocketOrigin {
  readonly socket: WebSocket;
  alive: boolean;
  /** It has been sent all messages up to this rev; before, a new one would hide that older ones are still to come. */
  since: number | undefined;
}

/** A frame that is about to be sent. */
interface Waiting {
  readonly frame: WireFrame;
  /** The person whom it is for; everybody when left out. */
  readonly only: string | undefined;
  /** Of a message's state. */
  readonly rev: number | undefined;
}

/**
 * The open sockets: sends frames to everybody or to one person, and drops those that do not keep up. A write to each of
 * hundreds of sockets is what costs most here: what happens at about the same time goes in one, and of a message that
 * changes meanwhile only the last state.
 */
export class Sockets {
  readonly #listeners = new Set<Listener>();
  /** What is about to be sent, in its order; a message's states by its id. */
  readonly #waiting = new Map<string, Waiting>();
  #names = 0;
  #flushing: NodeJS.Timeout | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  readonly #heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();

  constructor(private readonly limits: WebChatLimits) {}

  /** @returns a sentence when there are too many sockets already. */
  full({ user, address }: Pick<SocketOrigin, "user" | "address">): string | undefined {
    const { sockets, socketsPerPerson, socketsPerAddress } = this.limits;
    const all = [...this.#listeners];
    if (all.length >= sockets || all.filter((other) => other.address === address).length >= socketsPerAddress)
      return sentence("web.full");
    return all.filter((other) => other.user === user).length >= socketsPerPerson ? sentence("web.tabs") : undefined;
  }

  /** @returns tells that a socket has been sent all messages up to a rev, and is to have what is newer. */
  add(socket: WebSocket, origin: SocketOrigin): (rev: number) => void {
    const listener: Listener = { ...origin, socket, alive: true, since: undefined };
    this.#listeners.add(listener);
    this.#countBytes(listener);
    socket.on("pong", () => {
      listener.alive = true;
    });
    socket.on("close", () => this.#listeners.delete(listener));
    socket.on("error", () => this.#drop(listener));
    return (rev) => {
      listener.since = rev;
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
    const [name, rev] = nameOf(frame) ?? [String(this.#names++), undefined];
    // At the end also where an older state waits: clients resume after the last rev that they have seen.
    this.#waiting.delete(name);
    this.#waiting.set(name, { frame, only, rev });
    const wait = Math.max(0, this.#flushedAt + FRAMES_MS - performance.now());
    this.#flushing ??= setTimeout(() => this.#flush(), wait);
  }

  #flush(): void {
    this.#flushing = undefined;
    this.#flushedAt = performance.now();
    const frames = [...this.#waiting.values()].map((each) => ({ ...each, text: JSON.stringify(each.frame) }));
    this.#waiting.clear();
    const isPrivate = frames.some(({ only }) => only !== undefined);
    const least = Math.min(...frames.map(({ rev = Number.POSITIVE_INFINITY }) => rev));
    const all = together(frames);
    for (const listener of this.#listeners) {
      const { since, user } = listener;
      // Most get the same.
      if (!isPrivate && since !== undefined && since < least) this.#write(listener, all);
      else {
        const isFor = ({ only, rev }: Waiting): boolean =>
          (only === undefined || only === user) && (rev === undefined || (since !== undefined && rev > since));
        this.#write(listener, together(frames.filter(isFor)));
      }
    }
  }

  /** Sends to one socket, for what it missed. */
  sendTo(socket: WebSocket, frame: WireFrame): void {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
  }

  /** Closes the sockets of those who are kept out; their pages say why and do not come back by themselves. */
  shutOut(isOut: (origin: Pick<SocketOrigin, "user" | "address">) => boolean, reason: string): void {
    for (const listener of this.#listeners)
      if (isOut(listener)) {
        listener.socket.removeAllListeners("message");
        listener.socket.close(4001, reason);
        this.#listeners.delete(listener);
      }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#flushing);
    this.#flush();
    // 1012 is "service restart": clients come back by themselves.
    for (const { socket } of this.#listeners) socket.close(1012, sentence("web.restarts"));
    this.#listeners.clear();
  }

  #write(listener: Listener, text: string | undefined): void {
    const { socket } = listener;
    if (text === undefined || socket.readyState !== socket.OPEN) return;
    // A reader that slow would make this process hold everything for it. It reconnects and resumes.
    if (socket.bufferedAmount > this.limits.socketBufferBytes) this.#drop(listener);
    else socket.send(text);
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

/** The name and the rev of a message's state; undefined for what is none. */
function nameOf(frame: WireFrame): readonly [name: string, rev: number] | undefined {
  if (frame.kind === "message") return [`message ${frame.message.id}`, frame.message.rev];
  return frame.kind === "removed" ? [`message ${frame.id}`, frame.rev] : undefined;
}

/** One frame as it is, several as an array. */
function together(frames: readonly { readonly text: string }[]): string | undefined {
  const texts = frames.map(({ text }) => text);
  return texts.length > 1 ? `[${texts.join()}]` : texts[0];
}
