import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { SHORTCUTS } from "../../../src/commands/command.js";
import { printArgument } from "../../../src/commands/parsing/command-line.js";
import type { ChannelRef, Member } from "../../../src/domain/model.js";
import { type Mark, parseMark, printMark } from "../../../src/shared/metadata/mark.js";
import { withMark } from "../../../src/shared/metadata/with-mark.js";
import { kebab } from "../../../src/shared/text.js";
import { ann, art, ben, mod, source } from "../../fakes/chat.js";
import { picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";
import { movie, NO_FILMS, WITH_FILMS } from "../../support/movie.js";

const elsewhere: ChannelRef = { ...art, community: "other", id: "there" };

async function open() {
  const all = await studio();
  const { chat, engine, quiet, app } = all;
  /** The file of what a line makes, as it is downloaded from the chat. */
  const make = async (user: Member, line: string, more: Parameters<typeof chat.say>[2] = {}) => {
    await chat.say(user, line, more);
    await (await engine.next()).finish();
    await quiet();
    const file = chat.messages.findLast(({ key }) => key?.endsWith("final"))?.pictures[0]?.bytes ?? expect.fail();
    const job = await app.jobs.latest({ ...(more.channel ?? art), author: user.id });
    return { file, job: job ?? expect.fail() };
  };
  const told = () => chat.ephemeral.at(-1)?.text ?? "";
  return { ...all, make, told };
}

async function markIn(file: Uint8Array): Promise<Mark | undefined> {
  const { xmp } = await sharp(file).metadata();
  return xmp && parseMark(xmp.toString());
}

/** A file that says what somebody likes it to say. */
async function forged(change: Partial<Mark>): Promise<Uint8Array> {
  const mark = { line: "/dream look:patterns picture:none seed:3", job: "7KQ4M9XA", seed: "3", network: "resnet50" };
  return withMark(await picture(30, 20), "image/png", { ...mark, version: "2", ...change });
}

describe("a result's file", () => {
  it("says what its message says: line, seed, network, credits and job", async () => {
    const { make, chat } = await open();
    const shared = chat.share(ann, [{ bytes: await picture(40, 30), name: "hers.png", type: "image/png" }]);
    const { file, job } = await make(ben, "/dream look:patterns seed:7", {
      repliesTo: { id: shared.id, channel: art },
    });
    const mark = await markIn(file);
    expect(mark).toEqual({
      line: expect.stringMatching(/^\/dream look:patterns .*seed:7/),
      job: job.id,
      seed: "7",
      network: "resnet50",
      version: String(job.result?.version),
      pictures: "image",
      credits: "Picture by Ann",
    });
    expect(chat.in("channel").some(({ content }) => content.text.includes(mark?.line ?? "?"))).toBe(true);
    // Neither who asked, nor where.
    expect(printMark(mark ?? expect.fail())).not.toMatch(/Ben|ben|club|art"/);
    expect(chat.violations).toEqual([]);
  });

  it("names no people where not everybody reads, and says nothing where a setting or option says so", async () => {
    const { make, chat } = await open();
    const shared = chat.share(ann, [{ bytes: await picture(40, 30), name: "hers.png", type: "image/png" }]);
    const repliesTo = { id: shared.id, channel: art };
    chat.info = { closed: true, restricted: false };
    expect((await markIn((await make(ben, "/dream", { repliesTo })).file))?.credits).toBeUndefined();
    chat.info = { closed: false, restricted: false };
    const bare = await make(ben, "/dream bare", { repliesTo });
    expect(await markIn(bare.file)).toBeUndefined();
    await chat.say(mod, "/settings marks:off");
    expect(await markIn((await make(ben, "/dream", { repliesTo })).file)).toBeUndefined();
    await chat.say(mod, "/settings marks:on");
    expect(await markIn((await make(ben, "/dream", { repliesTo })).file)).toBeDefined();
  });
});

describe("/made", () => {
  it("tells of a result, and of one that was downloaded and posted again, with a button to make it again", async () => {
    const { make, chat, told, engine } = await open();
    const { file, job } = await make(ann, "/dream look:patterns seed:7 picture:none");
    const final = chat.messages.findLast(({ key }) => key?.endsWith("final")) ?? expect.fail();
    await chat.say(ben, "/made", { repliesTo: final });
    expect(told()).toMatch(
      new RegExp(`^\\*\\*Dream of patterns\\*\\* by Ann \\(\`${job.id}\`\\)\\n\`\`\`\\n/dream look:pat`),
    );
    const shared = chat.share(ben, [{ bytes: file, name: "found.png", type: "image/png" }]);
    await chat.say(ben, "/made", { repliesTo: { id: shared.id, channel: art } });
    expect(told()).toMatch(/^Its file says that it is \*\*Dream of patterns\*\* by Ann/);
    await chat.act(ben, chat.ephemeral.at(-1)?.buttons?.[0]?.id ?? "");
    expect((await engine.next()).request.params).toMatchObject({ look: "patterns" });
    expect(SHORTCUTS.find(({ command }) => command === "made")?.title).toBe("Show how it was made");
  });

  it("tells of each picture of a message, and which of them say nothing", async () => {
    const { make, chat, told } = await open();
    const one = await make(ann, "/dream look:patterns seed:7 picture:none");
    const two = await make(ann, "/dream look:patterns seed:8 picture:none");
    const plain = await picture(30, 20);
    const files = [one.file, plain, two.file].map((bytes, n) => ({ bytes, name: `${n}.png`, type: "image/png" }));
    const repliesTo = { id: chat.share(ben, files).id, channel: art };
    const before = chat.ephemeral.length;
    await chat.say(ben, "/made", { repliesTo });
    const answers = chat.ephemeral.slice(before);
    expect(answers.map(({ text }) => text.slice(0, 30))).toEqual([
      expect.stringMatching(/^1\. Its file says that/),
      expect.stringMatching(/^2\. That picture does not/),
      expect.stringMatching(/^3\. Its file says that/),
    ]);
    expect(answers.map(({ buttons = [] }) => buttons.map(({ id }) => id.split(":").at(-1)))).toEqual([
      [one.job.id],
      [],
      [two.job.id],
    ]);
    await chat.say(ben, "/made picture:3", { repliesTo });
    expect(told()).toMatch(/^Its file says that .*seed:8/s);
  });

  it("shows of a job elsewhere, or that this person may not see, no more than the file itself says", async () => {
    const { make, chat, told } = await open();
    chat.info = { closed: true, restricted: false };
    const secret = await make(ann, "/dream look:patterns seed:7 picture:none", { channel: { ...art, id: "secret" } });
    chat.info = { closed: false, restricted: false };
    for (const [user, channel] of [
      [ben, art],
      [ann, elsewhere],
    ] as const) {
      await chat.say(user, "/made", { attachments: [source(secret.file)], channel });
      expect(told()).toMatch(/^Its file says that I made it, but not where you see it from here:\n```\n\/dream/);
      expect(told()).not.toContain("Ann");
    }
  });

  it("repeats nothing of a stranger's file as it stands there", async () => {
    const { chat, told } = await open();
    const say = async (change: Partial<Mark>) => {
      await chat.say(ben, "/made", { attachments: [source(await forged(change))] });
      return told();
    };
    expect(await say({ credits: "[free](https://evil.example) @everyone **x**" })).toContain(
      "free(https://evil.example) @everyone x",
    );
    expect(await say({ line: "/dream look:patterns picture:https://evil.example/a.png seed:3" })).not.toContain("evil");
    expect(await say({ line: "/dream look:```" })).toMatch(/not for here: .*look/);
    expect(await say({ line: "/settings bot:off" })).toMatch(/a line that I do not know/);
    expect(await say({ line: "/dream nonsense:1" })).toMatch(/not for here/);
    await chat.say(ben, "/made", { attachments: [source(await picture(30, 20))] });
    expect(told()).toMatch(/^That picture does not say how it was made/);
  });

  it("shows nothing of what moderators have hidden", async () => {
    const { make, chat, told } = await open();
    const { file, job } = await make(ann, "/dream picture:none");
    await chat.say(mod, `/gallery remove ${job.id}`);
    await chat.say(ben, "/made", { attachments: [source(file)] });
    expect(told()).toMatch(/moderators/);
  });
});

describe("/again with a picture", () => {
  it("makes its job again, from the same picture, with changes", async () => {
    const { make, chat, engine } = await open();
    const { file, job } = await make(ann, "/dream look:patterns seed:7");
    await chat.say(ben, "/again strength:0.5", { attachments: [source(file)] });
    const { request } = await engine.next();
    expect(request.params).toMatchObject({ look: "patterns", seed: 7, strength: 0.5 });
    expect((await sharp(request.pictures.image).metadata()).width).toBe(48);
    expect((await chat.until(() => chat.in("channel").at(-1)))?.content.text).toContain(job.id);
  });

  it("makes what a file says that comes from elsewhere, with another seed, and asks for its picture", async () => {
    const { chat, engine, told } = await open();
    await chat.say(ben, "/again", { attachments: [source(await forged({}))], channel: elsewhere });
    const { request } = await engine.next();
    expect(request.params).toMatchObject({ look: "patterns" });
    expect(request.params.seed).not.toBe(3);
    expect(request.pictures).toEqual({});
    const line = "/dream look:patterns seed:3";
    await chat.say(ben, "/again", { attachments: [source(await forged({ line, pictures: "image" }))] });
    expect(told()).toBe(
      `It was made from a picture that I do not have here. Send that one with this line:\n\`\`\`\n${line}\n\`\`\``,
    );
  });

  it("refuses a picture that says nothing, and what is not possible here", async () => {
    const { chat, engine, told } = await open();
    await chat.say(ben, "/again", { attachments: [source(await picture(30, 20))] });
    expect(told()).toMatch(/^That picture does not say how it was made/);
    await chat.say(ben, "/again", { attachments: [source(await forged({ line: "/dream size:9000 picture:none" }))] });
    expect(told()).toMatch(/not for here: .*size/);
    expect(engine.runs).toEqual([]);
  });
});

describe.skipIf(NO_FILMS)(`a film that was downloaded and posted again${WITH_FILMS}`, () => {
  it("is made again by /again, and its word goes through the parser as a picture's does", async () => {
    const { chat, engine, told } = await open();
    const film = await movie();
    const line = "/dream look:patterns picture:none morph";
    const making = { line, network: "resnet50", version: "2" };
    const file = withMark(film, "video/mp4", making);
    await chat.say(ben, "/again", { attachments: [{ ...source(file), name: "found.mp4" }] });
    expect(chat.ephemeral).toEqual([]);
    expect((await engine.next()).request).toMatchObject({
      recipe: "dream",
      params: { look: "patterns", morph: true },
    });
    const lying = withMark(film, "video/mp4", { ...making, line: "/dream size:9000 picture:none" });
    await chat.say(ben, "/again", { attachments: [{ ...source(lying), name: "found.mp4" }] });
    expect(told()).toMatch(/not for here: .*size/);
    await chat.say(ben, "/again", { attachments: [{ ...source(film), name: "plain.mp4" }] });
    expect(told()).toMatch(/^That picture does not say how it was made/);
    expect(engine.runs).toHaveLength(1);
  });
});

describe("what a stranger's file or preset says", () => {
  it("stands between marks of code, and is no link or formatting of the bot's", async () => {
    const { chat, app } = await studio();
    const odd = ["x`[free](http://evil.test)", "```[free](http://evil.test)", "winter:[a](http://evil.test)"];
    const before = chat.ephemeral.length;
    for (const { command, options } of new Set(app.recipes.values()))
      for (const key of Object.keys(options).map(kebab))
        for (const value of odd) {
          const file = await forged({ line: `/${command} ${printArgument({ key, value })}`, pictures: "image" });
          const attachments = [{ ...source(file), name: "found.png" }];
          for (const line of ["/made", "/again", "/preset import name:odd shared"])
            await chat.say(ben, line, { attachments });
        }
    await chat.say(ann, "/preset");
    const texts = chat.ephemeral.slice(before).map(({ text }) => text);
    expect(texts.filter((text) => text.includes("evil")).length).toBeGreaterThan(300);
    expect(texts.at(-1)).toContain("evil");
    const outside = texts.map((text) => text.replaceAll(/```[^`]*```|`[^`]*`/g, ""));
    expect(outside.filter((text) => /`|\[.*\]\(/.test(text))).toEqual([]);
  });
});
