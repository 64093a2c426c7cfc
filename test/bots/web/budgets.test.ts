import diagnostics from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { memberOf, networkOf } from "../../../src/bots/web/addresses.js";
import { Budgets } from "../../../src/bots/web/budgets.js";
import { waitFor } from "../../support/wait-for.js";
import { budgets, Ear, handlers, startChat, Visitor } from "./harness.js";

afterEach(() => void vi.useRealTimers());

const few = (burst: number) => ({ burst, perMinute: 1 });
const behindProxy = { trustedProxies: ["127.0.0.1"] };

/** Opens a visitor's socket: "open", or how it was refused. */
function opening(visitor: Visitor): Promise<string> {
  const url = `${visitor.base.replace("http", "ws")}/api/live`;
  const socket = new WebSocket(url, { headers: { ...visitor.headers, origin: visitor.base } });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve) => {
    socket.on("message", () => resolve("open"));
    socket.on("close", (code) => resolve(`closed ${code}`));
    socket.on("unexpected-response", (_request, { statusCode }) => resolve(`refused ${statusCode}`));
    socket.on("error", () => {});
  });
}

describe("a visitor's address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["192.0.2.7:5123", "192.0.2.7"],
    ["2001:db8:1:2:aaaa::7", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::9", "2001:db8:1:3::/64"],
    ["2001:db8::", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["", ""],
  ])("%j counts as %j", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it("belongs to networks of either kind", () => {
    const member = memberOf(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::1"]);
    for (const inside of ["10.9.8.7", "::ffff:10.9.8.7", "192.0.2.1", "2001:db8:5::1", "::1"])
      expect(member(inside), inside).toBe(true);
    for (const outside of ["11.0.0.1", "192.0.2.2", "2001:db9::1", "unknown", undefined])
      expect(member(outside), String(outside)).toBe(false);
  });

  it("is what a trusted proxy says, and nothing that others say", async () => {
    const limits = { budgets: budgets({ visitors: { address: few(1) } }) };
    const trusting = await startChat(handlers(), { ...behindProxy, limits });
    const enter = async (chat: { readonly address: string }, forwarded: string) => {
      const visitor = new Visitor(chat.address);
      visitor.forwarded = forwarded;
      return (await visitor.request("GET", "/api/session")).status;
    };
    expect(await enter(trusting, "203.0.113.1")).toBe(200);
    expect(await enter(trusting, "203.0.113.1")).toBe(429);
    // The proxy adds to what a visitor has made up.
    expect(await enter(trusting, "198.51.100.9, 203.0.113.1")).toBe(429);
    expect(await enter(trusting, "203.0.113.2")).toBe(200);
    expect(await enter(trusting, "2001:db8:1:2::1")).toBe(200);
    expect(await enter(trusting, "2001:db8:1:2::2")).toBe(429);
    const wary = await startChat(handlers(), { limits });
    expect(await enter(wary, "203.0.113.1")).toBe(200);
    expect(await enter(wary, "203.0.113.2")).toBe(429);
  });
});

describe("budgets", () => {
  const two = budgets({ messages: { person: few(2), address: few(3) } });

  it("are taken from all whom they are counted for, or from none", () => {
    let now = 0;
    const all = new Budgets(two, () => now);
    const take = (person: string, address: string) => all.take("messages", { person, address });
    expect([take("ann", "here"), take("ann", "here"), take("ann", "here")]).toEqual([0, 0, 60]);
    // Ann's refused one has cost the address nothing, and Ben's none of his.
    expect([take("ben", "here"), take("ben", "here"), take("ben", "there"), take("cat", "here")]).toEqual([
      0, 60, 0, 60,
    ]);
    now += 60_000;
    expect([take("ann", "here"), take("ann", "there")]).toEqual([0, 60]);
  });

  it("go on when the machine's clock is set back", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const all = new Budgets(two);
    expect(all.take("messages", { person: "ann" })).toBe(0);
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(all.take("messages", { person: "ann" })).toBe(0);
  });
});

describe("one address", () => {
  it("cannot take all sockets", async () => {
    const chat = await startChat(handlers(), { ...behindProxy, limits: { sockets: 4, socketsPerAddress: 3 } });
    const many = await Promise.all(Array.from({ length: 4 }, () => Visitor.enter(chat, "203.0.113.1")));
    const opened = [];
    for (const each of many) opened.push(await opening(each));
    expect(opened).toEqual(["open", "open", "open", "closed 4002"]);
    expect(await opening(await Visitor.enter(chat, "203.0.113.2"))).toBe("open");
  });

  it("cannot open sockets without end, nor can one person", async () => {
    const limits = { budgets: budgets({ sockets: { person: few(2), address: few(3) } }) };
    const chat = await startChat(handlers(), { ...behindProxy, limits });
    const [ann, ben] = [await Visitor.enter(chat, "203.0.113.1"), await Visitor.enter(chat, "203.0.113.1")];
    const opened = [];
    for (const each of [ann, ann, ann, ben, ben]) opened.push(await opening(each));
    expect(opened).toEqual(["open", "open", "refused 429", "open", "refused 429"]);
    expect(await opening(await Visitor.enter(chat, "203.0.113.2"))).toBe("open");
  });

  it("cannot make all channels", async () => {
    const limits = { budgets: budgets({ channels: { person: few(2), address: few(3) } }) };
    const chat = await startChat(handlers(), { ...behindProxy, limits });
    const [ann, ben] = [await Visitor.enter(chat, "203.0.113.1"), await Visitor.enter(chat, "203.0.113.1")];
    let count = 0;
    const make = async (by: Visitor) => (await by.request("POST", "/api/channels", { name: `c${count++}` })).status;
    expect([await make(ann), await make(ann), await make(ann)]).toEqual([201, 201, 429]);
    expect([await make(ben), await make(ben)]).toEqual([201, 429]);
    expect(await make(await Visitor.enter(chat, "203.0.113.2"))).toBe(201);
  });

  it("cannot lock the moderator out by wrong codes, nor guess for ever", async () => {
    const limits = { budgets: budgets({ codes: { person: few(2), address: few(2) } }) };
    const chat = await startChat(handlers(), { ...behindProxy, limits, moderatorCode: "warp and weft" });
    const code = async (by: Visitor, moderatorCode: string) =>
      (await by.request("POST", "/api/session", { moderatorCode })).status;
    const thieves = await Promise.all(Array.from({ length: 3 }, () => Visitor.enter(chat, "203.0.113.1")));
    const answers = [];
    for (const thief of thieves) for (let guess = 0; guess < 3; guess++) answers.push(await code(thief, "guess"));
    expect(answers).toEqual([403, 403, 429, 403, 403, 429, 403, 429, 429]);
    // At the same address, and elsewhere.
    expect(await code(await Visitor.enter(chat, "203.0.113.1"), "warp and weft")).toBe(200);
    expect(await code(await Visitor.enter(chat, "203.0.113.2"), "warp and weft")).toBe(200);
  });

  it("cannot keep a moderator from acting", async () => {
    const limits = { budgets: budgets({ messages: { person: few(3), address: few(3) } }) };
    const chat = await startChat(handlers(), { ...behindProxy, limits, moderatorCode: "warp and weft" });
    const [ann, moderator] = [await Visitor.enter(chat, "203.0.113.1"), await Visitor.enter(chat, "203.0.113.1")];
    await moderator.request("POST", "/api/session", { moderatorCode: "warp and weft" });
    for (let index = 0; index < 3; index++) await ann.said("hello");
    expect((await (await Visitor.enter(chat, "203.0.113.1")).say("hello")).status).toBe(429);
    expect((await moderator.say("enough")).status).toBe(200);
  });

  it("cannot ask without end, whatever it asks for", async () => {
    const chat = await startChat(handlers(), { limits: { budgets: budgets({ requests: { address: few(3) } }) } });
    const visitor = new Visitor(chat.address);
    const paths = ["/", "/nothing", `/pictures/${"0".repeat(64)}.jpg`, "/", "/api/session"];
    const statuses = [];
    for (const path of paths) statuses.push((await visitor.request("GET", path)).status);
    expect(statuses.map((status) => status === 429)).toEqual([false, false, false, true, true]);
  });

  it("cannot hold all connections; a trusted proxy's are its visitors'", async () => {
    const tries = (address: string) => {
      const sockets = Array.from({ length: 3 }, () => connect(Number(new URL(address).port), "127.0.0.1"));
      for (const socket of sockets) {
        socket.on("error", () => {});
        onTestFinished(() => void socket.destroy());
      }
      return sockets;
    };
    const chat = await startChat(handlers(), { limits: { connectionsPerAddress: 2 } });
    await Promise.race(tries(chat.address).map((socket) => once(socket, "close")));
    const proxied = await startChat(handlers(), { ...behindProxy, limits: { connectionsPerAddress: 2 } });
    await Promise.all(tries(proxied.address).map((socket) => once(socket, "connect")));
    expect((await fetch(`${proxied.address}/api/session`)).status).toBe(200);
  });
});

describe("a socket that floods", () => {
  const floods: readonly (readonly [string, (socket: WebSocket) => void])[] = [
    ["messages", (socket) => socket.send('{"watch":"nothing"}')],
    ["pings", (socket) => socket.ping()],
    ["pongs", (socket) => socket.pong()],
    ["empty fragments", (socket) => socket.send("", { fin: false })],
  ];

  it.each(floods)("is cut off: %s", async (_what, send) => {
    const visitor = await Visitor.enter(await startChat());
    const { socket } = await visitor.listen();
    const closed = once(socket, "close");
    for (let frame = 0; frame < 10_000; frame++) send(socket);
    await closed;
    expect((await visitor.say("hello")).status).toBe(200);
  });

  it("is told from one that is used", async () => {
    const visitor = await Visitor.enter(await startChat());
    const ear = await visitor.listen();
    for (let frame = 0; frame < 100; frame++) ear.socket.send('{"watch":"nothing"}');
    await visitor.said("hello");
    await ear.message(({ text }) => text === "hello");
  });
});

describe("what was missed", () => {
  it("comes whole and in order, with what happens meanwhile", async () => {
    const limits = { budgets: budgets({ messages: { person: { burst: 200, perMinute: 60 } } }) };
    const visitor = await Visitor.enter(await startChat(handlers(), { limits }));
    const { rev } = await visitor.session();
    const texts = Array.from({ length: 90 }, (_, index) => `message ${index}`);
    for (const text of texts) await visitor.said(text);
    const ear = visitor.listen(rev);
    const late = visitor.said("late");
    const { frames } = await ear;
    await late;
    await (await ear).message(({ text }) => text === "late");
    const synced = frames.findIndex(({ kind }) => kind === "synced");
    const before = frames.slice(0, synced).flatMap((frame) => (frame.kind === "message" ? [frame.message] : []));
    expect(before.map(({ text }) => text).filter((text) => text !== "late")).toEqual(texts);
    const revs = frames.flatMap((frame) => (frame.kind === "message" ? [frame.message.rev] : []));
    expect(revs).toEqual([...revs].sort((a, b) => a - b));
  });

  it("waits for who does not read it, outside the program's memory, and comes whole all the same", async () => {
    const accepted: Socket[] = [];
    const note = (message: unknown): void => void accepted.push((message as { readonly socket: Socket }).socket);
    diagnostics.subscribe("net.server.socket", note);
    onTestFinished(() => void diagnostics.unsubscribe("net.server.socket", note));
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    const { rev } = await visitor.session();
    // Twelve megabytes, more than the system takes for a reader: each such sign is six in JSON.
    const text = "\u0001".repeat(chat.capabilities.textLength);
    const where = { platform: "web", community: "local", id: "art" };
    await Promise.all(Array.from({ length: 480 }, () => chat.post(where, { text })));
    const url = `${visitor.base.replace("http", "ws")}/api/live?since=${rev}`;
    const slow = new Ear(new WebSocket(url, { headers: { ...visitor.headers, origin: visitor.base } }));
    onTestFinished(() => slow.socket.terminate());
    await once(slow.socket, "open");
    slow.socket.pause();
    const held = () => Math.max(...accepted.map(({ writableLength }) => writableLength));
    await waitFor(() => expect(held()).toBeGreaterThan(0));
    // Begun later, with the same to come.
    await visitor.listen(rev);
    expect(held()).toBeLessThan(1_000_000);
    slow.socket.resume();
    await slow.until(({ kind }) => kind === "synced");
    expect(slow.messages()).toHaveLength(480);
  });
});

it("a new channel is told to all, as one channel", async () => {
  const chat = await startChat();
  const [ann, ben] = [await Visitor.enter(chat), await Visitor.enter(chat)];
  const ear = await ben.listen();
  await ann.request("POST", "/api/channels", { name: "lab", topic: "tries" });
  const told = await ear.until(({ kind }) => kind === "channel");
  const shown = { id: "lab", name: "lab", topic: "tries", archived: false };
  const channel = { ...shown, last: "0", read: "0", unread: 0, mentions: 0 };
  expect(told).toEqual({ kind: "channel", channel });
  expect((await ben.session()).channels.at(-1)).toEqual(channel);
});
