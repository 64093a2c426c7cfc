import { randomBytes } from "node:crypto";
import sharp from "sharp";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { findImage, type ImageRequest } from "../../../src/commands/images/find-image.js";
import type { WantedImage } from "../../../src/commands/images/image-option.js";
import type { Job } from "../../../src/domain/model.js";
import type { Picture, PictureSource } from "../../../src/port/messages.js";
import type { NewestPicture } from "../../../src/port/newest.js";
import { deferred } from "../../../src/shared/async.js";
import { serve } from "../../engine/networks/support/file-server.js";
import { ann, art, ben, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { botOptions, studio } from "../../fakes/studio.js";
import { SECRET, tellingImage } from "../../support/telling-images.js";

/** A chat with a picture on a message and a latest one, and a site with another. */
async function scene() {
  const [attached, answered, linked, latest] = await Promise.all([20, 30, 40, 50].map((side) => picture(side, side)));
  const { chat, app } = await studio();
  const shown = await chat.post(art, {
    text: "look",
    pictures: [{ bytes: answered ?? expect.fail(), name: "b.png", type: "image/png" }],
  });
  const bare = await chat.post(art, { text: "no picture here" });
  chat.latest = source(latest ?? expect.fail());
  let served = linked;
  const server = await serve((_, response) => void response.end(served));
  onTestFinished(() => server.close());
  const { port } = new URL(server.url);
  const link = new URL(`http://pictures.example:${port}/sea.png`);
  const rules = { ports: [Number(port)], resolve: async () => ["127.0.0.1"], allows: () => true };
  const told: string[] = [];
  const find = (event: Partial<ImageRequest["event"]>, wanted?: WantedImage, user = ann, channel = art) => {
    const note = async (text: string) => void told.push(text);
    const request = { chat, app, user, channel, event: { attachments: [], ...event }, note };
    return findImage(request, botOptions.pictures, wanted, rules);
  };
  const serveInstead = (bytes: Buffer) => {
    served = bytes;
  };
  return {
    chat,
    app,
    told,
    find,
    server,
    serveInstead,
    link,
    shown,
    bare,
    attachments: [source(attached ?? expect.fail())],
  };
}

const side = (found: Picture | undefined) => found && Buffer.from(found.bytes).readUInt32BE(16);

describe("the picture a command means", () => {
  it("is attached, else on the answered message, else behind the link, else the latest", async () => {
    const { find, link, shown, bare, attachments, server } = await scene();
    expect(side(await find({ attachments, repliesTo: shown }, link))).toBe(20);
    expect(side(await find({ repliesTo: shown }, link))).toBe(30);
    expect(server.requests).toHaveLength(0);
    const linked = await find({ repliesTo: bare }, link);
    expect([side(linked), linked?.name, linked?.type]).toEqual([40, "sea.png", "image/png"]);
    await expect(find({ repliesTo: bare })).rejects.toThrow("There is no picture in that message that I could use.");
    expect(side(await find({}, "latest"))).toBe(50);
    expect(await find({ attachments, repliesTo: shown }, "none")).toBeUndefined();
  });

  it("is the one whose number is given, of those attached, pointed at, answered, or beside the newest", async () => {
    const { chat, find, bare } = await scene();
    const files = await Promise.all([60, 70].map((side) => picture(side, side)));
    const pictures = files.map((bytes, n) => ({ bytes, name: `${n}.png`, type: "image/png" }));
    const message = await chat.post(art, { text: "two", pictures });
    const two = files.map((bytes) => source(bytes));
    expect(side(await find({ attachments: two }, { number: 2 }))).toBe(70);
    expect(side(await find({ repliesTo: message }, { number: 2 }))).toBe(70);
    // What the adapter has been handed counts, as the bot may not read every message.
    expect(side(await find({ repliesTo: bare, pointedAt: two.toReversed() }, { number: 2 }))).toBe(60);
    chat.latest = { ...source(files[0] ?? expect.fail()), message };
    expect(side(await find({}, { number: 2 }))).toBe(70);
    await expect(find({ repliesTo: message }, { number: 3 })).rejects.toThrow(
      "There is no picture 3: there are only 2.",
    );
  });

  it("has its place among others with it where several could be meant, and no one has said which", async () => {
    const { chat, find, attachments } = await scene();
    const [file = expect.fail(), other = expect.fail()] = await Promise.all(
      [60, 70].map((side) => picture(side, side)),
    );
    const [two, first] = [[source(file), source(other)], { number: 1, count: 2 }];
    const pictures = [file, other].map((bytes) => ({ bytes, name: "a.png", type: "image/png" }));
    const repliesTo = await chat.post(art, { text: "two", pictures });
    Object.assign(chat, { picturesBehind: async () => two });
    const link = new URL("https://chat.example/art/1");
    for (const found of [await find({ repliesTo }), await find({}, link), await find({ repliesTo, pointedAt: two })])
      expect([side(found), found?.among]).toEqual([60, first]);
    chat.latest = { ...source(other), among: { number: 2, count: 2 } };
    expect((await find({}))?.among).toEqual({ number: 2, count: 2 });
    // An emoji in the text is not what a message is about.
    const aside = [source(file), { ...source(other), aside: true }];
    const said = [
      await find({ repliesTo }, { number: 1 }),
      await find({}, { link, number: 2 }),
      await find({ attachments: two }),
      await find({ attachments, repliesTo }),
      await find({ repliesTo, pointedAt: aside }),
    ];
    expect(said.map((found) => [side(found), found?.among])).toEqual([60, 70, 60, 20, 60].map((n) => [n, undefined]));
    await expect(find({}, { link, number: 3 })).rejects.toThrow("There is no picture 3: there are only 2.");
    Object.assign(chat, { picturesBehind: async () => undefined });
    await expect(find({}, { link, number: 2 })).rejects.toThrow("There is no picture 2: there is only one.");
  });

  it("is taken without what its camera wrote, wherever it comes from", async () => {
    const { chat, find, serveInstead, link } = await scene();
    const telling = await tellingImage.exif("jpeg");
    expect(telling.includes(SECRET)).toBe(true);
    const repliesTo = await chat.post(art, {
      text: "look",
      pictures: [{ bytes: telling, name: "b.jpg", type: "image/jpeg" }],
    });
    chat.latest = source(telling);
    serveInstead(telling);
    const found = [
      await find({ attachments: [source(telling)] }),
      await find({ repliesTo }),
      await find({}, link),
      await find({}),
    ];
    for (const each of found) {
      expect(Buffer.from(each?.bytes ?? []).includes(SECRET)).toBe(false);
      expect(await sharp(each?.bytes).metadata()).toMatchObject({ width: 48, height: 32, orientation: 6 });
    }
  });

  it("is on the message behind a link of the platform's own; other links lead to the internet", async () => {
    const { chat, find, link } = await scene();
    const behind = source(await picture(60, 60), "behind.png");
    const asked: unknown[] = [];
    Object.assign(chat, {
      picturesBehind: async ({ hostname }: URL, reader: unknown) => {
        asked.push(reader);
        return hostname === "chat.example" ? [behind] : undefined;
      },
    });
    expect(side(await find({}, new URL("https://chat.example/art/1")))).toBe(60);
    expect(side(await find({}, link))).toBe(40);
    expect(asked).toEqual(Array(2).fill({ user: ann, channel: art }));
  });

  it("is a person's avatar or an emoji's image, where the platform shows one", async () => {
    const { chat, find } = await scene();
    await expect(find({}, { written: "<@17>" })).rejects.toThrow("`<@17>` has no picture here");
    const avatar = source(await picture(60, 60), "avatar.png");
    Object.assign(chat, {
      pictureOf: async (written: string, channel: unknown) => {
        expect(channel).toEqual(art);
        return written === "<@17>" ? avatar : undefined;
      },
    });
    expect(side(await find({}, { written: "<@17>" }))).toBe(60);
    await expect(find({}, { written: ":blob:" })).rejects.toThrow("`:blob:` has no picture here");
  });

  it("is not looked for where the adapter has done so already", async () => {
    const { chat, find } = await scene();
    chat.latestPicture = () => Promise.reject(new Error("asked twice"));
    expect(side(await find({ latestPicture: source(await picture(60, 60)) }))).toBe(60);
    expect(await find({ latestPicture: "none" })).toBeUndefined();
  });

  it("that is looked for longer than three seconds is told of to its user", async () => {
    const { chat, told, find } = await scene();
    const { promise, resolve } = deferred<PictureSource>();
    chat.latestPicture = () => promise;
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const found = find({});
    await vi.advanceTimersByTimeAsync(2_900);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(told).toEqual([expect.stringContaining("does not let me look for the picture just now")]);
    vi.useRealTimers();
    resolve(source(await picture(70, 70)));
    expect(side(await found)).toBe(70);
    expect(told).toHaveLength(1);
  });

  it("says so too when the one before a damaged one is long in coming", async () => {
    const { chat, find, told } = await scene();
    const asked = deferred();
    const before = deferred<NewestPicture | undefined>();
    const older = () => {
      asked.resolve();
      return before.promise;
    };
    chat.latest = { ...source(Buffer.from("no picture")), older };
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const found = find({});
    await asked.promise;
    await vi.advanceTimersByTimeAsync(3_100);
    expect(told).toEqual([expect.stringContaining("does not let me look for the picture just now")]);
    vi.useRealTimers();
    before.resolve(source(await picture(70, 70)));
    expect(side(await found)).toBe(70);
  });

  it("is the newest that can be decoded, unless another one is meant", async () => {
    const { chat, find } = await scene();
    const good = Buffer.from(await picture(60, 60));
    // Headers that promise a picture, and nothing behind them.
    const hollow = Buffer.concat([good.subarray(0, good.indexOf("IDAT") + 6), randomBytes(200)]);
    const jpeg = await sharp(randomBytes(90 * 90 * 3), { raw: { width: 90, height: 90, channels: 3 } })
      .jpeg()
      .toBuffer();
    const scan = jpeg.indexOf(Buffer.of(0xff, 0xda));
    const files = [jpeg.subarray(0, scan + 40), hollow, Buffer.from("no picture"), Buffer.alloc(0)];
    const chain = (next: NewestPicture | undefined, bytes: Buffer): NewestPicture => ({
      ...source(bytes),
      older: async () => next,
    });
    chat.latest = files.reduceRight(chain, source(good));
    expect(side(await find({}))).toBe(60);
    // A file that was cut off shows something.
    chat.latest = source(jpeg.subarray(0, jpeg.length / 2));
    expect((await find({}))?.type).toBe("image/jpeg");
    chat.latest = files.reduceRight<NewestPicture | undefined>(chain, undefined);
    await expect(find({})).rejects.toThrow("That picture is damaged");
    // What is of a kind that is not read was meant all the same.
    chat.latest = chain(source(good), Buffer.from("%PDF-1.7 "));
    await expect(find({})).rejects.toThrow("I do not read pdf files");
  });

  it("is the newest in a thread, and that of the channel only in a thread that a job has opened", async () => {
    const { chat, app, find } = await scene();
    const latest = chat.latest ?? expect.fail();
    vi.spyOn(chat, "latestPicture").mockImplementation(async ({ thread }) =>
      thread === undefined ? latest : undefined,
    );
    await expect(find({}, "latest", ann, { ...art, thread: "private" })).resolves.toBeUndefined();
    vi.spyOn(app.jobs, "ofMessage").mockImplementation(async ({ id }) => (id === "job" ? ({} as Job) : undefined));
    expect(side(await find({}, "latest", ann, { ...art, thread: "job" }))).toBe(50);
  });

  it("is one of two at a time for one person, who does not keep others waiting", async () => {
    const { find, attachments } = await scene();
    const slow = { attachments: [{ name: "slow.png", fetch: () => new Promise<never>(() => undefined) }] };
    const hanging = [find(slow), find(slow)].map((work) => expect(work).rejects.toThrow(/took longer than 1 s/));
    await expect(find({ attachments })).rejects.toThrow(
      "I am still fetching 2 pictures for you; please wait until they are here.",
    );
    expect(side(await find({ attachments }, "latest", ben))).toBe(20);
    await Promise.all(hanging);
    expect(side(await find({ attachments }))).toBe(20);
  });

  it("is one of sixteen at a time for all", async () => {
    const { find, attachments } = await scene();
    const slow = { attachments: [{ name: "slow.png", fetch: () => new Promise<never>(() => undefined) }] };
    const crowd = Array.from({ length: 16 }, (_, index) => ({ ...ben, id: `person-${index}` }));
    const hanging = crowd.map((person) => expect(find(slow, "latest", person)).rejects.toThrow(/took longer than 1 s/));
    await expect(find({ attachments })).rejects.toThrow(
      "I am fetching many pictures just now; please try again in a moment.",
    );
    await Promise.all(hanging);
    expect(side(await find({ attachments }))).toBe(20);
  });

  it("is fetched from the public internet alone when a command in a chat says so", async () => {
    const server = await serve((_, response) => void response.end("secret"));
    onTestFinished(() => server.close());
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    for (const link of [
      server.url,
      "http://127.0.0.1/a.png",
      "<http://169.254.169.254/latest/>",
      "ftp://example.org/a.png",
    ]) {
      await chat.say(ann, `/dream ${link} octaves:1`);
    }
    await quiet();
    expect(engine.runs).toEqual([]);
    expect(server.requests).toEqual([]);
    expect(chat.ephemeral.map((reply) => reply.text)).toEqual([
      expect.stringMatching(
        /^I fetch from the usual ports only, not from port \d+; please attach the picture instead\.$/,
      ),
      "127.0.0.1 is not on the public internet, and I fetch pictures only from there; " +
        "please attach the picture instead.",
      "169.254.169.254 is not on the public internet, and I fetch pictures only from there; " +
        "please attach the picture instead.",
      "I fetch http and https links only, not ftp ones; please attach the picture instead.",
    ]);
  });
});
