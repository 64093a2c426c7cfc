import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type ChannelRef, type Member, NO_COMMUNITY } from "../../../src/domain/model.js";
import { printMark } from "../../../src/shared/metadata/mark.js";
import { ann, art, ben, mod, source } from "../../fakes/chat.js";
import { picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const elsewhere: ChannelRef = { ...art, community: "other", id: "there" };

async function open() {
  const all = await studio();
  const { chat, engine, quiet } = all;
  const told = async (user: Member, line: string, more: Parameters<typeof chat.say>[2] = {}) => {
    const before = chat.ephemeral.length;
    await chat.say(user, line, more);
    return chat.ephemeral.slice(before).at(-1)?.text ?? "";
  };
  /** The parameters of the job that a line starts. */
  const asked = async (user: Member, line: string, more: Parameters<typeof chat.say>[2] = {}) => {
    expect(await told(user, line, more)).toBe("");
    const run = await engine.next();
    await run.finish();
    await quiet();
    return run.request.params;
  };
  return { ...all, told, asked };
}

describe("a preset", () => {
  it("stands for its options in a line, typed as a word or by name; what the line gives wins", async () => {
    const { told, asked, engine } = await open();
    expect(await told(ann, "/preset save moody look:patterns strength:0.4 seed:9")).toBe(
      "Saved **moody** for you: `/dream look:patterns strength:0.4`",
    );
    expect(await asked(ann, "/dream moody")).toMatchObject({ look: "patterns", strength: 0.4 });
    expect(await asked(ann, "/dream preset:Moody strength:0.9")).toMatchObject({ look: "patterns", strength: 0.9 });
    expect(await asked(ann, "/dream", { options: { preset: "moody", octaves: "2" } })).toMatchObject({
      look: "patterns",
      octaves: 2,
    });
    // A seed would make the same again; the program's own presets stay what they are.
    expect(await asked(ann, "/dream preset:studio")).toMatchObject({ look: "creatures" });
    expect(engine.runs[0]?.request.params.seed).not.toBe(9);
    expect(engine.runs[0]?.request.params.preset).toBeUndefined();
  });

  it.each([
    ["soft for:stylize winter strength:0.3", "/stylize soft summer", { strength: 0.3, styles: ["summer 1"] }],
    ["soft for:stylize winter strength:0.3", "/stylize soft 🌻", { strength: 0.3, styles: ["summer 1"] }],
    ["soft for:stylize winter strength:0.3", "/stylize soft", { strength: 0.3, styles: ["winter 1"] }],
    ["soft for:stylize winter keep-colours", "/stylize soft keep-colours:no", { keepColours: false }],
    ["soft for:stylize winter keep-colours:no", "/stylize soft keep-colours", { keepColours: true }],
    ["duo for:blend summer:0.3 winter:0.7", "/blend duo night:0.5 fire:0.5", { styles: ["night 0.5", "fire 0.5"] }],
    ["duo for:blend summer:0.3 winter:0.7", "/blend duo size:128", { styles: ["summer 0.3", "winter 0.7"], size: 128 }],
    ["small for:zoom width:128", "/zoom small size:256", { width: 256 }],
    ["wide for:texture width:256 height:128", "/texture wide winter size:96", { size: 96, width: undefined }],
    ["moody look:patterns", '/dream moody layers:"activation_36:1"', { layers: "activation_36:1", look: undefined }],
    ["deep layers:activation_36:1", "/dream deep look:patterns", { layers: undefined, look: "patterns" }],
    ["deep layers:activation_36:1", "/dream deep channels:activation_36/7", { layers: undefined }],
    ["odd channels:activation_36/7", "/dream odd look:patterns", { channels: undefined, look: "patterns" }],
    ["odd channels:activation_36/7", "/dream odd like:winter", { channels: undefined, like: "winter" }],
    ["tour for:zoom channels:activation_36/7", "/zoom tour into:castle", { channels: undefined }],
    ["tour for:zoom into:castle", "/zoom tour activation_36/7", { channels: "activation_36/7", into: undefined }],
    ["sought for:neurons find:peacock", "/neurons sought layers:activation_36", { find: undefined }],
    ["four repeat:4", "/dream four morph", { morph: true, repeat: undefined }],
    ["film morph", "/dream film repeat:2", { morph: undefined, repeat: 2 }],
  ])("%s gives way to what is typed: %s", async (saved, line, expected) => {
    const { told, asked } = await open();
    expect(await told(ann, `/preset save ${saved}`)).toMatch(/^Saved/);
    const params = await asked(ann, line);
    const styles = (params.styles ?? []) as { name: string; weight: number }[];
    const named = { ...params, styles: styles.map(({ name, weight }) => `${name} ${weight}`) };
    for (const [key, value] of Object.entries(expected)) expect([key, Reflect.get(named, key)]).toEqual([key, value]);
  });

  it("says what is wrong with a line as without it", async () => {
    const { told } = await open();
    await told(ann, "/preset save small for:zoom width:128");
    expect(await told(ann, "/zoom small size:vast")).toBe(await told(ann, "/zoom size:vast"));
  });

  it("is shown by its name alone, and is not saved by it", async () => {
    const { told } = await open();
    await told(ann, "/preset save moody look:patterns");
    await told(ann, "/preset save soft strength:0.3");
    expect(await told(ann, "/preset moody")).toBe("**moody** `/dream look:patterns` · yours");
    expect(await told(ann, "/preset mody")).toMatch(/^There is no preset mody here. Did you mean moody\?/);
    expect(await told(ann, "/preset hazy look:textures")).toBe("To save it, write `/preset save hazy look:textures`.");
  });

  it("is in the list, however long that has become", async () => {
    const { chat, told } = await open();
    const names = Array.from({ length: 40 }, (_, index) => `preset-${index + 10}`);
    for (const name of names) await told(ann, `/preset save ${name} look:patterns strength:0.4 octaves:3 steps:9`);
    const before = chat.ephemeral.length;
    await chat.say(ann, "/preset");
    const said = chat.ephemeral.slice(before).map(({ text }) => text);
    expect(said.length).toBeGreaterThan(1);
    expect(chat.violations).toEqual([]);
    expect(names.filter((name) => !said.join("\n").includes(`**${name}**`))).toEqual([]);
  });

  it("is its owner's, or with `shared` the community's, where one's own comes first", async () => {
    const { told, asked } = await open();
    await told(ann, "/preset save moody look:patterns");
    expect(await told(ben, "/preset remove moody")).toMatch(/^There is no preset moody here/);
    await told(ann, "/preset save moody look:textures shared");
    expect(await asked(ben, "/dream moody")).toMatchObject({ look: "textures" });
    expect(await asked(ann, "/dream moody")).toMatchObject({ look: "patterns" });
    // One's own goes with one, the community's does not.
    expect(await asked(ann, "/dream moody", { channel: elsewhere })).toMatchObject({ look: "patterns" });
    expect(await told(ben, "/preset", { channel: elsewhere })).toMatch(/^No presets yet/);
    expect(await told(ann, "/preset")).toMatch(/\*\*moody\*\* `\/dream look:patterns` · yours\n.*textures` · by Ann$/);
    expect(await told(ben, "/preset save moody look:creatures shared")).toMatch(/^Ann has saved a preset moody/);
    expect(await told(ben, "/preset remove moody")).toMatch(/only Ann and moderators/);
    expect(await told(mod, "/preset remove moody")).toBe("The preset moody is removed.");
    const direct = { ...art, community: NO_COMMUNITY };
    expect(await told(ann, "/preset save a1 look:textures shared", { channel: direct })).toMatch(/no community/);
  });

  it("is of one command, and completed in that one alone", async () => {
    const { told, app, engine, chat } = await open();
    expect(await told(ann, "/preset save soft for:stylize strength:0.3")).toContain("`/stylize strength:0.3`");
    const complete = async (command: string, option: string, user = ann) =>
      (await app.registry.complete({ command, option, typed: "", channel: art, user }, 25)).map(({ value }) => value);
    expect(await complete("stylize", "preset")).toContain("soft");
    expect(await complete("dream", "preset")).toEqual(["studio", "book"]);
    expect(await complete("preset", "name")).toEqual(["soft"]);
    expect(await complete("preset", "name", ben)).toEqual([]);
    await chat.say(ann, "/stylize soft winter");
    expect((await engine.next()).request.params).toMatchObject({ strength: 0.3 });
    const check = (text: string, user = ann) => app.registry.check({ name: "stylize", text, channel: art, user });
    expect(await check("preset:soft winter")).toBeUndefined();
    expect(await check("preset:soft winter", ben)).toMatch(/preset/);
  });

  it("says in one sentence what is wrong", async () => {
    const { told } = await open();
    expect(await told(ann, "/preset save")).toMatch(/^Please name the preset/);
    expect(await told(ann, "/preset save moody")).toMatch(/^Please say which options/);
    expect(await told(ann, "/preset save moody seed:7")).toMatch(/^Please say which options/);
    expect(await told(ann, "/preset save moody look:nonsense")).toMatch(/^There is no look nonsense/);
    expect(await told(ann, "/preset save studio look:patterns")).toMatch(/means something else/);
    for (const word of ["winter", "size", "octavescale", "picture"])
      expect(await told(ann, `/preset save ${word} look:patterns`)).toMatch(/means something else/);
    expect(await told(ann, "/preset save moody look:patterns picture:latest")).toMatch(/no picture of its own/);
    expect(await told(ann, "/preset save moody for:queue look:patterns")).toMatch(/queue/);
    await told(ann, "/preset save moody look:patterns");
    expect(await told(ann, "/preset remove modoy")).toMatch(/Did you mean moody\?/);
  });

  it("goes on as a card, whose file holds it with its maker's name", async () => {
    const { told, asked, chat } = await open();
    await told(ann, "/preset save moody look:patterns strength:0.4");
    await chat.say(ann, "/preset export moody");
    const card = chat.in("channel").at(-1)?.pictures[0] ?? expect.fail();
    expect(card.description).toBe("A card with the preset moody: /dream look:patterns strength:0.4");
    expect((await sharp(card.bytes).metadata()).width).toBe(560);
    expect(card.bytes.byteLength).toBeLessThan(20_000);
    const attachments = [source(card.bytes)];
    expect(await told(ben, "/made", { attachments })).toMatch(/^This is the card of the preset \*\*moody\*\*/);
    expect(await told(ben, "/preset import", { attachments, channel: elsewhere })).toMatch(/^Saved \*\*moody\*\* for/);
    expect(await told(ben, "/preset", { channel: elsewhere })).toContain("· yours · from Preset by Ann");
    expect(await asked(ben, "/dream moody", { channel: elsewhere })).toMatchObject({ look: "patterns" });
    // Handed on once more, it names both.
    await chat.say(ben, "/preset export moody");
    const again = await sharp(chat.in("channel").at(-1)?.pictures[0]?.bytes).metadata();
    expect(again.xmp?.toString()).toContain("Preset by Ben · Preset by Ann");
    expect(printMark({ line: "/dream look:eyes", preset: "moody" })).not.toContain("DigitalSourceType");
  });

  it("is taken from a picture that was made here, and from nothing else", async () => {
    const { told, asked, chat, quiet } = await open();
    await asked(ann, "/dream look:patterns seed:7 strength:0.4");
    await quiet();
    const file = chat.messages.findLast(({ key }) => key?.endsWith("final"))?.pictures[0]?.bytes ?? expect.fail();
    const attachments = [source(file)];
    expect(await told(ben, "/preset import", { attachments })).toMatch(/^Please name the preset/);
    expect(await told(ben, "/preset import name:like-hers", { attachments })).toMatch(/look:patterns.*strength:0.4/);
    expect(await asked(ben, "/dream like-hers")).toMatchObject({ look: "patterns", strength: 0.4 });
    const plainPicture = { attachments: [source(await picture(30, 20))] };
    expect(await told(ben, "/preset import", plainPicture)).toMatch(/^Attach the card of a preset/);
  });

  it("is shown, handed over and deleted with all that is stored of a person", async () => {
    const { told, store } = await open();
    await told(ann, "/preset save moody look:patterns shared");
    expect(await told(ann, "/settings mydata")).toContain("1 preset that you have saved");
    expect(store.myData.read({ platform: "fake", user: "ann" }).presets).toMatchObject([{ name: "moody" }]);
    await told(ann, "/settings mydata delete confirm");
    expect(await told(ben, "/preset")).toMatch(/^No presets yet/);
  });

  it("is refused beyond so many", async () => {
    const { told } = await open();
    for (let i = 0; i < 50; i++) await told(ann, `/preset save p${i} strength:0.5`);
    expect(await told(ann, "/preset save more strength:0.5")).toMatch(/^There are already 50 presets/);
    expect(await told(ann, "/preset save p7 strength:0.6")).toMatch(/^Saved/);
  });
});
