import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { WebSocket } from "@fastify/websocket";
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { defaultWebChatLimits, FRAMES_MS, FRAMES_SHARE } from "../../../src/bots/web/limits.js";
import { Sockets } from "../../../src/bots/web/sockets.js";

const SLOW_MS = 20;

/** A socket to which each write takes a while. */
class SlowSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  readonly writes: { readonly at: number; readonly bytes: Buffer }[] = [];

  send(bytes: Buffer): void {
    const at = performance.now();
    while (performance.now() < at + SLOW_MS);
    this.writes.push({ at, bytes });
    this.emit("written");
  }

  terminate(): void {}
  close(): void {}
  ping(): void {}
}

it("are written to less often where that takes long, all with the same bytes, and lose nothing", async () => {
  const sockets = new Sockets(defaultWebChatLimits, async () => undefined, pino({ level: "silent" }));
  onTestFinished(() => sockets.close());
  const both = [new SlowSocket(), new SlowSocket()] as const;
  for (const socket of both) {
    const connection = new EventEmitter() as Socket;
    sockets.add(socket as unknown as WebSocket, { user: "ann", address: "127.0.0.1", connection }).ready(0);
  }
  const [one, other] = both;
  const channel = (id: string) => ({
    id,
    name: id,
    topic: "",
    archived: false,
    last: "0",
    read: "0",
    unread: 0,
    mentions: 0,
  });
  const sent = Array.from({ length: 30 }, (_, n) => `channel-${n}`);
  for (const id of sent) {
    sockets.send({ kind: "channel", channel: channel(id) });
    await new Promise((resolve) => setTimeout(resolve, FRAMES_MS / 2));
  }
  const all = () => one.writes.map(({ bytes }) => bytes.toString()).join();
  while (!all().includes("channel-29")) await new Promise((resolve) => one.once("written", resolve));
  expect(sent.filter((id) => !all().includes(`"${id}"`))).toEqual([]);
  const gaps = one.writes.slice(1).map(({ at }, n) => at - (one.writes[n]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual((2 * SLOW_MS) / FRAMES_SHARE);
  expect(one.writes.every(({ bytes }, n) => bytes === other.writes[n]?.bytes)).toBe(true);
});
