import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { ChatError } from "../../../src/port/chat-error.js";
import type { PictureSource } from "../../../src/port/messages.js";
import { ann, ben, type FakeMessage, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { botOptions, studio } from "../../fakes/studio.js";

const winter = loadBuiltInStyles().find(({ name }) => name === "winter")?.emoji ?? "";

/** A chat with each way to start a job from a picture on a message; the pictures can be downloaded so far. */
async function everyWay() {
  const open = await studio({
    engine: new FakeEngine({ automatic: true }),
    botOptions: { ...botOptions, pictures: { ...botOptions.pictures, seconds: 0.05 } },
  });
  const { chat } = open;
  const photo = await picture(48, 36);
  const attachments = [source(photo)];
  await chat.say(mod, "/settings art:on");
  await chat.say(ann, "/stylize", { attachments });
  const palette = chat.in("channel").at(-1);
  await chat.say(ann, "/blend vote", { attachments });
  const vote = chat.in("channel").at(-1);
  if (!palette || !vote) throw new Error("nothing to react to");
  await chat.reactTo(ben, vote, winter);
  const shared = chat.share(ben, [{ bytes: photo, name: "photo.png", type: "image/png" }]);
  return { ...open, photo, palette, vote, shared };
}

const hangs = () => new Promise<never>(() => undefined);
const downloads = (bytes: Uint8Array) => async () => ({ bytes, name: "photo.png", type: "image/png" });
const refuses = async () => {
  throw new ChatError("unavailable", { message: "The chat hands out no pictures just now." });
};

describe("a picture that cannot be used", () => {
  it.each<[string, Partial<PictureSource>, string | RegExp]>([
    ["times out", { fetch: hangs }, "The picture photo.png took longer than 0.05 s to arrive; please try again."],
    ["is said to be too large", { size: 200_000, fetch: hangs }, /^The picture photo\.png is larger than 0\.1 MB/],
    ["is too large", { fetch: downloads(new Uint8Array(200_000)) }, /^The picture photo\.png is larger than 0\.1 MB/],
    ["is broken", { fetch: downloads(Buffer.from("<html>")) }, /^photo\.png /],
    ["is refused by the chat", { fetch: refuses }, "The chat hands out no pictures just now."],
  ])("that %s is explained in the same words wherever a job is started", async (_, trouble, sentence) => {
    const { chat, engine, photo, palette, vote, shared, quiet } = await everyWay();
    const broken = (image: PictureSource): PictureSource => ({ ...image, ...trouble });
    chat.download = broken;
    const posted = async (begin: string): Promise<string> => {
      const find = () => chat.in("channel").find(({ content }) => content.text.startsWith(begin));
      return (await chat.until<FakeMessage>(find)).content.text.slice(begin.length);
    };

    await chat.say(mod, "/dream", { attachments: [broken(source(photo))] });
    const told = chat.ephemeral.filter(({ user }) => user === mod).at(-1)?.text;
    expect(told).toEqual(typeof sentence === "string" ? sentence : expect.stringMatching(sentence));

    await chat.reactTo(ann, palette, winter);
    expect(await posted("Ann: ")).toBe(told);
    await chat.reactTo(ben, shared, winter);
    expect(await posted("Ben: ")).toBe(told);
    await chat.press(ann, vote, "paint");
    await chat.until(() => vote.content.text.includes("could not be started"));
    expect(vote.content.text.split("\n")).toContain(told);

    // Each of them can be tried again.
    chat.download = (image) => image;
    expect(engine.runs).toEqual([]);
    for (const [user, message] of [
      [ann, palette],
      [ben, shared],
    ] as const) {
      await chat.reactTo(user, message, winter, false);
      await chat.reactTo(user, message, winter);
    }
    await chat.press(ann, vote, "paint");
    await chat.until(() => engine.runs.length === 3);
    await quiet();
    expect(engine.runs.map(({ request }) => request.pictures.image)).toEqual([photo, photo, photo]);
  });
});

it("a preset makes nothing larger than a channel allows", async () => {
  const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
  const refused = async (line: string) => {
    await chat.say(ann, line);
    await quiet();
    return chat.ephemeral.at(-1)?.text;
  };
  expect(await refused("/neuron preset:book octave-scale:1.2")).toContain("1980 px is more than this channel allows");
  await chat.say(mod, "/settings largest:256");
  expect(await refused("/neuron preset:book")).toContain("the largest here is 256 px");
  expect(engine.runs).toEqual([]);
});

it("prints numbers as they can be read again", async () => {
  const { chat, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
  await chat.say(ann, "/stylize winter smooth:0.0000001", { attachments: [source(await picture(48, 36))] });
  await quiet();
  expect(chat.in("channel")[0]?.content.text).toContain("smooth:0.0000001");
});
