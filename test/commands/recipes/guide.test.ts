import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { ann, ben, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

async function open() {
  const opened = await studio({ engine: new FakeEngine({ automatic: true }) });
  const { chat, engine, quiet } = opened;
  const photo = await picture(48, 36);
  const other = await picture(40, 40);
  const third = await picture(30, 30);
  const say = async (line: string, pictures: readonly Uint8Array[] = [photo], user = ann) => {
    const before = engine.runs.length;
    await chat.say(user, line, { attachments: pictures.map((bytes) => source(bytes)) });
    await quiet();
    return engine.runs[before]?.request;
  };
  return { ...opened, photo, other, third, say, said: () => chat.in("channel").at(-1)?.content.text ?? "" };
}

describe("a dream's guide", () => {
  it("is a style that is named, with its credit, and the line names it", async () => {
    const { say, said, photo } = await open();
    const job = await say("/dream like:winter seed:7");
    const [winter] = loadBuiltInStyles().filter(({ name }) => name === "winter");
    expect(job?.pictures).toEqual({ image: photo, guide: new Uint8Array(await readFile(winter?.path ?? "")) });
    expect(job?.params).toMatchObject({ like: "winter", look: "creatures" });
    expect(said()).toMatch(/`\/dream .*like:winter.*` · needs the same picture/);
    expect(said()).toContain("Style winter by Dreamloom, CC0");
    expect(said()).not.toContain("its guide");
  });

  it("is the second attached picture, which the line cannot name, and a mask comes after it", async () => {
    const { say, said, photo, other, third } = await open();
    expect((await say("/dream like:attached", [photo, other]))?.pictures).toEqual({ image: photo, guide: other });
    expect(said()).toMatch(/like:attached.*` · needs the same picture and guide/);
    const masked = await say("/dream like:attached where:mask", [photo, other, third]);
    expect(masked?.pictures).toEqual({ image: photo, guide: other, mask: third });
  });

  it("is the picture behind a link, unless its author lets no one else use it; the link is not kept", async () => {
    const { chat, say, said, photo, other } = await open();
    const theirs = [{ ...source(other, "theirs.png"), author: { id: ben.id, name: ben.name } }];
    Object.assign(chat, { picturesBehind: async () => theirs });
    const job = await say("/dream like:https://chat.example/art/m1?secret=1");
    expect(job?.pictures).toEqual({ image: photo, guide: other });
    expect(job?.params.like).toBe("attached");
    expect(said()).toContain("Picture by Ben");
    expect(chat.messages.some(({ content }) => content.text.includes("secret"))).toBe(false);
    await chat.say(ben, "/settings optout");
    expect(await say("/dream like:https://chat.example/art/m1")).toBeUndefined();
    expect(chat.ephemeral.at(-1)?.text).toContain("Ben lets no one else use their pictures");
  });

  it("stays when a dream is made again, or is another one, or none", async () => {
    const { say, photo, other } = await open();
    await say("/dream like:attached", [photo, other]);
    expect((await say("/again", []))?.pictures).toEqual({ image: photo, guide: other });
    expect((await say("/again changes:like:winter", []))?.params.like).toBe("winter");
    const none = await say("/again changes:like:none", []);
    expect([none?.pictures, none?.params.like]).toEqual([{ image: photo }, undefined]);
  });

  it("is asked for where there is none, is known by its name, and does not go with channels", async () => {
    const { chat, say, photo, other, engine } = await open();
    await say("/dream like:attached", [photo]);
    await say("/dream like:wintre", [photo]);
    await say("/dream like:attached channels:activation_36/7", [photo, other]);
    expect(chat.ephemeral.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^There is no guide\. Attach two pictures.*`\/dream like:winter`/),
      expect.stringContaining("winter"),
      expect.stringContaining("channels or a guide, not both"),
    ]);
    expect(engine.runs).toHaveLength(0);
  });
});
