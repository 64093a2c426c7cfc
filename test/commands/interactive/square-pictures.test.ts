import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { ann, ben, FakeChat, type FakeMessage, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const labels = (message: FakeMessage | undefined) => message?.content.buttons?.map(({ label }) => label);

/** A finished job, its message and its id. */
async function finished(line: string, result?: readonly [bytes: Uint8Array, type: string], chat = new FakeChat()) {
  const engine = new FakeEngine({ automatic: result === undefined });
  const open = await studio({ engine, chat });
  await chat.say(ann, line, { attachments: [source(await picture(48, 36))] });
  if (result) (await engine.next()).finishWith(result[0], 64, 48, result[1]);
  await open.quiet();
  const message = chat.in("channel").at(-1) ?? expect.fail();
  const job = /job `(\w+)`/.exec(message.content.text)?.[1] ?? "";
  const said = () => chat.ephemeral.at(-1);
  return { ...open, message, job, said };
}

async function film(side: number): Promise<Uint8Array> {
  const frames = ["#c22", "#2c2", "#22c"].map((background) =>
    sharp({ create: { width: side, height: side, channels: 3, background } })
      .raw()
      .toBuffer(),
  );
  const raw = { width: side, height: side * 3, channels: 3, pageHeight: side } as const;
  return sharp(Buffer.concat(await Promise.all(frames)), { raw })
    .webp({ loop: 0, delay: [150, 150, 150] })
    .toBuffer();
}

describe("the button As emoji", () => {
  it("answers the one who presses with the result in all of the chat's sizes, and posts nothing", async () => {
    const { chat, message, job, said } = await finished("/dream size:256");
    const before = chat.messages.length;
    await chat.press(ben, message, "emoji");
    const { user, text, pictures = [] } = said() ?? expect.fail();
    expect(user).toEqual(ben);
    expect(chat.messages).toHaveLength(before);
    expect(text).toMatch(
      /^Cut square\. Save the one that you want:\nEmoji: 128 px, 1 kB\nSticker: 320 px, \d kB\nAvatar: 512 px, \d+ kB$/,
    );
    expect(pictures.map(({ name }) => name)).toEqual(
      ["emoji", "sticker", "avatar"].map((use) => `dream-${job}-${use}.png`),
    );
    expect(pictures[1]?.description).toBe("Dream of creatures, cut square for a sticker");
    for (const [index, { side, bytes }] of chat.capabilities.squares.entries()) {
      const cut = pictures[index] ?? expect.fail();
      expect(cut.bytes.byteLength).toBeLessThanOrEqual(bytes);
      expect(await sharp(cut.bytes).metadata()).toMatchObject({ format: "png", width: side, height: side });
    }
    expect(chat.violations).toEqual([]);
  });

  it("keeps what is transparent so", async () => {
    const disc = Buffer.from('<svg width="64" height="48"><circle cx="40" cy="20" r="10" fill="#f80"/></svg>');
    const { chat, message, said } = await finished("/dream size:256", [
      await sharp(disc).png().toBuffer(),
      "image/png",
    ]);
    await chat.press(ben, message, "emoji");
    const emoji = said()?.pictures?.[0]?.bytes;
    const { data, info } = await sharp(emoji).raw().toBuffer({ resolveWithObject: true });
    const alpha = (x: number, y: number) => data[(y * info.width + x) * 4 + 3];
    expect([info.channels, alpha(2, 2), alpha(125, 125), alpha(64, 64), alpha(64, 20)]).toEqual([4, 0, 0, 255, 255]);
  });

  it("makes moving ones of a film where the chat takes such, else of its first frame, and says so", async () => {
    const { chat, message, said } = await finished("/zoom", [await film(64), "image/webp"]);
    await chat.press(ben, message, "emoji");
    const { text, pictures = [] } = said() ?? expect.fail();
    expect(text).toMatch(/Emoji: .* kB, moves\nSticker: .* kB, moves\nAvatar: .* kB, the film's first frame$/);
    const facts = await Promise.all(pictures.map(async ({ bytes }) => await sharp(bytes).metadata()));
    expect(facts.map(({ format, pages = 1, width }) => [format, pages, width])).toEqual([
      ["gif", 3, 128],
      ["gif", 3, 320],
      ["png", 1, 512],
    ]);
    expect(pictures.map(({ type }) => type)).toEqual(["image/gif", "image/gif", "image/png"]);
  });

  it("gives what the chat has, within its largest file, and is not there where it has nothing", async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
    const detailed = sharp({ create: { width: 300, height: 300, channels: 3, background: "#000", noise } });
    const few = new FakeChat({ squares: [{ use: "avatar", side: 256, bytes: 900_000 }], uploadBytes: 80_000 });
    const one = await finished("/dream", [await detailed.png().toBuffer(), "image/png"], few);
    await few.press(ben, one.message, "emoji");
    expect(one.said()?.pictures?.map(({ name }) => name)).toEqual([`dream-${one.job}-avatar.png`]);
    expect(one.said()?.pictures?.[0]?.bytes.byteLength).toBeLessThanOrEqual(80_000);
    const none = await finished("/dream", undefined, new FakeChat({ squares: [] }));
    expect(labels(none.message)).not.toContain("As emoji");
    await none.chat.act(ben, `job:emoji:${none.job}`, none.message);
    expect(none.said()?.text).toBe("This chat has no emoji, stickers or avatars.");
  });

  it("is not below a sheet, whose pictures are chosen first", async () => {
    const { chat, message, job, said } = await finished("/dream size:256 repeat:4");
    expect(labels(message)).not.toContain("As emoji");
    await chat.act(ben, `job:emoji:${job}`, message);
    expect(said()).toMatchObject({ text: "These are several pictures: choose one with its button first." });
    expect(said()?.pictures).toBeUndefined();
  });

  it("hides what is hidden, and gives nothing of those who let no one else use their works", async () => {
    const { chat, message, said, quiet } = await finished("/dream size:256");
    await chat.say(ann, "/settings optout");
    await chat.press(ben, message, "emoji");
    expect(said()?.text).toContain("Ann lets no one else use");
    expect(said()?.pictures).toBeUndefined();
    await chat.press(ann, message, "emoji");
    expect(said()?.pictures).toHaveLength(3);
    expect(said()?.pictures?.map(({ spoiler }) => spoiler)).toEqual([undefined, undefined, undefined]);
    const hidden = { ...source(await picture(48, 36)), spoiler: true };
    await chat.say(ben, "/dream size:256", { attachments: [hidden] });
    await quiet();
    await chat.press(ann, chat.in("channel").at(-1) ?? expect.fail(), "emoji");
    expect(said()?.pictures?.map(({ spoiler }) => spoiler)).toEqual([true, true, true]);
  });

  it("gives nothing of what moderators have hidden", async () => {
    const { chat, message, said } = await finished("/dream size:256");
    await chat.say(mod, "/moderate hide @Ann");
    for (const user of [ben, ann]) {
      await chat.press(user, message, "emoji");
      expect(said()).toMatchObject({ user, text: expect.stringContaining("The moderators have hidden this work") });
      expect(said()?.pictures).toBeUndefined();
    }
  });

  it("says so where the picture is no longer kept, or cannot be opened", async () => {
    const { chat, message, job, said, store } = await finished("/dream size:256");
    const kept = vi.spyOn(store.jobs, "result").mockResolvedValueOnce(undefined);
    await chat.press(ben, message, "emoji");
    expect(said()?.text).toBe(`The picture of job ${job} is no longer kept, so nothing can be cut from it.`);
    kept.mockResolvedValueOnce({ bytes: new TextEncoder().encode("torn"), type: "image/png" });
    await chat.press(ben, message, "emoji");
    expect(said()?.text).toMatch(/is not a picture I can read/);
  });
});
