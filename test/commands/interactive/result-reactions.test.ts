import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { stylizeDefinition } from "../../../src/engine/recipes/stylize/definition.js";
import { buttonRows } from "../../../src/port/messages.js";
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

const labels = (message: FakeMessage | undefined) => message?.content.buttons?.map(({ label }) => label);

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

  it("goes on from the finished dream for a larger one; a dream into a word begins once more", async () => {
    const { engine, final, next } = await result();
    const first = engine.runs[0]?.request;
    const larger = await next(final, "⬆️");
    expect(Object.keys(larger?.pictures ?? {})).toEqual(["image", "finished"]);
    expect(larger?.pictures.image).toEqual(first?.pictures.image);
    const other = await result("/dream into:castle size:256 seed:7");
    expect(Object.keys((await other.next(other.final, "⬆️"))?.pictures ?? {})).toEqual(["image"]);
  });

  it("goes on from the finished painting too, and tells the time of the rest alone", async () => {
    const { final, next, store } = await result("/stylize winter size:256 seed:7");
    const larger = await next(final, "⬆️");
    expect(larger?.params.size).toBe(384);
    expect(Object.keys(larger?.pictures ?? {})).toEqual(["image", "style1", "finished"]);
    const params = stylizeDefinition.params.parse(larger?.params);
    const [job] = store.jobs.finishedBy({ platform: "fake", community: "club", author: "ben" }, 1);
    expect(job?.cost).toBeCloseTo(stylizeDefinition.cost(params, 256));
    expect(job?.cost).toBeLessThan(0.7 * stylizeDefinition.cost(params));
    const book = await result("/stylize winter size:256 preset:book seed:7");
    expect(Object.keys((await book.next(book.final, "⬆️"))?.pictures ?? {})).not.toContain("finished");
  });

  it("makes a larger one again, or stronger, from the start: the finished one is another seed's", async () => {
    const { chat, final, next } = await result("/dream size:256 seed:7");
    expect(Object.keys((await next(final, "⬆️"))?.pictures ?? {})).toContain("finished");
    const large = chat.in("thread").at(-1) ?? expect.fail();
    for (const emoji of ["🔁", "➕"])
      expect(Object.keys((await next(large, emoji))?.pictures ?? {})).toEqual(["image"]);
  });

  it("goes up to the size for print for who moderates the community, and for nobody else", async () => {
    const { chat, engine, final, next, quiet } = await result("/dream size:1024 octaves:1 seed:7");
    expect(await next(final, "⬆️", ben)).toBeUndefined();
    expect(await next(final, "⬆️", { ...ben, moderator: true })).toBeUndefined();
    expect((await next(final, "⬆️", mod))?.params.size).toBe(1536);
    await chat.say(ben, "/dream size:4096");
    await chat.say(mod, "/dream size:4097");
    await quiet();
    expect(engine.runs).toHaveLength(2);
    await chat.say(mod, "/dream size:4096 octaves:1");
    await quiet();
    expect(engine.runs[2]?.request.params.size).toBe(4096);
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
    expect(chat.messages.at(-1)?.content.text).toContain("cannot be enlarged");
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

describe("the buttons below a result", () => {
  it("offer what its recipe can make of it, and no more", async () => {
    const { chat, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const shown = async (line: string) => {
      await chat.say(ann, line);
      await quiet();
      return labels(chat.in("channel").at(-1));
    };
    const ending = ["As emoji", "Again", "Delete"];
    const usual = ["Stronger", "Weaker", "Larger", "Film", "Morph", "Use as style"];
    expect(await shown("/dream")).toEqual(["Vary", ...usual, ...ending]);
    expect(await shown("/dream size:1024")).toEqual([
      "Vary",
      "Stronger",
      "Weaker",
      "Film",
      "Morph",
      "Use as style",
      ...ending,
    ]);
    expect(await shown("/stylize winter strength:1")).toEqual([
      "Weaker",
      "Larger",
      "Film",
      "Morph",
      "Use as style",
      ...ending,
    ]);
    expect(await shown("/texture winter")).toEqual(["Vary", "Larger", "Film", "Morph", "Use as style", ...ending]);
    expect(await shown("/neuron preset:book octaves:4")).toEqual(["Vary", "Film", "Morph", "Use as style", ...ending]);
    expect(await shown("/zoom")).toEqual(["Larger", ...ending]);
    expect(await shown("/blend summer winter sweep:4")).toEqual(["Stronger", "Weaker", "Larger", ...ending]);
  });

  it("do what the reactions do, for anyone who presses them", async () => {
    const { chat, engine, announcement, quiet } = await result();
    const first = engine.runs[0]?.request;
    for (const verb of ["larger", "stronger", "weaker", "film"]) {
      await chat.press(ben, announcement, verb);
      await quiet();
    }
    const [, larger, stronger, weaker, film] = engine.runs.map(({ request }) => request);
    expect(larger?.params).toEqual({ ...first?.params, size: 384 });
    expect(stronger?.params).toEqual({ ...first?.params, strength: 1.4 });
    expect(weaker?.params).toEqual({ ...first?.params, strength: 0.71 });
    expect(film?.recipe).toBe("zoom");
  });

  it.each(["/dream into:castle size:256 seed:7", "/dream away:alp size:256 seed:7"])(
    "make of %s the same dream, and mix no look into it",
    async (line) => {
      const { chat, engine, announcement, quiet } = await result(line);
      for (const verb of ["larger", "stronger", "vary", "morph"]) {
        await chat.press(ben, announcement, verb);
        await quiet();
      }
      expect(engine.runs.map(({ request }) => request.params.look)).toEqual(Array(5).fill(undefined));
      const sheet = chat.in("channel").find(({ content }) => content.text.includes("4 variations"));
      await chat.press(ben, sheet ?? expect.fail(), "choose-2");
      await quiet();
      expect(engine.runs).toHaveLength(6);
      expect(engine.runs[5]?.request.params.look).toBeUndefined();
    },
  );

  it("keep the look that was mixed into a word's dream", async () => {
    const { chat, engine, announcement, quiet } = await result("/dream into:castle look:patterns size:256 seed:7");
    await chat.press(ben, announcement, "larger");
    await quiet();
    expect(engine.runs[1]?.request.params).toMatchObject({ into: "castle", look: "patterns" });
    await chat.say(ben, "/again into:lion");
    await quiet();
    expect(engine.runs[2]?.request.params).toMatchObject({ into: "lion" });
    expect(engine.runs[2]?.request.params.look).toBeUndefined();
  });

  it("make it a style of the community, named after the work, once", async () => {
    const { chat, engine, announcement, job, quiet, repository } = await result();
    const name = `dream-${job.toLowerCase()}`;
    await chat.press(ben, announcement, "style");
    expect(chat.in("channel").at(-1)?.content.text).toBe(
      `🟣 **${name}** is a style here now, added by Ben. Try \`/stylize ${name}\`.`,
    );
    await chat.say(ann, `/stylize ${name}`);
    await quiet();
    const { width, height } = await sharp(engine.runs[1]?.request.pictures.style1).metadata();
    const shown = await sharp((await repository.result(job))?.bytes).metadata();
    expect([width, height]).toEqual([shown.width, shown.height]);
    await chat.press(ann, announcement, "style");
    expect(chat.ephemeral.at(-1)?.text).toBe(`This is a style here already. Try \`/stylize ${name}\`.`);
    // The next one takes another emoji.
    await chat.say(ann, "/dream size:256");
    await quiet();
    await chat.press(ben, chat.in("channel").at(-1) ?? expect.fail(), "style");
    expect(chat.in("channel").at(-1)?.content.text).toMatch(/^🔵 \*\*dream-/);
  });

  it("make no style of what not everybody may see, nor of the work of somebody who has opted out", async () => {
    const { chat, announcement, job, quiet } = await result();
    await chat.say(ann, "/settings optout");
    for (const verb of ["style", "film", "larger"]) {
      await chat.press(ben, announcement, verb);
      expect(chat.ephemeral.at(-1)?.text).toContain("Ann lets no one else use");
    }
    chat.info = { closed: true, restricted: false };
    await chat.say(ben, "/dream size:256", { attachments: [source(await picture(48, 36))] });
    await quiet();
    const closed = chat.in("channel").at(-1);
    expect(labels(closed)).toEqual([
      "Vary",
      "Stronger",
      "Weaker",
      "Larger",
      "Film",
      "Morph",
      "As emoji",
      "Again",
      "Delete",
    ]);
    const id = /job `(\w+)`/.exec(closed?.content.text ?? "")?.[1] ?? "";
    await chat.act(ben, `job:style:${id}`, closed);
    expect(chat.ephemeral.at(-1)?.text).toContain("everybody sees the styles");
    expect(id).not.toBe(job);
  });

  it("are refused where nothing can be posted", async () => {
    const { chat, engine, announcement, quiet } = await result();
    chat.obstacle = "I may not post here.";
    for (const verb of ["larger", "film", "style"]) await chat.press(ben, announcement, verb);
    await quiet();
    expect(chat.ephemeral.map(({ text }) => text)).toEqual(Array(3).fill(chat.obstacle));
    expect(engine.runs).toHaveLength(1);
  });

  it("make a morph of it, from the same seed, that a sheet takes the place of", async () => {
    const { chat, engine, announcement, quiet } = await result();
    const first = engine.runs[0]?.request;
    await chat.press(ben, announcement, "morph");
    await quiet();
    const morph = engine.runs[1]?.request.params;
    expect(morph).toEqual({ ...first?.params, morph: true, maxBytes: chat.capabilities.uploadBytes });
    expect(labels(chat.in("channel").at(-1))).toEqual(["Stronger", "Weaker", "Larger", "As emoji", "Again", "Delete"]);
    const id = /job `(\w+)`/.exec(chat.in("channel").at(-1)?.content.text ?? "")?.[1] ?? "";
    await chat.say(ben, `/again ${id} repeat:2`);
    await quiet();
    expect(engine.runs[2]?.request.params).toEqual({ ...first?.params, repeat: 2 });
    await chat.say(ben, "/dream morph repeat:2");
    expect(chat.ephemeral.at(-1)?.text).toBe("A morph shows one picture taking shape: leave out morph or repeat.");
  });

  it("make a morph of the octaves that were made anyway, at the cost of a film", async () => {
    const { chat, engine, announcement, job, store, quiet } = await result();
    await chat.press(ben, announcement, "morph");
    await quiet();
    const { pictures = {} } = engine.runs[1]?.request ?? {};
    expect(Object.keys(pictures)).toEqual(["image", "octave1", "octave2"]);
    // As the engine has shown them in the thread: these grow by two.
    const widths = [pictures.octave1, pictures.octave2].map(async (octave) => (await sharp(octave).metadata()).width);
    expect(await Promise.all(widths)).toEqual([32, 64]);
    const [morph] = store.jobs.finishedBy({ platform: "fake", community: "club", author: "ben" }, 1);
    expect(morph).toMatchObject({ from: job, costKey: "morph" });
    expect(chat.messages.map(({ content }) => content.text).filter((text) => text.includes("once more"))).toEqual([]);
    // Another seed has other octaves.
    await chat.press(ben, chat.in("channel").at(-1) ?? expect.fail(), "again");
    await quiet();
    expect(Object.keys(engine.runs[2]?.request.pictures ?? {})).toEqual(["image"]);
    expect(store.jobs.finishedBy({ platform: "fake", community: "club", author: "ben" }, 1)[0]?.costKey).not.toBe(
      "morph",
    );
    await chat.reactTo(ann, announcement, "🗑️");
    await quiet();
    expect(await store.octaves.of(job)).toBeUndefined();
  });

  it("make the picture once more for a morph where an octave is missing, and say so", async () => {
    const { chat, engine, quiet } = await studio();
    await chat.say(ann, "/dream size:256 seed:7 octaves:2", { attachments: [source(await picture(48, 36))] });
    const run = await engine.next();
    await run.octave(2);
    await run.finish();
    await quiet();
    const done = chat.in("channel").at(-1) ?? expect.fail();
    const id = /job `(\w+)`/.exec(done.content.text)?.[1];
    await chat.press(ben, done, "morph");
    const again = await engine.next();
    expect(again.request.params).toMatchObject({ seed: 7, morph: true });
    expect(Object.keys(again.request.pictures)).toEqual(["image"]);
    const told = `Not all octaves of \`${id}\` are kept, so it is made once more.`;
    await chat.until(() => chat.in("channel").at(-1)?.content.text.includes(told));
    await again.finish();
    await quiet();
    expect(chat.in("channel").at(-1)?.content.text).not.toContain(told);
  });

  it("make a sheet of four, one job, with the large forms of a dream", async () => {
    const { chat, engine, announcement, quiet } = await result();
    const first = engine.runs[0]?.request;
    await chat.press(ben, announcement, "vary");
    await quiet();
    const { detailSeed, ...params } = engine.runs[1]?.request.params ?? {};
    expect(params).toEqual({ ...first?.params, repeat: 4 });
    expect(detailSeed).toEqual(expect.any(Number));
    expect(engine.runs).toHaveLength(2);
  });
});

describe("the buttons below a sheet", () => {
  async function sheet(line = "/dream size:256 seed:7 repeat:4") {
    const open = await result(line);
    const buttons = open.announcement.content.buttons ?? [];
    const press = async (verb: string, number: number) => {
      const before = open.engine.runs.length;
      await open.chat.press(ben, open.announcement, `${verb}-${number}`);
      await open.quiet();
      return open.engine.runs[before]?.request.params;
    };
    return { ...open, buttons, press, params: open.engine.runs[0]?.request.params ?? {} };
  }

  it("stand in rows: choose, enlarge and vary each picture", async () => {
    const { buttons, announcement, chat } = await sheet();
    const numbered = (label: string) => [1, 2, 3, 4].map((number) => `${label} ${number}`);
    expect(buttons.map(({ label }) => label)).toEqual([
      ...numbered("Choose"),
      ...numbered("Larger"),
      ...numbered("Vary"),
      "Again",
      "Delete",
    ]);
    expect(buttonRows(buttons, { inRow: 5, rows: 5 }).map((row) => row.length)).toEqual([4, 4, 4, 2]);
    expect(announcement.content.text).toContain("Dream of creatures, 4 variations");
    expect(announcement.content.text).toContain("repeat:4");
    expect(announcement.pictures[0]?.description).toMatch(/^4 variations side by side\. .*dreamt full of creatures/);
    const texts = chat.in("thread").map(({ content }) => content.text);
    expect(texts).toContainEqual(expect.stringContaining("Variation 1 of"));
    expect(texts.filter((text) => /octave \d/i.test(text))).toEqual([]);
  });

  it("make one of them alone, as it is or larger, and four more like it", async () => {
    const { press, params, chat, engine, quiet } = await sheet();
    const { repeat: _, ...one } = params;
    expect(await press("choose", 1)).toEqual({ ...one, seed: 7 });
    expect(await press("choose", 3)).toEqual({ ...one, seed: 9 });
    expect(await press("enlarge", 4)).toEqual({ ...one, seed: 10, size: 384 });
    const more = await press("vary", 2);
    expect(more).toEqual({ ...one, seed: 8, repeat: 4, detailSeed: more?.detailSeed });
    // Of what was varied like this, the seed of the details is another one.
    const sheets = chat.in("channel").filter(({ content }) => content.text.includes("4 variations"));
    const before = engine.runs.length;
    await chat.press(ben, sheets.at(-1) ?? expect.fail(), "choose-2");
    await quiet();
    expect(engine.runs[before]?.request.params).toEqual({ ...one, seed: 8, detailSeed: Number(more?.detailSeed) + 1 });
  });

  it("make no film and no style of all four, and say so to a reaction", async () => {
    const { chat, announcement, engine, job } = await sheet();
    await chat.reactTo(ben, announcement, "🎬");
    expect(chat.messages.at(-1)?.content.text).toContain("choose one with its button first");
    await chat.act(ben, `job:style:${job}`, announcement);
    await chat.act(ben, `job:choose-9:${job}`, announcement);
    await chat.act(ben, `job:choose:${job}`, announcement);
    expect(chat.ephemeral.map(({ text }) => text)).toEqual([
      "These are several pictures: choose one with its button first.",
      "There is no such variation.",
      "There is no such variation.",
    ]);
    expect(engine.runs).toHaveLength(1);
  });

  it("offer no likes where a seed draws all, and no variations where it changes nothing", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, "/texture winter repeat:2");
    await quiet();
    const numbered = ["Choose 1", "Choose 2", "Larger 1", "Larger 2"];
    expect(labels(chat.in("channel").at(-1))).toEqual([...numbered, "Again", "Delete"]);
    await chat.say(ann, "/stylize winter");
    await quiet();
    const painted = chat.in("channel").at(-1);
    const id = /job `(\w+)`/.exec(painted?.content.text ?? "")?.[1] ?? "";
    await chat.act(ben, `job:vary:${id}`, painted);
    expect(chat.ephemeral.at(-1)?.text).toContain("`/stylize` makes no variations");
    expect(engine.runs).toHaveLength(2);
  });
});
