import { describe, expect, it } from "vitest";
import { SHORTCUTS } from "../../src/commands/command.js";
import { ann, art, ben, type FakeChat, mod, source } from "../fakes/chat.js";
import { type FakeRun, picture } from "../fakes/engine.js";
import { botOptions, studio } from "../fakes/studio.js";

const LABELS = [
  { name: "alp", probability: 0.8412 },
  { name: "valley", probability: 0.06141 },
];

async function open(options: Parameters<typeof studio>[0] = {}) {
  const all = await studio(options);
  const { chat, engine } = all;
  /** What is said in the channel, after the engine has answered. */
  const see = async (line: string, more: Parameters<FakeChat["say"]>[2] = {}): Promise<[string, FakeRun]> => {
    const said = chat.say(ben, line, more);
    const run = await engine.next();
    await run.finish({ labels: LABELS });
    await said;
    return [chat.in("channel").at(-1)?.content.text ?? "", run];
  };
  const shared = chat.share(ann, [{ bytes: await picture(40, 30), name: "hers.png", type: "image/png" }]);
  return { ...all, see, shared, answer: { repliesTo: { id: shared.id, channel: art } } };
}

describe("/see", () => {
  it("tells in the channel what the network that dreams there sees, and whose picture it is", async () => {
    const { see, answer, queue } = await open();
    const [text, { request }] = await see("/see", answer);
    expect(text).toBe("resnet50 sees in Ann's picture: alp 84%, valley 6.1%");
    expect(request).toMatchObject({ recipe: "see", params: { network: "resnet50" } });
    expect(queue.positions()).toEqual([]);
  });

  it("leaves out labels that have no more than nought to tell, but never the best", async () => {
    const { chat, engine } = await open();
    chat.latest = source(await picture(31, 32));
    const told = async (...probabilities: number[]) => {
      const said = chat.say(ben, "/see");
      const labels = probabilities.map((probability, i) => ({ name: `thing${i}`, probability }));
      await (await engine.next()).finish({ labels });
      await said;
      return chat.in("channel").at(-1)?.content.text?.replace(/^.*: /, "");
    };
    expect(await told(0.9989, 0.0005, 0.0004, 0.0001)).toBe("thing0 100%, thing1 0.1%");
    expect(await told(0.0004, 0.0003)).toBe("thing0 under 0.1%");
  });

  it("looks at the picture that comes with it, that it answers, or the newest, with the network named", async () => {
    const { see, answer, chat, engine } = await open();
    chat.latest = source(await picture(31, 32));
    const bytes = await picture(33, 34);
    for (const [line, more, width] of [
      ["/see", {}, 31],
      ["/see network:googlenet", { attachments: [source(bytes)] }, 33],
      ["/see", answer, 40],
    ] as const) {
      const [, { request }] = await see(line, more);
      const { default: sharp } = await import("sharp");
      expect((await sharp(request.pictures.image).metadata()).width).toBe(width);
    }
    expect(engine.runs.map(({ request }) => request.params.network)).toEqual(["resnet50", "googlenet", "resnet50"]);
  });

  it("follows the channel's network, unless that names nothing", async () => {
    const { see, chat } = await open();
    await chat.say(mod, "/settings network:googlenet look:patterns");
    expect((await see("/see"))[1].request.params.network).toBe("googlenet");
    await chat.say(mod, "/settings reset look");
    await chat.say(mod, "/settings network:bare");
    expect((await see("/see"))[1].request.params.network).toBe("resnet50");
  });

  it("names those networks that can, for one that cannot", async () => {
    const { chat, engine } = await open();
    await chat.say(ben, "/see network:bare");
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^`network:bare` is not possible: network must be one of resnet50, go/);
    expect(engine.runs).toEqual([]);
  });

  it("says in one sentence what is wrong, and loses nothing", async () => {
    const { chat, engine } = await open();
    chat.latest = undefined;
    await chat.say(ben, "/see");
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^There is no picture here\. Attach one to `\/see`/);
    const text = new TextEncoder().encode("no picture");
    await chat.say(ben, "/see", { attachments: [source(text)] });
    expect(chat.ephemeral.at(-1)?.text).toMatch(/is not a picture I can read/);
    const said = chat.say(ben, "/see", { attachments: [source(await picture(20, 20))] });
    (await engine.next()).fail("network", "resnet50 cannot be fetched.");
    await said;
    expect(chat.ephemeral.at(-1)?.text).toBe("resnet50 cannot be fetched.");
  });

  it("is refused to those who are barred, where it is off, and of pictures that no one else may use", async () => {
    const { chat, engine, answer } = await open();
    await chat.say(ann, "/settings optout");
    await chat.say(ben, "/see", answer);
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^Ann lets no one else use/);
    await chat.say(mod, "/settings bot:off");
    await chat.say(ben, "/see");
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^I am switched off/);
    expect(engine.runs).toEqual([]);
  });

  it("tells what a hidden picture shows to the one who asks only", async () => {
    const { chat, see } = await open();
    const before = chat.in("channel").length;
    await see("/see", { attachments: [{ ...source(await picture(20, 20)), spoiler: true }] });
    expect(chat.in("channel")).toHaveLength(before);
    expect(chat.ephemeral.at(-1)).toMatchObject({ user: ben, text: expect.stringContaining("alp 84%") });
  });

  it("tells of all pictures of a message, within a bound, and of the one whose number is given", async () => {
    const { chat, engine } = await open();
    const files = await Promise.all(
      [20, 21, 22, 23, 24].map(async (width) => ({
        bytes: await picture(width, 20),
        name: `${width}.png`,
        type: "image/png",
      })),
    );
    const { id } = chat.share(ann, files);
    const answer = { repliesTo: { id, channel: art } };
    const said = chat.say(ben, "/see", answer);
    for (const _ of files.slice(0, 4)) await (await engine.next()).finish({ labels: LABELS });
    await said;
    const lines = chat.in("channel").at(-1)?.content.text.split("\n") ?? [];
    expect(lines.slice(0, 4)).toEqual(
      [1, 2, 3, 4].map((n) => `${n}. resnet50 sees in Ann's picture: alp 84%, valley 6.1%`),
    );
    expect(lines[4]).toBe("These are the first 4 of 5 pictures; `picture:5` is about the next one.");
    const fifth = chat.say(ben, "/see picture:5", answer);
    const run = await engine.next();
    await run.finish({ labels: LABELS });
    await fifth;
    const { default: sharp } = await import("sharp");
    expect((await sharp(run.request.pictures.image).metadata()).width).toBe(24);
    await chat.say(ben, "/see picture:6", answer);
    expect(chat.ephemeral.at(-1)?.text).toBe("There is no picture 6: there are only 5.");
  });

  it("says of each picture why it cannot be looked at, and tells nobody else where one is hidden", async () => {
    const { chat, engine } = await open();
    const file = { bytes: await picture(20, 20), name: "a.png", type: "image/png" };
    const text = { bytes: new TextEncoder().encode("no picture"), name: "b.png", type: "image/png" };
    const repliesTo = { id: chat.share(ann, [text, { ...file, spoiler: true }]).id, channel: art };
    const before = chat.in("channel").length;
    const said = chat.say(ben, "/see", { repliesTo });
    await (await engine.next()).finish({ labels: LABELS });
    await said;
    expect(chat.in("channel")).toHaveLength(before);
    expect(chat.ephemeral.at(-1)?.text).toMatch(
      /^1\. b\.png is not a picture I can read.*\n2\. resnet50 sees in Ann's/,
    );
    const none = { id: chat.share(ann, [text, text]).id, channel: art };
    await chat.say(ben, "/see", { repliesTo: none });
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^b\.png is not a picture I can read/);
  });

  it("is in the menu of messages, and offers the networks that may name things", async () => {
    expect(SHORTCUTS.find(({ command }) => command === "see")?.title).toBe("What do you see?");
    const { app } = await open({ botOptions: { ...botOptions, networks: [{ id: "own", help: "From a folder" }] } });
    expect(app.registry.find("see").options.network?.choices?.map(({ value }) => value)).toEqual(["own"]);
  });
});
