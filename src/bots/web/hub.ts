import type { WebSocket } from "@fastify/websocket";
import { sentence } from "../../shared/sentences/sentence.js";
import type { WebChatLimits } from "./limits.js";
import type { WireFrame } from "./wire.js";

const HEARTBEAT_MS = 25_000;

interface Listener {
  readonly socket: WebSocket;
  readonly user: string;
  alive: boolean;
}

/** The open sockets: sends frames to everybody or to one person, and drops those that do not keep up. */
export class Hub {
  readonly #listeners = new Set<Listener>();
  readonly #heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();

  constructor(private readonly limits: WebChatLimits) {}

  /** @returns a sentence when there are too many sockets already. */
  full(user: string): string | undefined {
    if (this.#listeners.size >= this.limits.sockets) return sentence("web.full");
    const own = [...this.#listeners].filter((listener) => listener.user === user).length;
    return own >= this.limits.socketsPerPerson ? sentence("web.tabs") : undefined;
  }

  add(socket: WebSocket, user: string): void {
    const listener: Listener = { socket, user, alive: true };
    this.#listeners.add(listener);
    socket.on("pong", () => {
      listener.alive = true;
    });
    socket.on("close", () => this.#listeners.delete(listener));
    socket.on("error", () => this.#drop(listener));
  }

  /** The people who have the chat open. */
  people(): Set<string> {
    return new Set([...this.#listeners].map((listener) => listener.user));
  }

  /** Sends to one person's sockets, or to everybody's. */
  send(frame: WireFrame, only?: string): void {
    const text = JSON.stringify(frame);
    for (const listener of this.#listeners) {
      if (only === undefined || listener.user === only) this.#write(listener, text);
    }
  }

  /** Sends to one socket, for what it missed. */
  sendTo(socket: WebSocket, frame: WireFrame): void {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
  }

  close(): void {
    clearInterval(this.#heartbeat);
    // 1012 is "service restart": clients come back by themselves.
    for (const { socket } of this.#listeners) socket.close(1012, sentence("web.restarts"));
    this.#listeners.clear();
  }

  #write(listener: Listener, text: string): void {
    const { socket } = listener;
    if (socket.readyState !== socket.OPEN) return;
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
    listener.socket.terminate();
    this.#listeners.delete(listener);
  }
}
