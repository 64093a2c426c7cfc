import { cp } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { ChatError } from "../../../src/port/chat-error.js";
import { deferred } from "../../../src/shared/async.js";
import { ann, art, ben, type FakeMessage, mod } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { type StudioOptions, studio } from "../../fakes/studio.js";
import { newFolder } from "../../support/new-folder.js";

const emojiOf = (wanted: string): string => loadBuiltInStyles().find(({ name }) => name === wanted)?.emoji ?? "";

async function artChannel(options: StudioOptions = {}) {
  const open = await studio({ engine: new FakeEngine({ automatic: true }), ...options });
  if (!options.dir) await open.chat.say(mod, "/settings art:on");
  const photo = await picture(48, 36);
  const shared = (more: object = {}) =>
    open.chat.share(ann, [{ bytes: photo, name: "photo.png", type: "image/png", ...more }]);
  /** What a reaction has made the engine do. */
  const reacts = async (user: typeof ann, message: FakeMessage, emoji: string, added = true) => {
    const before = open.engine.runs.length;
    await open.chat.reactTo(user, message, emoji, added);
    await open.quiet();
    return open.engine.runs.slice(before).map(({ request }) => request);
  };
  return { ...open, photo, shared, reacts };
}

describe("in an art channel", () => {
  it("a style's emoji on anybody's picture paints it, and 👁 dreams it", async () => {
    const { shared, reacts, photo, chat, repository: jobs } = await artChannel();
    const message = shared();
    const [painted] = await reacts(ben, message, emojiOf("winter"));
    expect(painted).toMatchObject({ recipe: "stylize", params: { styles: [{ name: "winter", weight: 1 }] } });
    expect(painted?.pictures.image).toEqual(photo);
    const job = await jobs.latest({ platform: "fake", community: "club", author: "ben" });
    expect(job?.credits).toContainEqual({ role: "picture", by: "Ann", person: "ann" });
    // With and without the variation selector.
    for (const [user, emoji] of [
      [ben, "👁️"],
      [mod, "👁"],
    ] as const) {
      const [dreamt] = await reacts(user, message, emoji);
      expect(dreamt).toMatchObject({ recipe: "dream", params: { look: "creatures", size: 512 } });
      expect(dreamt?.pictures.image).toEqual(photo);
    }
    expect(chat.violations).toEqual([]);
  });

  it("says that of several pictures the first was taken, and how to take another", async () => {
    const { chat, reacts, photo, quiet } = await artChannel();
    const pictures = [photo, await picture(40, 30)].map((bytes) => ({ bytes, name: "photo.png", type: "image/png" }));
    const message = chat.share(ann, pictures);
    const [painted] = await reacts(ben, message, emojiOf("winter"));
    expect(painted?.pictures.image).toEqual(photo);
    const said = () => chat.in("channel").flatMap(({ content }) => /There were[^\n]*/.exec(content.text)?.[0] ?? []);
    const first = "There were 2 pictures, and this is the first. For another, reply to their message with";
    expect(said()).toEqual([`${first} \`/stylize picture:2\`.`]);
    await reacts(ben, message, "👁");
    expect(said().at(-1)).toBe(`${first} \`/dream picture:2\`.`);
    // What is made of the same picture again has nothing to do with the others any more.
    await chat.press(ben, chat.in("channel").at(-1) ?? expect.fail(), "again");
    await quiet();
    expect(said()).toHaveLength(2);
  });

  it("says once a day where the chat does not let it see the picture", async () => {
    const { chat, shared, reacts } = await artChannel();
    chat.fault = (call) =>
      call === "picturesOf"
        ? new ChatError("forbidden", { message: "I can't see what is in other people's messages." })
        : undefined;
    const said = () => chat.in("channel").filter(({ content }) => content.text.includes("I can't see"));
    expect(await reacts(ben, shared(), emojiOf("winter"))).toHaveLength(0);
    expect(said().map(({ content }) => content.text)).toEqual(["Ben: I can't see what is in other people's messages."]);
    await reacts(ann, shared(), "👁");
    expect(said()).toHaveLength(1);
    chat.fault = () => undefined;
    expect(await reacts(ben, shared(), emojiOf("winter"))).toHaveLength(1);
  });

  it("one person's emoji on one message starts one job, also through a restart", async () => {
    const first = await artChannel();
    const message = first.shared();
    expect(await first.reacts(ben, message, emojiOf("winter"))).toHaveLength(1);
    expect(await first.reacts(ben, message, emojiOf("winter"), false)).toHaveLength(0);
    expect(await first.reacts(ben, message, emojiOf("winter"))).toHaveLength(0);
    expect(await first.reacts(ann, message, emojiOf("winter"))).toHaveLength(1);
    expect(await first.reacts(ben, message, emojiOf("fire"))).toHaveLength(1);
    await first.close();
    const second = await artChannel({ chat: first.chat, dir: first.dir });
    expect(await second.reacts(ben, message, emojiOf("winter"))).toHaveLength(0);
    expect(await second.reacts(ben, message, "👁")).toHaveLength(1);
  });

  it("after a kill before there was a job it can be given again", async () => {
    const first = await artChannel();
    const { chat } = first;
    const message = first.shared();
    const coming = deferred();
    const asked = deferred();
    chat.download = (image) => ({
      ...image,
      fetch: async (...options) => {
        asked.resolve();
        await coming.promise;
        return image.fetch(...options);
      },
    });
    const { wants, event } = first.handlers;
    expect(await wants?.({ emoji: "👁", added: true, message, user: ben })).toBeDefined();
    const given = event({ kind: "reaction", emoji: "👁", added: true, message, user: ben });
    await asked.promise;
    // Once is enough.
    await event({ kind: "reaction", emoji: "👁", added: true, message, user: ben });
    // What a kill leaves.
    const dir = newFolder();
    await cp(first.dir, dir, { recursive: true });
    coming.resolve();
    await given;
    await first.quiet();
    expect(first.engine.runs).toHaveLength(1);
    await first.close();
    const second = await artChannel({ chat, dir });
    expect(await second.reacts(ben, message, "👁", false)).toHaveLength(0);
    expect(await second.reacts(ben, message, "👁")).toHaveLength(1);
    expect(await second.reacts(ben, message, "👁")).toHaveLength(0);
  });

  it("works on results, where the meanings of results come first", async () => {
    const { chat, shared, reacts, repository: jobs, store } = await artChannel();
    await reacts(ann, shared(), "👁");
    const final = chat.in("thread").at(-1);
    const job = await jobs.latest({ platform: "fake", community: "club", author: "ann" });
    if (!final || !job) throw new Error("no result");
    expect((await reacts(ben, final, "🔁"))[0]?.recipe).toBe("dream");
    await reacts(ben, final, "❤️");
    expect(store.favourites.count(job.id)).toBe(1);
    const [painted] = await reacts(ben, final, emojiOf("winter"));
    expect(painted?.recipe).toBe("stylize");
    expect(painted?.pictures.image).toEqual((await jobs.result(job.id))?.bytes);
    expect((await jobs.latest({ platform: "fake", community: "club", author: "ben" }))?.from).toBe(job.id);
  });

  it("keeps hidden pictures hidden", async () => {
    const { chat, shared, reacts, repository: jobs } = await artChannel();
    await reacts(ben, shared({ spoiler: true }), emojiOf("winter"));
    expect((await jobs.latest({ platform: "fake", community: "club", author: "ben" }))?.spoiler).toBe(true);
    const posted = chat.messages.filter(({ author }) => author === undefined).flatMap(({ pictures }) => pictures);
    expect(posted.length).toBeGreaterThan(1);
    expect(posted.every(({ spoiler }) => spoiler)).toBe(true);
  });

  it("leaves palettes and votes to themselves", async () => {
    const { chat, reacts, engine, photo } = await artChannel();
    const attachments = [
      { name: "photo.png", fetch: async () => ({ bytes: photo, name: "photo.png", type: "image/png" }) },
    ];
    await chat.say(ann, "/stylize", { attachments });
    await chat.say(ann, "/blend vote", { attachments });
    const [palette, vote] = chat.in("channel").slice(-2);
    if (!palette || !vote) throw new Error("nothing to react to");
    expect(await reacts(ben, palette, emojiOf("winter"))).toEqual([]);
    expect(await reacts(ben, palette, "👁")).toEqual([]);
    expect(await reacts(ben, vote, emojiOf("winter"))).toEqual([]);
    await chat.press(ann, vote, "cancel");
    expect(await reacts(ben, vote, emojiOf("fire"))).toEqual([]);
    expect(engine.runs).toEqual([]);
  });

  it("tells a refusal where it was reacted, once in a while, and lets it be tried again", async () => {
    const engine = new FakeEngine();
    const limits = { length: 20, waitingPerPerson: 1, perHourPerPerson: 100 };
    const { chat, shared, queue, quiet } = await artChannel({ engine, queue: { limits } });
    const message = shared();
    const refusals = () =>
      chat.in("channel").filter(({ content }) => content.text.startsWith("Ben: You have 1 unfinished job"));
    await chat.reactTo(ben, message, emojiOf("winter"));
    await chat.reactTo(ben, message, emojiOf("fire"));
    await chat.reactTo(ben, message, emojiOf("ink"));
    expect(refusals()).toHaveLength(1);
    expect(refusals()[0]?.content.mention).toMatchObject([{ id: "ben" }]);
    expect(queue.positions()).toHaveLength(1);
    await (await engine.next()).finish();
    await quiet();
    await chat.reactTo(ben, message, emojiOf("fire"));
    expect(queue.positions()).toHaveLength(1);
    await (await engine.next()).finish();
    await quiet();
  });

  it("holds what is set in the channel", async () => {
    const { chat, shared, reacts } = await artChannel();
    await chat.say(mod, "/settings largest:128 look:patterns");
    const message = shared();
    expect((await reacts(ben, message, "👁"))[0]?.params).toMatchObject({ size: 128, look: "patterns" });
    expect((await reacts(ben, message, emojiOf("winter")))[0]?.params).toMatchObject({ size: 128 });
  });

  it("means nothing on words, for other emoji, taken back, on what is gone, or in other channels", async () => {
    const { chat, shared, reacts, engine, store } = await artChannel();
    const words = chat.share(ann, []);
    expect(await reacts(ben, words, emojiOf("winter"))).toEqual([]);
    expect(store.interactiveMessages.get({ id: words.id, channel: words.channel })).toBeUndefined();
    const message = shared();
    expect(await reacts(ben, message, "🦑")).toEqual([]);
    expect(await reacts(ben, message, emojiOf("winter"), false)).toEqual([]);
    expect(await reacts(ben, { ...message, id: "m999" }, emojiOf("winter"))).toEqual([]);
    const elsewhere = chat.share(ann, message.pictures, { ...art, id: "night" });
    expect(await reacts(ben, elsewhere, emojiOf("winter"))).toEqual([]);
    await chat.say(mod, "/settings art:off");
    expect(await reacts(ben, message, emojiOf("winter"))).toEqual([]);
    expect(engine.runs).toEqual([]);
    expect(chat.ephemeral.filter(({ user }) => user === ben)).toEqual([]);
  });
});
