import { connect, type Socket } from "node:net";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { defaultWebChatLimits } from "../../../src/bots/web/limits.js";
import type { WireMessage } from "../../../src/bots/web/wire.js";
import { budgets, handlers, photo, startChat, Visitor } from "./harness.js";

/**
 * A message whose file never ends, as it is on the wire; resolves to what is answered.
 * @param more so many fields of 60 kB that mean nothing
 */
function neverEnding(
  visitor: Visitor,
  begin: Uint8Array = new Uint8Array(),
  more = 0,
): { socket: Socket; answer: Promise<string> } {
  const { hostname, port, host } = new URL(visitor.base);
  const socket = connect(Number(port), hostname);
  const field = (name: string, value: string) =>
    `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head = [
    "POST /api/messages HTTP/1.1",
    `host: ${host}`,
    `origin: ${visitor.base}`,
    `cookie: ${visitor.cookie}`,
    "content-type: multipart/form-data; boundary=x",
    "content-length: 20000000",
  ].join("\r\n");
  const fields = field("channel", "art") + field("nonce", crypto.randomUUID());
  const filling = Array.from({ length: more }, (_, n) => field(`more-${n}`, "a".repeat(60_000))).join("");
  const file = `--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n`;
  socket.write(`${head}\r\n\r\n${fields}${filling}${file}`);
  socket.write(begin);
  const answer = new Promise<string>((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
      if (/"error":"[^"]*"/.test(text)) resolve(text);
    });
    // Who goes on sending after the answer has the connection reset.
    socket.on("error", (error) => (text === "" ? reject(error) : resolve(text)));
    socket.on("close", () => resolve(text));
  });
  return { socket, answer };
}

/** What another person's post may take meanwhile. */
const MOST_SECONDS = 5;

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

describe("while strangers send messages that never end", () => {
  it("others post text and pictures within seconds", async () => {
    const chat = await startChat(handlers(), { limits: { ...defaultWebChatLimits, leastMs: 600_000 } });
    const visitor = await Visitor.enter(chat);
    const slow = await Promise.all(Array.from({ length: 30 }, () => Visitor.enter(chat)));
    const sending = slow.map((each) => neverEnding(each));
    // As slowly as a stranger can: a byte each, now and then, all the time that the others post.
    const trickle = setInterval(() => {
      for (const { socket } of sending) socket.write("a");
    }, 500);
    try {
      expect(await secondsOf(() => visitor.said("hello"))).toBeLessThan(MOST_SECONDS);
      const files = [{ bytes: await photo(), name: "a.jpg" }];
      let pictures: readonly unknown[] = [];
      const seconds = await secondsOf(async () => {
        ({ pictures } = await visitor.said("look", { files }));
      });
      expect(pictures).toHaveLength(1);
      expect(seconds).toBeLessThan(MOST_SECONDS);
      // They were sending all the while.
      expect(sending.filter(({ socket }) => socket.destroyed)).toEqual([]);
    } finally {
      clearInterval(trickle);
      for (const { socket } of sending) socket.destroy();
    }
  });

  it("those are ended with a sentence that hardly come, and not those that come fast enough", async () => {
    const chat = await startChat(handlers(), { limits: { ...defaultWebChatLimits, leastBytes: 1_000, leastMs: 500 } });
    const [{ socket, answer }, steady] = [
      neverEnding(await Visitor.enter(chat)),
      neverEnding(await Visitor.enter(chat)),
    ];
    // `once` of node:events would reject: the connection is reset where the stranger goes on sending.
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const trickle = setInterval(() => {
      socket.write("a");
      steady.socket.write(Buffer.alloc(2_000, 97));
    }, 50);
    try {
      const first = Promise.race([answer, steady.answer.then((text) => `steady: ${text}`)]);
      expect(await first).toMatch(/^HTTP\/1.1 504 .*The message took too long to arrive/s);
      // Nothing is kept for it.
      await closed;
      expect(steady.socket.destroyed).toBe(false);
    } finally {
      clearInterval(trickle);
      for (const each of [socket, steady.socket]) each.destroy();
    }
  });

  it("the largest of them is refused when they fill the memory, not what others send", async () => {
    const limits = { ...defaultWebChatLimits, arrivingBytes: 3_000_000 };
    const chat = await startChat(handlers(), { limits });
    const [one, two, ann] = [await Visitor.enter(chat), await Visitor.enter(chat), await Visitor.enter(chat)];
    const small = neverEnding(one, Buffer.alloc(1_000_000));
    // With the small one these are too many, whichever comes first.
    const large = neverEnding(two, Buffer.alloc(2_500_000));
    const sending = [small, large];
    try {
      expect(await large.answer).toContain("A lot of people are sending pictures");
      const bytes = Buffer.concat([await photo(900, 600), Buffer.alloc(200_000)]);
      const posts = Array.from({ length: 6 }, () => ann.said("look", { files: [{ bytes, name: "a.jpg" }] }));
      for (const post of posts) expect((await post).pictures).toHaveLength(1);
      expect(small.socket.destroyed).toBe(false);
    } finally {
      for (const { socket } of sending) socket.destroy();
    }
  });
});

it("one person's messages are bounded, and more are taken when those are there", async () => {
  const limits = { budgets: budgets({ messages: { person: { burst: 40, perMinute: 60 } } }) };
  const chat = await startChat(handlers(), { limits });
  const ann = await Visitor.enter(chat);
  const sending = Array.from({ length: 13 }, () => neverEnding(ann));
  try {
    // Whichever of them comes last.
    expect(await Promise.race(sending.map(({ answer }) => answer))).toContain("Your last messages are still arriving");
    for (const { socket } of sending) socket.destroy();
    await expect.poll(async () => (await ann.say("again")).status).toBe(200);
  } finally {
    for (const { socket } of sending) socket.destroy();
  }
});

it("what stands in a message's fields counts as well as its files", async () => {
  const chat = await startChat(handlers(), { limits: { ...defaultWebChatLimits, arrivingBytes: 1_000_000 } });
  const { socket, answer } = neverEnding(await Visitor.enter(chat), undefined, 25);
  try {
    expect(await answer).toContain("A lot of people are sending pictures");
  } finally {
    socket.destroy();
  }
});

describe("a file that is sent without a name", () => {
  it.each([
    ["none", 'name="file"', "application/octet-stream"],
    ["an empty one", 'name="file"; filename=""', "image/png"],
  ])("is a picture by its bytes, or refused as any other: %s", async (_what, disposition, type) => {
    const log: string[] = [];
    const logger = pino({ level: "warn" }, { write: (line: string) => void log.push(line) });
    const chat = await startChat(handlers(), { logger });
    log.length = 0;
    const visitor = await Visitor.enter(chat);
    const send = (bytes: Buffer) => {
      const field = (name: string, value: string) =>
        `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
      const fields = field("channel", "art") + field("nonce", crypto.randomUUID());
      const head = `--x\r\ncontent-disposition: form-data; ${disposition}\r\ncontent-type: ${type}\r\n\r\n`;
      const body = new Blob([fields, head, new Uint8Array(bytes), "\r\n--x--\r\n"]);
      const headers = { ...visitor.headers, origin: visitor.base, "content-type": "multipart/form-data; boundary=x" };
      return fetch(`${visitor.base}/api/messages`, { method: "POST", headers, body });
    };
    const refused = await send(Buffer.from("abc"));
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { error: expect.stringMatching(/^picture is/) },
    ]);
    const taken = await send(await photo(40, 30));
    expect(taken.status).toBe(200);
    expect(((await taken.json()) as WireMessage).pictures).toMatchObject([{ name: "picture.jpg" }]);
    expect(log).toEqual([]);
  });
});
