import { randomBytes } from "node:crypto";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { ChatError, type ChatErrorKind } from "../../src/port/chat-error.js";
import type { CommandEvent } from "../../src/port/events.js";
import { ann, art, ben, type Call, FakeChat, mod, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";
import { claims } from "../support/pictures.js";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
afterAll(() => expect(unhandled).toEqual([]));

const isFinal = (text: string) => text.includes("Your picture is ready");

describe("a chat that fails", () => {
  it("loses and doubles no job, and every picture arrives once, when it refuses calls for a while", async () => {
    const kinds = fc.constantFrom<ChatErrorKind>("rate-limited", "timeout", "unavailable");
    // How often each different call fails before it succeeds; fewer than the tries of any of them.
    const faults = fc.array(fc.record({ times: fc.integer({ min: 0, max: 2 }), kind: kinds }), {
      minLength: 5,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(faults, async (list) => {
        const engine = new FakeEngine({ automatic: true });
        const { chat, quiet, queue } = await studio({ engine, chat: new FakeChat({ editIntervalMs: 1 }) });
        let ended = 0;
        queue.on("done", () => ended++);
        const left = new Map<string, { times: number; readonly kind: ChatErrorKind }>();
        chat.fault = (call, { channel, message, content }) => {
          const key = JSON.stringify([call, channel, message, content?.text]);
          const fault = left.get(key) ?? { ...(list[left.size % list.length] ?? { times: 0, kind: "timeout" }) };
          left.set(key, fault);
          return fault.times-- > 0 ? new ChatError(fault.kind, { message: "Not now." }) : undefined;
        };
        for (const user of [ann, ben, mod]) await chat.say(user, "/dream octaves:2 picture:none");
        await quiet();
        expect(engine.runs).toHaveLength(3);
        expect(ended).toBe(3);
        const finals = chat.in("thread").filter((message) => isFinal(message.content.text));
        expect(finals.flatMap(({ content }) => content.mention?.map(({ name }) => name)).sort()).toEqual([
          "Ann",
          "Ben",
          "Mo",
        ]);
        const frames = chat.in("thread").filter((message) => /^Octave . of 2 · /.test(message.content.text));
        expect(frames).toHaveLength(6);
        expect(chat.in("channel")).toHaveLength(3);
        for (const message of chat.in("channel"))
          expect([message.pictures.length, message.content.text]).toEqual([1, expect.stringContaining("Done in")]);
        expect(chat.violations.filter((violation) => violation.includes("at once"))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it.each<[Call, ChatErrorKind]>([
    ["post", "forbidden"],
    ["post", "gone"],
    ["edit", "gone"],
    ["edit", "unavailable"],
    ["openThread", "forbidden"],
    ["openThread", "unavailable"],
    ["reply", "timeout"],
  ])("always in %s (%s) does not stop the job or the next one", async (call, kind) => {
    const engine = new FakeEngine({ automatic: true });
    const { chat, quiet } = await studio({ engine });
    chat.fault = (called) => (called === call ? new ChatError(kind, { message: "No." }) : undefined);
    await chat.say(ann, "/dream octaves:2 picture:none");
    await chat.say(ben, "/dream octaves:2 picture:none");
    await quiet();
    expect(engine.runs).toHaveLength(2);
    const shown = chat.messages.filter((message) => message.pictures.length > 0).map((message) => message.content.text);
    // Where posts are refused for good, the answer to the command shows it.
    expect(shown.filter(isFinal)).toHaveLength(2);
  });

  it("that refuses everything for ever leaves the program well", async () => {
    const engine = new FakeEngine({ automatic: true });
    const { chat, quiet } = await studio({ engine });
    chat.fault = () => new ChatError("unavailable", { message: "The platform is down." });
    await chat.say(ann, "/dream octaves:2 picture:none");
    await quiet();
    expect(chat.messages).toEqual([]);
    chat.fault = () => undefined;
    await chat.say(ann, "/dream octaves:2 picture:none");
    await quiet();
    // The second one's picture, and the first one's, which was owed.
    await chat.until(() => chat.messages.filter(({ content }) => isFinal(content.text)).length === 2);
  });

  it("that throws something unheard of is logged, not fatal", async () => {
    const { chat, quiet, engine } = await studio({ engine: new FakeEngine({ automatic: true }) });
    let calls = 0;
    chat.fault = () => {
      if (calls++ % 4 === 0) throw new TypeError("adapter bug");
      return undefined;
    };
    await chat.say(ann, "/dream octaves:2 picture:none");
    await quiet();
    expect(engine.runs).toHaveLength(1);
  });

  it.each([
    ["more", 2_000_000, "image/png"],
    ["less", 12_000, "image/jpeg"],
  ])("in a place that takes %s than its chat does everywhere gets what fits there", async (_what, bytes, type) => {
    const fake = new FakeChat({ uploadBytes: 60_000 });
    fake.info = { ...fake.info, uploadBytes: bytes };
    const { chat, engine, quiet } = await studio({ chat: fake });
    await chat.say(ann, "/dream octaves:1 picture:none");
    const noise = sharp(randomBytes(200 * 200 * 3), { raw: { width: 200, height: 200, channels: 3 } });
    (await engine.next()).finishWith(await noise.png().toBuffer(), 200, 200);
    await quiet();
    const shown = chat.messages.flatMap((message) => (isFinal(message.content.text) ? message.pictures : []));
    expect(shown.map((picture) => picture.type)).toEqual([type]);
    expect(shown[0]?.bytes.byteLength).toBeLessThanOrEqual(bytes);
  });

  it("with a small upload limit gets a smaller final picture", async () => {
    const { chat, engine, quiet } = await studio({ chat: new FakeChat({ uploadBytes: 12_000 }) });
    await chat.say(ann, "/dream octaves:1 picture:none");
    const run = await engine.next();
    const noise = await sharp(randomBytes(200 * 200 * 3), { raw: { width: 200, height: 200, channels: 3 } })
      .png()
      .toBuffer();
    expect(noise.byteLength).toBeGreaterThan(100_000);
    run.finishWith(noise, 200, 200);
    await quiet();
    const final = chat.messages.find((message) => isFinal(message.content.text));
    expect(final?.pictures[0]?.type).toBe("image/jpeg");
    expect(final?.pictures[0]?.name).toMatch(/\.jpg$/);
    expect((await sharp(final?.pictures[0]?.bytes).metadata()).format).toBe("jpeg");
  });
});

describe("what an adapter has acknowledged", () => {
  const command = (text: string, job: string, settle: () => void): CommandEvent => ({
    kind: "command",
    name: "dream",
    text,
    attachments: [],
    user: ann,
    channel: art,
    receipt: { job, settle },
    reply: async () => undefined,
  });

  it("is settled when its job, under the id that was on disk before, is in the repository", async () => {
    const { handlers, repository, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const before: unknown[] = [];
    const add = repository.add.bind(repository);
    repository.add = async (job, pictures) => {
      before.push(job.id, settled);
      await add(job, pictures);
    };
    let settled = false;
    const settle = () => {
      settled = true;
    };
    expect(await handlers.accepted("7KQ4M9XA")).toBe(false);
    await handlers.event(command("picture:none", "7KQ4M9XA", settle));
    expect(before).toEqual(["7KQ4M9XA", false]);
    expect(await handlers.accepted("7KQ4M9XA")).toBe(true);
    await quiet();
    expect(settled).toBe(true);
  });

  it("is settled with the first answer, and the event is dealt with only then", async () => {
    const { handlers } = await studio();
    let answer: () => void = () => undefined;
    const answered = new Promise<undefined>((resolve) => {
      answer = () => resolve(undefined);
    });
    const calls: string[] = [];
    const event = command("strength:loud", "7KQ4M9XB", () => calls.push("settled"));
    const reply = async () => {
      calls.push("answering");
      return answered;
    };
    const dealt = handlers.event({ ...event, reply }).then(() => calls.push("dealt with"));
    await expect.poll(() => calls).toEqual(["answering"]);
    answer();
    await dealt;
    expect(calls).toEqual(["answering", "settled", "dealt with"]);
    expect(await handlers.accepted("7KQ4M9XB")).toBe(false);
  });
});

describe("the picture a command means", () => {
  const used = async (say: (chat: FakeChat) => Promise<void>) => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await say(chat);
    await quiet();
    return {
      pictures: engine.runs.map((run) => run.request.pictures.image?.byteLength),
      ephemeral: chat.ephemeral.map((reply) => reply.text),
    };
  };

  it("is the attachment, else that of the answered message, else the latest, and never another one", async () => {
    const [a, b, c] = await Promise.all([picture(20, 16), picture(200, 100), picture(300, 200)]);
    const found = await used(async (chat) => {
      const shown = await chat.post(art, { text: "look", pictures: [{ bytes: b, name: "b.png", type: "image/png" }] });
      const bare = await chat.post(art, { text: "no picture here" });
      chat.latest = undefined;
      await chat.say(ann, "/dream octaves:1");
      await chat.say(ann, "/zoom frames:2");
      chat.latest = source(c);
      await chat.say(ann, "/dream octaves:1");
      await chat.say(ann, "/dream octaves:1", { repliesTo: shown });
      await chat.say(ann, "/dream octaves:1", { repliesTo: bare });
      await chat.say(ann, "/dream octaves:1", { repliesTo: shown, attachments: [source(a)] });
    });
    expect(found.pictures).toEqual([c.byteLength, b.byteLength, a.byteLength]);
    expect(found.ephemeral).toEqual([
      expect.stringMatching(
        /^There is no picture here\. Attach one to `\/dream.*`, .*; `picture:none` starts without one\.$/,
      ),
      expect.stringMatching(
        /^There is no picture here\. Attach one to `\/zoom.*`, .*; `picture:none` starts without one\.$/,
      ),
      "There is no picture in that message that I could use. Choose one that has one, or attach one.",
    ]);
  });

  it.each([
    [
      "too large as declared",
      { name: "p.png", size: 200_000, fetch: () => Promise.reject(new Error("never asked")) },
      /larger than 0.1 MB; please send a smaller one/,
    ],
    ["larger than declared", source(new Uint8Array(200_000)), /larger than 0.1 MB/],
    [
      "not a picture",
      { ...source(new TextEncoder().encode("#!/bin/sh"), "photo.png") },
      /^photo\.png is not a picture I can read\. Use a JPEG, PNG/,
    ],
    [
      "another kind of file",
      source(new TextEncoder().encode("%PDF-1.7\n%abc"), "photo.png"),
      /^photo\.png cannot be used: I do not read pdf files\. Use a/,
    ],
    ["a bomb", source(claims(60_000, 60_000)), /^photo\.png has more than 50 megapixels/],
    [
      "a speck",
      source(claims(15, 400)),
      /^photo\.png is 15 × 400 pixels; send one of at least 16 pixels on each side\./,
    ],
    [
      "gone",
      { name: "p.png", fetch: () => Promise.reject(new ChatError("gone", { message: "The picture was deleted." })) },
      /^The picture was deleted\.$/,
    ],
    ["endless", { name: "p.png", fetch: () => new Promise<never>(() => undefined) }, /took longer than 1 s to arrive/],
  ])("is refused in a sentence when it is %s", async (_what, bad, sentence) => {
    const found = await used((chat) => chat.say(ann, "/dream", { attachments: [bad] }));
    expect(found.pictures).toEqual([]);
    expect(found.ephemeral).toHaveLength(1);
    expect(found.ephemeral[0]).toMatch(sentence);
  });
});
