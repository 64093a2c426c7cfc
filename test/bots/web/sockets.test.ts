import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { WebSocket } from "@fastify/websocket";
import pino from "pino";
import { expect, it, onTestFinished, vi } from "vitest";
import { defaultWebChatLimits, FRAMES_MS, FRAMES_SHARE, TURN_MS } from "../../../src/bots/web/limits.js";
import { Sockets } from "../../../src/bots/web/sockets.js";

const SLOW_MS = 20;

/** A socket to which each write takes a while. */
class SlowSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  bufferedAmount = 0;
  readonly writes: { readonly at: number; readonly bytes: Buffer }[] = [];

  send(bytes: Buffer): void {
    const at = performance.now();
    while (performance.now() < at + SLOW_MS);
    this.writes.push({ at, bytes });
    this.emit("written");
  }

  terminate(): void {
    this.emit("terminated");
  }
  close(): void {}
  ping(): void {}
}

function open(): { sockets: Sockets; add(user?: string): { socket: SlowSocket; opened: ReturnType<Sockets["add"]> } } {
  const sockets = new Sockets(defaultWebChatLimits, async () => undefined, pino({ level: "silent" }));
  onTestFinished(() => sockets.close());
  const add = (user = "ann") => {
    const socket = new SlowSocket();
    const connection = new EventEmitter() as Socket;
    const from = { user, session: 1, address: "127.0.0.1", connection };
    const opened = sockets.add(socket as unknown as WebSocket, from);
    opened.ready(0);
    return { socket, opened };
  };
  return { sockets, add };
}

const following = (thread: string) => ({ frame: { kind: "following", thread } as const });
const sentTo = (socket: SlowSocket): string => socket.writes.map(({ bytes }) => bytes.toString()).join();

it("get what they began to follow while frames were being made", async () => {
  const { sockets, add } = open();
  const { socket, opened } = add();
  opened.follow(null);
  sockets.show("first", () => {
    const begun = performance.now();
    while (performance.now() < begun + 2 * TURN_MS);
    setImmediate(() => opened.follow("7"));
    return following("first");
  });
  sockets.show("second", () => following("second"), "7");
  while (!sentTo(socket).includes("first")) await new Promise((resolve) => socket.once("written", resolve));
  expect(sentTo(socket)).toContain("second");
});

it("stay open when one of several frames cannot be made", async () => {
  const { sockets, add } = open();
  const { socket } = add();
  sockets.show("broken", () => {
    throw new Error("no such row");
  });
  sockets.show("whole", () => following("whole"));
  await new Promise((resolve) => socket.once("written", resolve));
  expect(sentTo(socket)).toContain("whole");
});

it("are written to less often where that takes long, all with the same bytes, and lose nothing", async () => {
  const { sockets, add } = open();
  const [{ socket: one }, { socket: other }] = [add(), add()];
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
  const all = () => sentTo(one);
  // It is written to after the first.
  while (!sentTo(other).includes("channel-29")) await new Promise((resolve) => other.once("written", resolve));
  expect(sent.filter((id) => !all().includes(`"${id}"`))).toEqual([]);
  const gaps = one.writes.slice(1).map(({ at }, n) => at - (one.writes[n]?.at ?? 0));
  expect(gaps.length).toBeGreaterThan(0);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual((2 * SLOW_MS) / FRAMES_SHARE);
  expect(one.writes.every(({ bytes }, n) => bytes === other.writes[n]?.bytes)).toBe(true);
});

it("leave other work its turn between two of them", async () => {
  const { sockets, add } = open();
  const all = [add(), add(), add()].map(({ socket }) => socket);
  let turns = 0;
  let counting = true;
  const count = (): void => {
    turns++;
    if (counting) setImmediate(count);
  };
  const seen: number[] = [];
  for (const socket of all) socket.on("written", () => seen.push(turns));
  count();
  sockets.send({ kind: "following", thread: "7" });
  while (seen.length < all.length) await new Promise((resolve) => all.at(-1)?.once("written", resolve));
  counting = false;
  expect(new Set(seen).size).toBe(all.length);
});

it("get what is for all and what is for their person alone, in its order", async () => {
  const { sockets, add } = open();
  const [{ socket: ann }, { socket: bob }] = [add("ann"), add("bob")];
  for (const [thread, only] of [["1"], ["2", "ann"], ["3", "ann"], ["4"], ["5"], ["6", "bob"]] as const)
    sockets.send({ kind: "following", thread }, only);
  while (bob.writes.length === 0) await new Promise((resolve) => bob.once("written", resolve));
  const threadsOf = (socket: SlowSocket) =>
    socket.writes.flatMap(({ bytes }) => JSON.parse(bytes.toString()) as { readonly thread: string }[]);
  expect(threadsOf(ann).map(({ thread }) => thread)).toEqual(["1", "2", "3", "4", "5"]);
  expect(threadsOf(bob).map(({ thread }) => thread)).toEqual(["1", "4", "5", "6"]);
});

it("get a frame that is alone as it is, and no empty ones", async () => {
  const { sockets, add } = open();
  const [{ socket: ann }, { socket: bob }] = [add("ann"), add("bob")];
  sockets.send({ kind: "following", thread: "1" }, "bob");
  while (bob.writes.length === 0) await new Promise((resolve) => bob.once("written", resolve));
  expect(sentTo(bob)).toBe('{"kind":"following","thread":"1"}');
  expect(ann.writes).toEqual([]);
});

it("are cut when more waits in them than may, whatever is sent, and no sender waits for what is not", async () => {
  const { add } = open();
  const { socket, opened } = add();
  const terminated = vi.fn();
  socket.on("terminated", terminated);
  socket.bufferedAmount = defaultWebChatLimits.socketBufferBytes + 1;
  await opened.send({ kind: "following", thread: "1" });
  expect(terminated).toHaveBeenCalledOnce();
  expect(socket.writes).toEqual([]);
});
