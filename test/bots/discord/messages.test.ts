import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { makeUser } from "../../fakes/discord/world.js";
import { picture, scene } from "./harness.js";

describe("messages", () => {
  it("are posted with pictures and buttons, and an edit replaces all of them", async () => {
    const { discord, chat } = await scene();
    const art = discord.addChannel("art");
    const first = await picture("octave-1.png", 20);
    const ref = await chat.post(art, {
      text: "**Octave 1**",
      pictures: [{ ...first, description: "The first" }],
      buttons: [{ id: "job:cancel:7KQ4", label: "Cancel", emoji: "✋" }],
    });
    expect(ref.channel).toEqual(art);
    const [posted] = discord.messagesIn(art);
    expect(posted).toMatchObject({
      text: "**Octave 1**",
      byBot: true,
      buttons: [{ id: "job:cancel:7KQ4", label: "Cancel" }],
    });
    expect(posted?.pictures.map(({ name, description }) => [name, description])).toEqual([
      ["octave-1.png", "The first"],
    ]);
    expect(await posted?.pictures[0]?.download()).toEqual(Buffer.from(first.bytes));

    await chat.edit(ref, { text: "Octave 2", pictures: [await picture("octave-2.png", 30)] });
    const edited = discord.message(ref);
    expect(edited?.pictures.map(({ name }) => name)).toEqual(["octave-2.png"]);
    expect(edited?.buttons).toEqual([]);
    expect((await sharp(await edited?.pictures[0]?.download()).metadata()).width).toBe(30);

    await chat.edit(ref, { text: "Almost", keepPictures: true });
    expect(discord.message(ref)?.pictures.map(({ name }) => name)).toEqual(["octave-2.png"]);
    await chat.edit(ref, { text: "Nothing" });
    expect(discord.message(ref)?.pictures).toEqual([]);
    await chat.remove(ref);
    expect(discord.message(ref)).toBeUndefined();
    await expect(chat.edit(ref, { text: "Too late" })).rejects.toMatchObject({ name: "ChatError", kind: "gone" });
    expect(discord.check()).toEqual([]);
  });

  it("have their reactions read to the end, but for those of a crowd, which are called unfinished", async () => {
    const { discord, chat } = await scene();
    const ref = await chat.post(discord.addChannel("art"), { text: "Which style?" });
    const crowd = Array.from({ length: 1_001 }, (_, n) => makeUser(discord.world, `Fan ${n}`).id);
    const { reactions } = discord.world.messages.get(ref.id) ?? expect.fail();
    reactions.set("🌻", crowd);
    reactions.set("🔥", crowd.slice(0, 101));
    const { given, unfinished } = await chat.reactions(ref, ["🌻", "🔥", "🍂"]);
    expect(given.filter(({ emoji }) => emoji === "🌻")).toHaveLength(1_000);
    expect(given.filter(({ emoji }) => emoji === "🔥")).toHaveLength(101);
    expect(unfinished).toEqual(["🌻"]);
  });
});
