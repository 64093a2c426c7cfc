import sharp from "sharp";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { ChatError, type ChatErrorKind } from "../../../src/port/chat-error.js";
import { deferred } from "../../../src/shared/async.js";
import { ann, ben, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";
import { SECRET, tellingImage } from "../../support/telling-images.js";

const styles = loadBuiltInStyles();
const emojiOf = (wanted: string): string => styles.find(({ name }) => name === wanted)?.emoji ?? "";

async function palette(line = "/stylize", options: { readonly settleMs?: number } = {}) {
  const open = await studio({ engine: new FakeEngine({ automatic: true }), ...options });
  const photo = await picture(48, 36);
  await open.chat.say(ann, line, { attachments: [source(photo)] });
  const message = open.chat.in("channel")[0];
  if (!message) throw new Error("no palette");
  return { ...open, photo, message };
}

describe("a palette", () => {
  it("shows the styles and the picture, and carries a reaction for each style", async () => {
    const { message, photo, engine } = await palette();
    expect(message.content.text).toMatch(/^\*\*Which style, Ann\?\*\*/);
    for (const { name, emoji } of styles) expect(message.content.text).toContain(`${emoji} ${name}`);
    expect(message.reactions).toEqual(styles.map(({ emoji }) => emoji));
    expect(message.pictures).toHaveLength(2);
    const sheet = await sharp(message.pictures[0]?.bytes).metadata();
    expect(sheet.width).toBeGreaterThan(700);
    expect(message.pictures[1]?.bytes).toEqual(photo);
    expect(engine.runs).toHaveLength(0);
  });

  it("says that of several pictures the first was taken, as its painting does, and that of votes", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const pictures = await Promise.all(
      [48, 40].map(async (side) => ({ bytes: await picture(side, side), name: "a.png", type: "image/png" })),
    );
    const { id, channel } = chat.share(ann, pictures);
    const first = "There were 2 pictures, and this is the first. For another, reply to their message with";
    await chat.say(ann, "/stylize", { repliesTo: { id, channel } });
    const message = chat.in("channel").at(-1) ?? expect.fail();
    expect(message.content.text).toContain(`\n${first} \`/stylize picture:2\`.`);
    await chat.reactTo(ann, message, emojiOf("winter"));
    await chat.until(() => engine.runs[0]);
    await quiet();
    expect(chat.in("channel").at(-1)?.content.text).toContain(`\n${first} \`/stylize picture:2\`.\n`);
    await chat.say(ann, "/blend vote", { repliesTo: { id, channel } });
    const vote = chat.in("channel").at(-1) ?? expect.fail();
    await chat.reactTo(ann, vote, emojiOf("winter"));
    expect(vote.content.text).toContain(`\n${first} \`/blend vote picture:2\`.`);
    await chat.say(ann, "/stylize picture:2", { repliesTo: { id, channel } });
    expect(chat.in("channel").at(-1)?.content.text).not.toContain("There were");
  });

  it("shows the picture without what its camera wrote", async () => {
    const { chat } = await studio();
    await chat.say(ann, "/stylize", { attachments: [source(await tellingImage.exif("jpeg"))] });
    const photo = Buffer.from(chat.in("channel")[0]?.pictures[1]?.bytes ?? []);
    expect((await sharp(photo).metadata()).orientation).toBe(6);
    expect(photo.includes(SECRET)).toBe(false);
  });

  it.each<[string, ChatErrorKind, number]>([
    ["may not be reacted to", "forbidden", 1],
    ["is gone", "gone", 1],
    ["takes one emoji less", "unknown-emoji", styles.length],
  ])("whose message %s costs no call in vain", async (_case, kind, calls) => {
    const { chat } = await studio();
    const tried: unknown[] = [];
    chat.fault = (call, { emoji }) => {
      if (call !== "react") return undefined;
      tried.push(emoji);
      return emoji === styles[0]?.emoji ? new ChatError(kind, { message: "No." }) : undefined;
    };
    await chat.say(ann, "/stylize", { attachments: [source(await picture(48, 36))] });
    const all = styles.map(({ emoji }) => emoji);
    expect(tried).toEqual(all.slice(0, calls));
    expect(chat.in("channel")[0]?.reactions).toEqual(all.slice(1, calls));
  });

  it("is refused where nobody could choose, because the platform tells of no reactions", async () => {
    const { chat, store } = await studio();
    chat.info = { closed: true, restricted: false, reactions: false };
    for (const line of ["/stylize", "/blend vote"])
      await chat.say(ann, line, { attachments: [source(await picture(48, 36))] });
    expect(chat.ephemeral.map(({ text }) => text)).toEqual(Array(2).fill(expect.stringContaining("`/stylize winter`")));
    expect(chat.in("channel")).toEqual([]);
    expect(store.interactiveMessages.list("palette")).toEqual([]);
  });

  it("paints what its author chooses, with the line's other options", async () => {
    const { chat, engine, message, photo, quiet } = await palette("/stylize strength:0.8 seed:7");
    await chat.reactTo(ann, message, emojiOf("winter"));
    await chat.until(() => engine.runs[0]);
    await quiet();
    expect(engine.runs[0]?.request).toMatchObject({
      recipe: "stylize",
      params: { strength: 0.8, seed: 7, styles: [{ name: "winter", weight: 1 }] },
    });
    expect(engine.runs[0]?.request.pictures.image).toEqual(photo);
  });

  it("blends the first eight of more than a blend takes", async () => {
    const { chat, engine, store, message, quiet } = await palette();
    const ref = { id: message.id, channel: message.channel };
    const all = styles.map(({ name }) => name);
    for (const choice of all.slice(1)) store.interactiveMessages.vote(ref, { user: ann.id, choice }, true);
    await chat.reactTo(ann, message, emojiOf(all[0] ?? ""));
    await chat.until(() => engine.runs[0]);
    await quiet();
    expect(engine.runs[0]?.request.params.styles).toHaveLength(8);
  });

  it("blends several, and those that are taken back do not count", async () => {
    const { chat, engine, store, message, quiet } = await palette();
    const ref = { id: message.id, channel: message.channel };
    // As if all had come before the painting starts.
    for (const choice of ["winter", "fire"]) store.interactiveMessages.vote(ref, { user: ann.id, choice }, true);
    await chat.reactTo(ann, message, emojiOf("gold"));
    await chat.until(() => engine.runs[0]);
    await quiet();
    expect(engine.runs[0]?.request.recipe).toBe("blend");
    const names = ((engine.runs[0]?.request.params.styles ?? []) as { name: string }[]).map(({ name }) => name);
    expect(names.sort()).toEqual(["fire", "gold", "winter"]);
    // Ready for another choice.
    expect(store.interactiveMessages.votes(ref)).toEqual([]);
    await chat.reactTo(ann, message, emojiOf("ink"));
    await chat.until(() => engine.runs[1]);
    await quiet();
    expect(engine.runs[1]?.request.params.styles).toMatchObject([{ name: "ink", weight: 1 }]);
  });

  it("waits as long for further choices where the clock has been set back since it was opened", async () => {
    const { chat, engine, message } = await palette("/stylize", { settleMs: 37 });
    vi.useFakeTimers({ now: Date.now() - 24 * 3_600_000, toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const timers = vi.spyOn(globalThis, "setTimeout");
    onTestFinished(() => void timers.mockRestore());
    await chat.reactTo(ann, message, emojiOf("winter"));
    await chat.until(() => engine.runs[0]);
    expect(timers.mock.calls.map(([, wait]) => wait)).toContain(37);
  });

  it("listens to its author only, and to styles only", async () => {
    const { chat, store, message } = await palette();
    await chat.reactTo(ben, message, emojiOf("winter"));
    await chat.reactTo(ann, message, "🦑");
    await chat.reactTo(ann, message, emojiOf("winter"), false);
    expect(store.interactiveMessages.votes({ id: message.id, channel: message.channel })).toEqual([]);
  });

  it("says so when its picture is gone", async () => {
    const { chat, message } = await palette();
    message.pictures = message.pictures.slice(0, 1);
    await chat.reactTo(ann, message, emojiOf("winter"));
    const reply = await chat.until(() => chat.in("channel").find(({ content }) => content.text.includes("is gone")));
    expect(reply.content.mention).toMatchObject([{ id: ann.id }]);
  });

  it("goes on after a restart with what had been chosen", async () => {
    const { chat, store, message, close, dir } = await palette("/stylize seed:7");
    store.interactiveMessages.vote(
      { id: message.id, channel: message.channel },
      { user: ann.id, choice: "winter" },
      true,
    );
    chat.give(ann, message, emojiOf("winter"));
    await close();
    const engine = new FakeEngine({ automatic: true });
    const second = await studio({ chat, engine, dir });
    await chat.until(() => engine.runs[0]);
    await second.quiet();
    expect(engine.runs.map(({ request }) => request.params)).toMatchObject([{ seed: 7, styles: [{ name: "winter" }] }]);
  });

  it("paints after a kill before there was a job, also one that was chosen meanwhile", async () => {
    const { chat, message, store, close, dir } = await palette("/stylize seed:7");
    const asked = deferred();
    const { picturesOf } = chat;
    chat.picturesOf = () => {
      asked.resolve();
      return new Promise(() => undefined);
    };
    await chat.reactTo(ann, message, emojiOf("winter"));
    await asked.promise;
    chat.give(ann, message, emojiOf("fire"));
    expect(store.jobs.since(0)).toEqual([]);
    await close();
    chat.picturesOf = picturesOf;
    const engine = new FakeEngine({ automatic: true });
    const second = await studio({ chat, engine, dir });
    await chat.until(() => engine.runs[0]);
    await second.quiet();
    expect(engine.runs.map(({ request }) => request.params.styles)).toMatchObject([
      [{ name: "winter" }, { name: "fire" }],
    ]);
    expect(second.store.interactiveMessages.votes(message)).toEqual([]);
  });

  it("paints once when the program is killed right after the job's start", async () => {
    const { chat, message, store, quiet, close, dir } = await palette("/stylize seed:7");
    await chat.reactTo(ann, message, emojiOf("winter"));
    await chat.until(() => store.jobs.since(0)[0]);
    await quiet();
    // As the kill leaves it.
    const { community, platform } = message.channel;
    const job = store.jobs.latest({ community, platform, author: ann.id });
    const [after] = store.interactiveMessages.list("palette");
    if (!after) throw new Error("no palette");
    const start = { job: job?.id, choices: ["winter"] };
    store.interactiveMessages.put({ ...after, payload: { ...after.payload, painted: [], start } });
    store.interactiveMessages.vote(message, { user: ann.id, choice: "winter" }, true);
    await close();
    const second = await studio({ chat, engine: new FakeEngine({ automatic: true }), dir });
    const palettes = () => second.store.interactiveMessages.list("palette");
    await chat.until(() => palettes().find(({ payload }) => (payload.painted as string[]).includes("winter")));
    await second.quiet();
    expect(second.store.jobs.since(0)).toHaveLength(1);
    expect(second.store.interactiveMessages.votes(message)).toEqual([]);
    await chat.reactTo(ann, message, emojiOf("fire"));
    await chat.until(() => second.store.jobs.since(0)[1]);
    await second.quiet();
  });

  it("reads what its author has reacted with while the program was away, and paints nothing twice", async () => {
    const { chat, engine, message, quiet, close, dir } = await palette("/stylize seed:7");
    await chat.reactTo(ann, message, emojiOf("fire"));
    await chat.until(() => engine.runs[0]);
    await quiet();
    await close();
    chat.give(ben, message, emojiOf("ink"));
    // Nothing but what is painted already.
    const second = await studio({ chat, engine, dir });
    await second.quiet();
    expect(second.store.interactiveMessages.votes(message)).toEqual([]);
    await second.close();
    chat.give(ann, message, emojiOf("winter"));
    const third = await studio({ chat, engine, dir });
    await chat.until(() => engine.runs[1]);
    await third.quiet();
    expect(
      engine.runs.map(({ request }) => (request.params.styles as { name: string }[]).map(({ name }) => name)),
    ).toEqual([["fire"], ["winter"]]);
  });

  it("that is over is asked nothing at the start, and takes no more choices", async () => {
    const { chat, engine, message, store, close, dir } = await palette();
    const [stored] = store.interactiveMessages.list("palette");
    if (!stored) throw new Error("no palette");
    store.interactiveMessages.put({ ...stored, expiresAt: Date.now() - 1 });
    await close();
    chat.give(ann, message, emojiOf("winter"));
    const asked: string[] = [];
    chat.fault = (call) => void asked.push(call);
    const second = await studio({ chat, engine, dir });
    await second.quiet();
    expect(asked).toEqual([]);
    await chat.reactTo(ann, message, emojiOf("fire"));
    expect(chat.in("channel").at(-1)?.content.text).toBe("Ann: This palette is over; `/stylize` posts a new one.");
    expect(engine.runs).toHaveLength(0);
  });

  it("forgets a choice that a moderator has cleared", async () => {
    const { chat, store, message } = await palette();
    const names = () => store.interactiveMessages.votes(message).map(({ choice }) => choice);
    for (const choice of ["winter", "fire"]) store.interactiveMessages.vote(message, { user: ann.id, choice }, true);
    await chat.clearReactions(message, emojiOf("winter"));
    expect(names()).toEqual(["fire"]);
    await chat.clearReactions(message);
    expect(names()).toEqual([]);
  });
});
