import { describe, expect, it } from "vitest";
import { ann, art, ben, type FakeMessage, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

async function result(line = "/dream size:256 strength:1 seed:7 octaves:2") {
  const open = await studio({ engine: new FakeEngine({ automatic: true }) });
  await open.chat.say(ann, line, { attachments: [source(await picture(48, 36))] });
  await open.quiet();
  const [announcement] = open.chat.in("channel");
  const final = open.chat.in("thread").at(-1);
  if (!announcement || !final) throw new Error("no result");
  const job = /job `(\w+)`/.exec(announcement.content.text)?.[1] ?? "";
  const next = async (message: FakeMessage, emoji: string, user = ben) => {
    const before = open.engine.runs.length;
    await open.chat.reactTo(user, message, emoji);
    await open.quiet();
    return open.engine.runs[before]?.request;
  };
  return { ...open, announcement, final, job, next };
}

it("a reaction that means nothing is known before it is known who gave it", async () => {
  const { chat, final, quiet } = await result();
  const foreign = chat.share(ben, [{ bytes: await picture(48, 36), name: "a.png", type: "image/png" }]);
  for (let n = 0; n < 60; n++) await chat.reactTo({ ...ben, id: `stranger-${n}` }, foreign, "🔁");
  await chat.reactTo(ben, final, "🎉");
  await chat.reactTo(ben, final, "🔁", false);
  expect(chat.unwanted).toBe(62);
  await chat.reactTo(ben, final, "🔁");
  expect(chat.unwanted).toBe(62);
  await quiet();
});

describe("a reaction on a result", () => {
  it("makes it again, larger, stronger or weaker, whichever of the job's messages it is on", async () => {
    const { engine, announcement, final, next } = await result();
    const first = engine.runs[0]?.request;
    const again = await next(announcement, "🔁");
    expect(again?.params).toEqual({ ...first?.params, seed: again?.params.seed });
    expect(again?.params.seed).not.toBe(7);
    expect((await next(final, "⬆️"))?.params).toEqual({ ...first?.params, size: 384 });
    // Without the variation selector, as some platforms send it.
    expect((await next(final, "⬆"))?.params).toMatchObject({ size: 384 });
    expect((await next(final, "➕"))?.params).toEqual({ ...first?.params, strength: 1.4 });
    expect((await next(announcement, "➖"))?.params).toEqual({ ...first?.params, strength: 0.71 });
  });

  it("makes a texture larger on both sides, and refuses where no size says how large it is", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, "/texture winter width:512 height:256 seed:7");
    await quiet();
    const [announcement] = chat.in("channel");
    await chat.reactTo(ben, announcement ?? expect.fail(), "⬆️");
    await quiet();
    expect(engine.runs[1]?.request.params).toMatchObject({ width: 768, height: 384 });
    await chat.say(ann, "/neuron preset:book octaves:4 seed:7");
    await quiet();
    await chat.reactTo(ben, chat.in("channel").at(-1) ?? expect.fail(), "⬆️");
    await quiet();
    expect(engine.runs).toHaveLength(3);
    expect(chat.messages.at(-1)?.content.text).toContain("no size to enlarge");
  });

  it("refuses in the thread of the message, which the platform may not say", async () => {
    const { chat, final, quiet } = await result("/dream size:1024 strength:1 seed:7 octaves:2");
    const before = chat.in("channel").length;
    await chat.reactTo(ben, { ...final, channel: art }, "⬆️");
    await quiet();
    expect(chat.in("channel")).toHaveLength(before);
    expect(chat.in("thread").at(-1)?.content.text).toMatch(/^Ben: .*1024/);
  });

  it("makes a film that begins with it", async () => {
    const { engine, repository: jobs, job, final, next } = await result();
    const film = await next(final, "🎬");
    expect(film?.recipe).toBe("zoom");
    expect(film?.pictures.image).toEqual((await jobs.result(job))?.bytes);
    expect(engine.runs).toHaveLength(2);
  });

  it("keeps it as a favourite until it is taken back", async () => {
    const { chat, store, announcement, final, job } = await result();
    await chat.reactTo(ben, final, "❤️");
    await chat.reactTo(ann, final, "❤");
    expect(store.favourites.count(job)).toBe(2);
    await chat.reactTo(ben, announcement, "❤️");
    await chat.reactTo(ben, announcement, "❤️", false);
    // The other of the two is still there.
    expect(store.favourites.count(job)).toBe(2);
    await chat.reactTo(ben, final, "❤️", false);
    expect(store.favourites.count(job)).toBe(1);
    await chat.reactTo(ben, announcement, "❤️");
    // What a moderator clears is taken back by everybody, on that message.
    await chat.clearReactions(final, "🔁");
    expect(store.favourites.count(job)).toBe(2);
    await chat.clearReactions(final, "❤");
    expect(store.favourites.count(job)).toBe(1);
    await chat.clearReactions(announcement);
    expect(store.favourites.count(job)).toBe(0);
  });

  it("deletes it, for its author and moderators", async () => {
    const { chat, repository: jobs, final, job, quiet } = await result();
    await chat.reactTo(ben, final, "🗑️");
    await quiet();
    expect(await jobs.get(job)).toBeDefined();
    await chat.reactTo(mod, final, "🗑");
    await quiet();
    expect(await jobs.get(job)).toBeUndefined();
    expect(chat.messages.every(({ removed }) => removed)).toBe(true);
  });

  it("says why nothing comes of it", async () => {
    const { chat, engine, final } = await result("/dream size:1024");
    await chat.reactTo(ben, final, "⬆️");
    const reply = await chat.until(() =>
      chat.messages.find(({ content }) => content.text.includes("the largest allowed")),
    );
    expect(reply.content.mention).toMatchObject([{ id: ben.id }]);
    expect(engine.runs).toHaveLength(1);
  });

  it("means nothing when it is another emoji, taken back, or on another message", async () => {
    const { chat, engine, final } = await result();
    await chat.reactTo(ben, final, "🦑");
    await chat.reactTo(ben, final, "🔁", false);
    await chat.reactTo(ben, { ...final, id: "m999" }, "🔁");
    expect(engine.runs).toHaveLength(1);
  });
});
