import {
  ChannelType,
  ComponentType,
  EmbedType,
  GatewayDispatchEvents,
  MessageFlags,
  MessageType,
  PermissionFlagsBits,
} from "discord-api-types/v10";
import { afterEach, describe, expect, it } from "vitest";
import type { MessageRef } from "../../../src/domain/model.js";
import type { FakeUser } from "../../fakes/discord/user.js";
import { setPermission } from "../../fakes/discord/world.js";
import { patience } from "../../support/patience.js";
import type { Scene } from "./harness.js";
import { picture, scene } from "./harness.js";

const RESULT = "dream-7KQ4M9XA.png";
type Post = Parameters<FakeUser["post"]> extends [unknown, ...infer Rest] ? Rest : never;
const asked = () => ({ maxBytes: 1e6, signal: patience() });
let opened: Scene | undefined;
afterEach(() => {
  expect(opened?.discord.check() ?? []).toEqual([]);
  opened = undefined;
});

describe("pictures in Discord", () => {
  it("are fetched from a fresh address when theirs has ended", async () => {
    opened = await scene({ attachmentLifeMs: 600_000 });
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
    await chat.post(art, { text: "mine", pictures: [await picture(RESULT)] });
    expect((await chat.latestPicture(art))?.name).toBe(RESULT);
    const { ref } = await ann.post(art, "and mine", [await picture("photo.png")]);
    await expect(chat.latestPicture(art)).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("Apps > Dream this"),
    });
    await expect(chat.picturesOf(ref)).rejects.toMatchObject({ kind: "forbidden" });
    await ann.post(art, `<@${discord.world.bot.id}> this one`, [await picture("named.png")]);
    expect((await chat.latestPicture(art))?.name).toBe("named.png");
    // Bots and webhooks show pictures too, in answers to their commands as well.
    const hook = discord.user("Hook", { bot: true });
    for (const type of [MessageType.Default, MessageType.ChatInputCommand]) {
      await hook.post(art, "", [await picture("theirs.png")], { type });
      await expect(chat.latestPicture(art)).rejects.toMatchObject({ kind: "forbidden" });
      await chat.post(art, { text: "mine again", pictures: [await picture(RESULT)] });
      expect((await chat.latestPicture(art))?.name).toBe(RESULT);
    }
    const original = discord.world.messages.get((await ann.post(art, "", [await picture("hidden.png")])).ref.id);
    if (original) await ann.post(art, "", [], { forwards: original });
    await expect(chat.latestPicture(art)).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("are those that a message shows, wherever it holds them", async () => {
    opened = await scene({ messageContent: true, attachmentLifeMs: 60_000 }, { messageContent: true });
    const { discord, chat } = opened;
    const [ann, hook, art] = [discord.user("Ann"), discord.user("Hook", { bot: true }), discord.addChannel("art")];
    const [one, two] = [await picture("one.png"), await picture("two.png")];
    const { origin } = new URL(discord.apiUrl);
    const proxied = (name: string) => ({ url: `https://example.org/${name}`, proxy_url: `${origin}/external/${name}` });
    for (const path of ["external/site.png", "external/large.png", "stickers/77.png", "emojis/88.png"])
      discord.served.set(`/${path}`, { bytes: one.bytes, type: "image/png" });
    const flags = MessageFlags.IsComponentsV2;
    const text = { type: ComponentType.TextDisplay, content: "words" };
    const shows = async (expected: readonly string[], newest: string | undefined, ...post: Post): Promise<void> => {
      const { ref } = await hook.post(art, ...post);
      const sources = await chat.picturesOf(ref);
      expect(sources.map(({ name }) => name)).toEqual(expected);
      for (const source of sources) expect((await source.fetch(asked())).bytes.length).toBeGreaterThan(50);
      expect((await chat.latestPicture(art))?.name).toBe(newest);
      // "Dream this" hands over the same.
      await ann.shortcut(ref, "Dream this").answered;
    };
    const gallery = (media: readonly object[]) => [
      {
        type: ComponentType.Container,
        components: [text, { type: ComponentType.MediaGallery, items: media.map((each) => ({ media: each })) }],
      },
    ];
    await shows(["one.png", "two.png"], "two.png", "", [one, two], { flags, v2: gallery });
    const section = ([media]: readonly object[]) => [
      { type: ComponentType.Section, components: [text], accessory: { type: ComponentType.Thumbnail, media } },
      { type: ComponentType.MediaGallery, items: [{ media: proxied("site.png"), spoiler: true }] },
    ];
    await shows(["one.png", "site.png"], "site.png", "", [one], { flags, v2: section });
    const files = ([media]: readonly object[]) => [{ type: ComponentType.File, file: media, name: "SPOILER_one.png" }];
    await shows(["one.png"], "one.png", "", [{ ...one, spoiler: true }], { flags, v2: files });
    const embeds = [
      { type: EmbedType.Article, thumbnail: proxied("site.png") },
      { type: EmbedType.Rich, image: proxied("large.png") },
    ];
    await shows(["large.png", "site.png"], "large.png", "https://example.org", [], { embeds });
    const forwarded = discord.world.messages.get((await ann.post(art, "", [], { embeds })).ref.id);
    if (forwarded) await shows(["large.png", "site.png"], "large.png", "", [], { forwards: forwarded });
    const stickers = [
      { id: "77", name: "Wave", format_type: 1 },
      { id: "78", name: "Drawn", format_type: 3 },
    ];
    await shows(["Wave.png"], "large.png", "", [], { stickers });
    await shows(["kek.png"], "large.png", "so <:kek:88>", []);
    discord.ahead = 120_000;
    const [gone] = await chat.picturesOf(discord.messagesIn(art)[0]?.ref ?? expect.fail());
    expect((await gone?.fetch(asked()))?.bytes.length).toBeGreaterThan(50);
  });

  it("of the message that a thread hangs on are the thread's too", async () => {
    opened = await scene({ messageContent: true }, { messageContent: true });
    const { discord, chat } = opened;
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const root = await ann.post(art, "mine", [await picture("root.png")]);
    await ann.post(art, "another", [await picture("later.png")]);
    const thread = discord.openThread(root.ref, "about it");
    await ann.post(thread, "", [], { type: MessageType.ThreadStarterMessage, reference: root.ref.id });
    expect(await chat.latestPicture(thread)).toMatchObject({ name: "root.png", message: root.ref });
  });

  it("of the message that a thread hangs on are not said to be none where they may not be read", async () => {
    opened = await scene();
    const { discord, chat } = opened;
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const threadOn = async (root: MessageRef) => {
      const thread = discord.openThread(root, "about it");
      const { ref } = await ann.post(thread, "", [], { type: MessageType.ThreadStarterMessage, reference: root.id });
      return { thread, starter: ref };
    };
    const theirs = await ann.post(art, "mine", [await picture("root.png")]);
    const { thread, starter } = await threadOn(theirs.ref);
    await expect(chat.latestPicture(thread)).rejects.toMatchObject({ kind: "forbidden" });
    await expect(chat.picturesOf(starter)).rejects.toMatchObject({ kind: "forbidden" });
    await chat.post(thread, { text: "a result", pictures: [await picture(RESULT)] });
    expect((await chat.latestPicture(thread))?.name).toBe(RESULT);
    const own = await chat.post(art, { text: "a result", pictures: [await picture(RESULT)] });
    expect(await chat.latestPicture((await threadOn(own)).thread)).toMatchObject({ name: RESULT, message: own });
    const words = await chat.post(art, { text: "words" });
    expect(await chat.latestPicture((await threadOn(words)).thread)).toBeUndefined();
  });

  it("are found behind a message's link, for those who may see the message", async () => {
    opened = await scene({ messageContent: true }, { messageContent: true });
    const { discord, chat } = opened;
    const [ann, mo] = [discord.user("Ann"), discord.user("Mo", { moderator: true })];
    const [art, photos] = [discord.addChannel("art"), discord.addChannel("photos")];
    const closed = discord.addChannel("moderators", { closed: true });
    const behind = (link: string, user = ann, channel = art) => chat.picturesBehind(new URL(link), { user, channel });
    const { ref } = await ann.post(photos, "my garden", [await picture("garden.png")]);
    const link = (await chat.link(ref)) ?? "";
    expect(link).toMatch(/^https:\/\/discord\.com\/channels\/\d+\/\d+\/\d+$/);
    const [source] = (await behind(link)) ?? [];
    expect(source).toMatchObject({ name: "garden.png", author: { name: "Ann" }, message: ref });
    expect((await source?.fetch(asked()))?.bytes.length).toBeGreaterThan(50);
    expect(await behind(link.replace("discord.com", "ptb.discord.com"))).toHaveLength(1);
    for (const other of [link.replace("discord.com", "discord.com.example.org"), "https://example.org/cat.png"])
      expect(await behind(other)).toBeUndefined();
    // The bot sees more than Ann does.
    const { ref: secret } = await mo.post(closed, "for us", [await picture("secret.png")]);
    const secretLink = (await chat.link(secret)) ?? "";
    await expect(behind(secretLink)).rejects.toMatchObject({ kind: "forbidden" });
    expect(await behind(secretLink, mo, closed)).toHaveLength(1);
    const { ref: words } = await ann.post(photos, "no picture");
    await expect(behind((await chat.link(words)) ?? "")).rejects.toThrow(/no picture in that/);
    const direct = await ann.post(ann.direct, "to the bot", [await picture("direct.png")]);
    const directLink = (await chat.link(direct.ref)) ?? "";
    await expect(behind(directLink, mo)).rejects.toMatchObject({ kind: "forbidden" });
    expect(await behind(directLink, ann, ann.direct)).toHaveLength(1);
    // A role that is taken away counts at once, though the gateway does not tell.
    const roles = discord.guild.members.get(mo.id)?.roles ?? new Set();
    for (const role of roles) discord.permit(closed, "ViewChannel", true, role);
    await expect.poll(() => behind(secretLink, mo).catch(() => [])).toHaveLength(1);
    roles.clear();
    await expect(behind(secretLink, mo)).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("of a voice or stage channel are for those who may join its call", async () => {
    opened = await scene({ messageContent: true }, { messageContent: true });
    const { discord, chat } = opened;
    const [ann, mo] = [discord.user("Ann"), discord.user("Mo")];
    const art = discord.addChannel("art");
    for (const type of [ChannelType.GuildVoice, ChannelType.GuildStageVoice]) {
      const voice = discord.addChannel(`voice ${type}`, { type });
      expect(await chat.describe(voice)).toMatchObject({ closed: false });
      const { ref } = await ann.post(voice, "my garden", [await picture("garden.png")]);
      const link = new URL((await chat.link(ref)) ?? "");
      expect(await chat.picturesBehind(link, { user: ann, channel: art })).toHaveLength(1);
      // Everybody sees that there is such a channel, as before.
      discord.permit(voice, "Connect", true);
      discord.permit(voice, "Connect", true, mo.id);
      discord.permit(voice, "Connect", false, discord.guild.id);
      await expect.poll(() => chat.describe(voice)).toMatchObject({ closed: true });
      await expect(chat.picturesBehind(link, { user: ann, channel: art })).rejects.toMatchObject({ kind: "forbidden" });
      expect(await chat.picturesBehind(link, { user: mo, channel: art })).toHaveLength(1);
    }
  });

  it("of a voice channel that discord.js does not know are asked for, and the same counts", async () => {
    opened = await scene();
    const { discord, chat } = opened;
    discord.gateway.dialect = (event, data) => (event === GatewayDispatchEvents.ChannelCreate ? undefined : data);
    const [open, locked] = ["open", "locked"].map((name) => discord.addChannel(name, { type: ChannelType.GuildVoice }));
    if (!open || !locked) throw new Error("There are no channels.");
    setPermission(discord.channelOf(locked), { id: discord.guild.id, type: 0 }, PermissionFlagsBits.Connect, "deny");
    const bot = { id: discord.world.bot.id, type: 1 };
    setPermission(discord.channelOf(locked), bot, PermissionFlagsBits.Connect, "allow");
    expect(await chat.describe(open)).toMatchObject({ closed: false });
    expect(await chat.describe(locked)).toMatchObject({ closed: true });
  });

  it("are not begun in a voice channel that the bot may not join: what it lacks is named", async () => {
    opened = await scene();
    const { discord, listener } = opened;
    const ann = discord.user("Ann");
    const voice = discord.addChannel("voice", { type: ChannelType.GuildVoice });
    discord.permit(voice, "Connect", false);
    ann.command(voice, "dream");
    await discord.until(() => discord.ephemeralTo(ann).find(({ text }) => /\bConnect\b/.test(text)));
    expect(listener.of("command")).toEqual([]);
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
