import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printLine } from "../../../src/commands/parsing/command-line.js";
import type { Option } from "../../../src/commands/parsing/options.js";
import { readText } from "../../../src/commands/parsing/read-values.js";
import { printOptions } from "../../../src/commands/recipes/recipe.js";
import { settingOptions } from "../../../src/commands/settings/known.js";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { UserError } from "../../../src/commands/user-error.js";
import { ann, art, ben, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { botOptions, studio } from "../../fakes/studio.js";

const night = { ...art, id: "night" };

async function settings(options: Parameters<typeof studio>[0] = {}) {
  const open = await studio(options);
  /** The ephemeral answer to a line. */
  const say = async (user: typeof ann, line: string, channel = art) => {
    const before = open.chat.ephemeral.length;
    await open.chat.say(user, line, { channel });
    return open.chat.ephemeral
      .slice(before)
      .map(({ text }) => text)
      .join("\n");
  };
  return { ...open, say };
}

describe("/settings", () => {
  it("shows everybody what holds, and where it comes from", async () => {
    const { say, chat } = await settings();
    const before = await say(ann, "/settings");
    expect(before).toMatch(/^\*\*Settings of #art\*\*\n`art` \*\*off\*\* \(the default\)/);
    expect(before).toContain("`per-person` **5** (the default): Unfinished jobs per person here");
    expect(before).toContain("`size` **512 px for dreams, 384 px for paintings** (the default)");
    expect(before).toMatch(/Those who manage the channel may change them\.$/);
    await say(mod, "/settings per-person:2 look:patterns everywhere:yes");
    await say(mod, "/settings per-person:3 largest:512px");
    const after = await say(mod, "/settings");
    expect(after).toContain("`per-person` **3** (set here)");
    expect(after).toContain("`largest` **512 px** (set here)");
    expect(after).toContain("`look` **patterns** (set for the whole community)");
    expect(after).toMatch(/reset it with `\/settings reset largest`/);
    expect(await say(ann, "/settings show", night)).toContain("`per-person` **2** (set for the whole community)");
    expect(chat.messages).toEqual([]);
  });

  it("lets only those who manage the channel change it", async () => {
    const { say, store } = await settings();
    for (const line of [
      "/settings art:on",
      "/settings per-hour:5 everywhere:yes",
      "/settings reset",
      "/settings reset art",
    ]) {
      expect(await say(ann, line), line).toMatch(/^Only those who manage this channel may change its settings\./);
    }
    expect(store.settings.all({ platform: "fake", community: "club" })).toEqual({});
    expect(store.settings.all({ platform: "fake", community: "club", channel: "art" })).toEqual({});
  });

  it("drops nothing of a line silently: what does not go together is said", async () => {
    const { say, store } = await settings();
    expect(await say(mod, "/settings optout bot:off")).toMatch(
      /^\/settings optout changes no values; give them alone\./,
    );
    for (const line of [
      "/settings optout everywhere:yes",
      "/settings everywhere:yes",
      "/settings mydata everywhere:yes",
    ])
      expect(await say(mod, line), line).toMatch(/^everywhere goes with a value or a reset\./);
    expect(store.optOuts.has({ platform: "fake", user: "mod" })).toBe(false);
  });

  it("takes one setting back, or all of them", async () => {
    const { say, store } = await settings();
    await say(mod, "/settings per-person:2 everywhere:yes");
    await say(mod, "/settings per-person:3 largest:300 size:300");
    expect(await say(mod, "/settings reset per-person")).toContain("`per-person` **2** (set for the whole community)");
    expect(await say(mod, "/settings reset per-person")).toMatch(/^Nothing of that is set here/);
    const rest = await say(mod, "/settings reset");
    expect(rest).toContain("`largest` **1024 px, or what the command allows** (the default)");
    expect(store.settings.all({ platform: "fake", community: "club", channel: "art" })).toEqual({});
    expect(await say(mod, "/settings reset everywhere:yes")).toContain("`per-person` **5** (the default)");
  });

  it.each([
    ["/settings per-person:6", /^`per-person:6` is not possible: per-person must be a whole number from 1 to 5\./],
    ["/settings largest:4096", /must be a whole number from 64 to 1024 px/],
    ["/settings art:maybe", /must be one of on, off/],
    ["/settings look:textures network:googlenet", /^googlenet has no look textures; it has patterns\./],
    ["/settings show art", /^Set art to what\? Give it a value, `\/settings art:…`/],
    ["/settings show delete", /^That belongs to your data/],
    ["/settings reset size:300", /^\/settings reset changes no values/],
    ["/settings mydata art", /^`\/settings mydata` shows what is stored about you/],
    ["/settings perperson:9999999", /must be a whole number from 1 to 5/],
  ])("refuses %s", async (line, sentence) => {
    const { say, store } = await settings();
    expect(await say(mod, line)).toMatch(sentence);
    expect(store.settings.all({ platform: "fake", community: "club", channel: "art" })).toEqual({});
  });

  it("never holds more than the installation allows today", async () => {
    const { store, app } = await settings();
    const scope = { platform: "fake", community: "club", channel: "art" };
    store.settings.set(scope, "perPerson", 50);
    store.settings.set(scope, "look", "a look of yesterday");
    const held = new Map(app.settings.all(art).map(({ key, value, from }) => [key, { value, from }]));
    expect(held.get("perPerson")).toEqual({ value: 5, from: "channel" });
    expect(held.get("look")).toEqual({ value: undefined, from: "installation" });
  });

  it("works with structured options", async () => {
    const { chat, app } = await settings();
    await chat.say(mod, "/settings", { options: { "per-channel": "4", art: "on" } });
    await chat.say(mod, "/settings", { options: { action: "reset", what: "art" } });
    expect(app.settings.caps(art)).toEqual({ perChannel: 4 });
    expect(app.settings.isArtChannel(art)).toBe(false);
    // Turning it on is announced to everybody.
    expect(chat.in("channel")[0]?.content.text).toMatch(
      /^\*\*#art is an art channel now\*\*, says Mo: react to any picture/,
    );
  });
});

describe("what is set in a channel", () => {
  it("bounds jobs there, and only there, by person and by channel", async () => {
    const { say, engine, queue } = await settings();
    await say(mod, "/settings per-person:1 per-channel:2");
    await say(ann, "/dream");
    await engine.next();
    expect(await say(ann, "/dream")).toMatch(/^You have 1 unfinished job in this channel/);
    await say(ann, "/dream", night);
    await say(ben, "/dream");
    expect(await say(mod, "/dream")).toMatch(/^This channel has 2 unfinished jobs/);
    expect(queue.positions()).toHaveLength(3);
  });

  it("bounds an hour, also through a restart", async () => {
    const first = await settings({ engine: new FakeEngine({ automatic: true }) });
    await first.say(mod, "/settings per-hour:2");
    for (let job = 0; job < 2; job++) await first.say(ann, "/dream octaves:1");
    expect(await first.say(ann, "/dream")).toMatch(/^You have started 2 jobs here in the last hour/);
    await first.quiet();
    await first.close();
    const second = await settings({ engine: new FakeEngine({ automatic: true }), dir: first.dir });
    expect(await second.say(ann, "/dream")).toMatch(
      /^You have started 2 jobs here in the last hour.*The next can start in (59|60) minutes\.$/,
    );
    await second.say(ann, "/dream octaves:1", night);
    expect(second.queue.positions()).toHaveLength(1);
    await second.quiet();
  });

  it("bounds the size: defaults shrink to it, and more is refused with the largest", async () => {
    const { say, engine, chat, quiet } = await settings({ engine: new FakeEngine({ automatic: true }) });
    await say(mod, "/settings largest:300");
    await chat.say(ann, "/dream octaves:1 seed:7");
    await quiet();
    expect(engine.runs[0]?.request.params.size).toBe(300);
    expect(await say(ann, "/dream size:301")).toBe(
      "301 px is more than this channel allows: the largest here is 300 px, for moderators 4096 px. " +
        "For example: `size:300`",
    );
    expect(await say(ann, "/texture winter width:512 height:64")).toMatch(/^512 px is more than this channel allows/);
    expect(await say(ann, "/zoom width:320")).toMatch(/^320 px is more/);
    // By reaction, too.
    const final = chat.in("thread").at(-1);
    await chat.reactTo(ben, final ?? { id: "", channel: art }, "⬆️");
    expect(chat.messages.at(-1)?.content.text).toBe("Ben: It is already 300 px, the largest allowed here.");
    expect(engine.runs).toHaveLength(1);
  });

  it("is what a job begins with when nothing is given", async () => {
    const { say, engine, chat, quiet } = await settings({ engine: new FakeEngine({ automatic: true }) });
    await say(mod, "/settings size:256 look:patterns network:googlenet");
    await chat.say(ann, "/dream octaves:1");
    await chat.say(ann, "/dream octaves:1 network:resnet50 size:128");
    await chat.say(ann, "/stylize winter", { attachments: [source(await picture(20, 20))] });
    await chat.say(ann, '/dream octaves:1 layers:"a:1"');
    await quiet();
    const [plain, other, painted, layered] = engine.runs.map(({ request }) => request.params);
    expect(plain).toMatchObject({ size: 256, look: "patterns", network: "googlenet" });
    expect(other).toMatchObject({ size: 128, look: "patterns", network: "resnet50" });
    expect(painted).toMatchObject({ size: 256, network: "resnet50" });
    expect(layered).toMatchObject({ size: 256, network: "googlenet", layers: "a:1" });
    expect(layered).not.toHaveProperty("look");
  });
});

describe("the grammar of settings and votes", () => {
  const word = (option: Option): fc.Arbitrary<string | number> =>
    option.choices && option.choices.length > 0
      ? fc.constantFrom(...option.choices.map(({ value }) => value))
      : option.type === "text"
        ? fc.constantFrom("off", "18:00 UTC", "07:05 Europe/Berlin")
        : fc.integer({ min: option.minimum ?? 0, max: option.maximum ?? 0 });

  it("takes back any settings as they are printed, in any order", async () => {
    const { app } = await settings();
    const command = app.registry.find("settings");
    const options = settingOptions(botOptions);
    const values = fc.record(Object.fromEntries(Object.entries(options).map(([key, option]) => [key, word(option)])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(values, fc.boolean(), fc.boolean(), (given, everywhere, backwards) => {
        const wanted = { ...given, ...(everywhere ? { everywhere } : {}) };
        const args = printOptions(command.options, wanted);
        const line = printLine({ name: "settings", arguments: backwards ? args.reverse() : args });
        expect(readText(command, line.slice("/settings".length))).toEqual(wanted);
      }),
    );
  });

  it("takes back any vote as it is printed", async () => {
    const { app } = await settings();
    const command = app.registry.find("blend");
    const names = fc.uniqueArray(fc.constantFrom(...loadBuiltInStyles().map(({ name }) => name)), { maxLength: 8 });
    const minutes = fc.integer({ min: 1, max: 10_080 });
    const size = fc.integer({ min: 64, max: 1024 });
    fc.assert(
      fc.property(names, minutes, size, fc.boolean(), (styles, minutes, size, last) => {
        const options = [
          { key: "minutes", value: String(minutes) },
          { key: "size", value: String(size) },
        ];
        const chosen = styles.map((value) => ({ value }));
        const vote = { value: "vote" };
        const line = printLine({
          name: "blend",
          arguments: last ? [...chosen, ...options, vote] : [vote, ...options, ...chosen],
        });
        const read = readText(command, line.slice("/blend".length));
        expect(read).toEqual({ vote: true, minutes, size, ...(styles.length > 0 ? { styles: styles.join(" ") } : {}) });
      }),
    );
  });

  it("answers any input with a sentence", async () => {
    const { app } = await settings();
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "vote",
        "art:on",
        "art",
        "reset",
        "mydata",
        "delete",
        "minutes:",
        "largest:9e9",
        "everywhere",
        "confirm",
        '"',
        "per-person:-1",
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom("settings", "blend"), fc.array(piece, { maxLength: 6 }), (name, pieces) => {
        try {
          readText(app.registry.find(name), pieces.join(" "));
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});
