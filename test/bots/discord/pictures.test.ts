import { afterEach, describe, expect, it } from "vitest";
import type { Scene } from "./harness.js";
import { picture, scene } from "./harness.js";

const asked = () => ({ maxBytes: 1e6, signal: AbortSignal.timeout(5_000) });
let opened: Scene | undefined;
afterEach(() => {
  expect(opened?.discord.check() ?? []).toEqual([]);
  opened = undefined;
});

describe("pictures in Discord", () => {
  it("are fetched from a fresh address when theirs has ended", async () => {
    opened = await scene({ attachmentLifeMs: 1_000 });
    const { discord, chat } = opened;
    const ref = await chat.post(discord.addChannel("art"), { text: "", pictures: [await picture()] });
    const [source] = await chat.picturesOf(ref);
    discord.ahead = 3_600_000;
    expect((await source?.fetch(asked()))?.bytes.length).toBeGreaterThan(50);
    await chat.remove(ref);
    discord.ahead += 3_600_000;
    await expect(source?.fetch(asked())).rejects.toMatchObject({ kind: "gone" });
  });

  it("are hidden by their file's name, and known as hidden by it", async () => {
    opened = await scene();
    const { discord, chat } = opened;
    const ref = await chat.post(discord.addChannel("art"), {
      text: "",
      pictures: [{ ...(await picture()), spoiler: true }],
    });
    expect(discord.message(ref)?.pictures[0]).toMatchObject({ name: "SPOILER_dream-7.png", spoiler: true });
    const [source] = await chat.picturesOf(ref);
    expect(source).toMatchObject({ name: "dream-7.png", spoiler: true });
    expect(source?.author).toBeUndefined();
  });

  it("of others are not seen without the intent: the person is told what to do instead", async () => {
    opened = await scene();
    const { discord, chat } = opened;
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    expect(await chat.latestPicture(art)).toBeUndefined();
    await chat.post(art, { text: "mine", pictures: [await picture()] });
    expect((await chat.latestPicture(art))?.name).toBe("dream-7.png");
    const { ref } = await ann.post(art, "and mine", [await picture("photo.png")]);
    await expect(chat.latestPicture(art)).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("Apps > Dream this"),
    });
    await expect(chat.picturesOf(ref)).rejects.toMatchObject({ kind: "forbidden" });
    await ann.post(art, `<@${discord.world.bot.id}> this one`, [await picture("named.png")]);
    expect((await chat.latestPicture(art))?.name).toBe("named.png");
  });

  it("may be as large as boosts allow, and stay in their channel when it is closed or for adults", async () => {
    opened = await scene();
    const { discord, chat } = opened;
    expect(await chat.describe(discord.addChannel("art"))).toEqual({
      name: "#art",
      closed: false,
      restricted: false,
      uploadBytes: 10 * 1024 * 1024,
    });
    expect(await chat.describe(discord.addChannel("moderators", { closed: true }))).toMatchObject({ closed: true });
    const adults = discord.addChannel("adults", { nsfw: true });
    await expect.poll(async () => (await chat.describe(adults)).restricted).toBe(true);
    const thread = await chat.openThread(await chat.post(adults, { text: "root" }), "thread");
    expect(await chat.describe(thread)).toMatchObject({ restricted: true, closed: false });
  });
});
