import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { ann, art, ben, FakeChat, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const image = await picture(60, 40);
const attached = { attachments: [source(image)] };

describe("/style", () => {
  it("adds a picture as a style that can be painted in at once, in its own community", async () => {
    const { chat, engine, app, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, "/style add name:rust emoji:🍂", attached);
    expect(chat.in("channel").at(-1)?.content.text).toBe(
      "🍂 **rust** is a style here now, added by Ann. Try `/stylize rust`.",
    );
    await chat.say(ben, "/stylize 🍂", attached);
    await quiet();
    expect(engine.runs[0]?.request.params.styles).toMatchObject([{ name: "rust" }]);
    const kept = await sharp(engine.runs[0]?.request.pictures.style1).metadata();
    expect([kept.format, kept.width, kept.height]).toEqual(["jpeg", 60, 40]);
    expect((await app.styles.list({ ...art, community: "other" })).map(({ name }) => name)).not.toContain("rust");
  });

  it("lists all styles, in several messages where one is too short, the sheet with the first", async () => {
    const { chat, app } = await studio({ chat: new FakeChat({ textLength: 200 }) });
    await chat.say(ann, "/style");
    const said = chat.in("channel").map(({ content }) => content);
    expect(said.length).toBeGreaterThan(1);
    expect(said.map(({ pictures = [] }) => pictures.length)).toEqual(said.map((_, index) => (index === 0 ? 1 : 0)));
    const text = said.map((each) => each.text).join("\n");
    for (const { name } of await app.styles.list(art)) expect(text).toContain(`\`${name}\``);
    expect(chat.violations).toEqual([]);
  });

  it("says which of several pictures it has taken, and takes the one that is said", async () => {
    const { chat, app } = await studio();
    const other = await picture(40, 60);
    await chat.say(ann, "/style add name:rust emoji:🍂", { attachments: [source(image), source(other)] });
    expect(chat.in("channel").at(-1)?.content.text).toBe(
      "🍂 **rust** is a style here now, added by Ann. Try `/stylize rust`.\n" +
        "There were 2 pictures, and this is the first. For another, take this one away (`/style remove rust`) and " +
        "reply to their message with `/style add name:rust emoji:🍂 picture:2`.",
    );
    await chat.say(ann, "/style remove rust");
    const both = { attachments: [source(image), source(other)] };
    await chat.say(ann, "/style add name:rust emoji:🍂 picture:2", both);
    expect(chat.in("channel").at(-1)?.content.text).not.toContain("There were");
    const [added] = await app.styles.list(art);
    const { width, height } = await sharp(await added?.picture()).metadata();
    expect([added?.name, width, height]).toEqual(["rust", 40, 60]);
  });

  it("takes emoji in all their spellings, and a community's own where the chat has some", async () => {
    const { chat, engine, app, quiet } = await studio({
      engine: new FakeEngine({ automatic: true }),
      chat: new FakeChat({ ownEmoji: true }),
    });
    await chat.say(ann, "/style add name:hand emoji:👋🏽", attached);
    await chat.say(ann, "/style add name:tale emoji:❤", attached);
    await chat.say(ben, "/style add name:party emoji::PartyParrot:", attached);
    const again = "👋 is already hand's; choose another.";
    await chat.say(ann, "/style add name:wave emoji:👋", attached);
    expect(chat.ephemeral.map(({ text }) => text)).toEqual([again]);
    await chat.say(ben, "/style show ❤️");
    expect(chat.in("channel").at(-1)?.content.text).toContain("**tale**");
    await chat.say(ann, "/style rename 👋🏿 to:palm");
    for (const wanted of [":partyparrot:", "👋🏻", "style::PartyParrot:", "❤️"])
      await chat.say(ben, `/stylize ${wanted}`, attached);
    await chat.say(ben, "/blend :partyparrot::0.3 👋:0.7", attached);
    await quiet();
    const painted = engine.runs.map(({ request }) =>
      (request.params.styles as { name: string }[]).map(({ name }) => name),
    );
    expect(painted).toEqual([["party"], ["palm"], ["party"], ["tale"], ["party", "palm"]]);
    expect((await app.styles.list(art)).map(({ emoji }) => emoji)).toContain(":PartyParrot:");
  });

  it("has no use for a name of an emoji where a chat has no own ones", async () => {
    const { chat } = await studio();
    await chat.say(ann, "/style add name:party emoji::partyparrot:", attached);
    expect(chat.ephemeral.at(-1)?.text).toBe(
      ":partyparrot: does not work here; choose a standard emoji. For example: `/style add name:rust emoji:🍂`",
    );
  });

  it.each(["size", "bare", "style-scale", "stylescale", "vote", "picture", "photo", "attached"])(
    "is not called %s, which means something else in a line",
    async (name) => {
      const { chat, app } = await studio();
      await chat.say(ann, `/style add name:${name} emoji:🍂`, attached);
      await chat.say(ann, "/style add name:rust emoji:🍂", attached);
      await chat.say(ann, `/style rename rust to:${name}`);
      const refusal = `${name} means something else in a line already; please choose another name.`;
      expect(chat.ephemeral.map(({ text }) => text)).toEqual([refusal, refusal]);
      expect((await app.styles.list(art))[0]?.name).toBe("rust");
    },
  );

  it("is not called as a preset that stands for something in the same lines", async () => {
    const { chat } = await studio();
    await chat.say(ann, "/preset save soft for:stylize strength:0.3 shared");
    await chat.say(ann, "/preset save moody look:patterns");
    await chat.say(ben, "/style add name:soft emoji:🍂", attached);
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^soft means something else/);
    await chat.say(ann, "/style add name:moody emoji:🍂", attached);
    expect(chat.in("channel").at(-1)?.content.text).toMatch(/^🍂 \*\*moody\*\* is a style/);
  });

  it("is not marked by what asks for a dream in art channels, in no spelling", async () => {
    const { chat } = await studio();
    for (const emoji of ["👁️", "👁"]) {
      await chat.say(ann, `/style add name:rust emoji:${emoji}`, attached);
      expect(chat.ephemeral.at(-1)?.text).toBe(`${emoji} means dream it in art channels; choose another.`);
    }
  });

  it("is used as ever where it was called so before", async () => {
    const { chat, engine, app, store, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const style = { platform: "fake", community: "club", name: "size", emoji: "🍂", author: ann };
    await store.styles.add({ ...style, picture: { bytes: image } }, app.botOptions.styles);
    await chat.say(ben, "/stylize style:size", attached);
    await chat.say(ben, "/stylize 🍂", attached);
    await quiet();
    expect(engine.runs.map(({ request }) => request.params.styles)).toMatchObject([
      [{ name: "size" }],
      [{ name: "size" }],
    ]);
    await chat.say(ann, "/style rename size to:rust");
    expect(chat.ephemeral.at(-1)?.text).toBe("size is now called rust.");
  });

  it("that comes with the program means nothing else", async () => {
    const { chat } = await studio();
    for (const { name } of loadBuiltInStyles()) {
      await chat.say(ann, `/style add name:${name} emoji:🍂`, attached);
      expect(chat.ephemeral.at(-1)?.text).toBe(`The name ${name} is already ${name}'s; choose another.`);
    }
  });

  it("lists and shows", async () => {
    const { chat } = await studio();
    await chat.say(ann, "/style add name:rust emoji:🍂", attached);
    await chat.say(ben, "/style");
    await chat.say(ben, "/style show winter");
    const [, list, shown] = chat.in("channel");
    expect(list?.content.text).toMatch(/🍂 `rust` Added by Ann/);
    expect(list?.pictures).toHaveLength(1);
    expect(shown?.content.text).toMatch(/^⛄ \*\*winter\*\*: .*; its opposite is summer\.$/);
  });

  it("is renamed and removed by its author and moderators only", async () => {
    const { chat, app } = await studio();
    const names = async () => (await app.styles.list(art)).map(({ name }) => name);
    await chat.say(ann, "/style add name:rust emoji:🍂", attached);
    await chat.say(ben, "/style remove rust");
    expect(await names()).toContain("rust");
    await chat.say(ann, "/style rename rust to:iron");
    expect(await names()).toContain("iron");
    await chat.say(mod, "/style remove iron");
    expect(await names()).not.toContain("iron");
    expect(chat.ephemeral.map(({ text }) => text)).toEqual([
      "rust is Ann's; only they and moderators can change it.",
      "rust is now called iron.",
      "iron is gone. What was painted in it stays.",
    ]);
  });

  it("says what is wrong", async () => {
    const { chat } = await studio();
    chat.latest = undefined;
    const said = async (line: string, extra = {}) => {
      const before = chat.ephemeral.length;
      await chat.say(ann, line, extra);
      return chat.ephemeral[before]?.text;
    };
    expect(await said("/style add name:rust", attached)).toMatch(/^That needs an emoji\. .*emoji:🍂/);
    expect(await said("/style add name:winter emoji:🍂", attached)).toBe(
      "The name winter is already winter's; choose another.",
    );
    expect(await said("/style add name:rust emoji:⛄", attached)).toBe("⛄ is already winter's; choose another.");
    expect(await said("/style add name:rust emoji:🍂")).toMatch(/There is no picture here/);
    expect(await said("/style add name:rust emoji:xx", attached)).toMatch(/emoji must be one emoji/);
    expect(await said("/style remove winter")).toMatch(/not one of this community's own styles/);
    expect(await said("/style show wintr")).toMatch(/did you mean winter/);
    for (const [word, emoji] of [
      ["one", "🍋"],
      ["two", "🍇"],
    ])
      await chat.say(ann, `/style add name:${word} emoji:${emoji}`, attached);
    expect(await said("/style add name:three emoji:🍒", attached)).toMatch(/You have already added 2 styles here/);
  });
});
