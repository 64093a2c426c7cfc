import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { GatewayCloseCodes, GatewayDispatchEvents } from "discord-api-types/v10";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { DiscordChat } from "../../../src/bots/discord/chat.js";
import type { OutgoingMessage } from "../../../src/port/messages.js";
import { connected, fakeDiscord, Listener, picture, scene, silent } from "./harness.js";

const done: OutgoingMessage = { text: "Done", buttons: [{ id: "job:again:7KQ4", label: "Again" }] };

describe("starting", () => {
  const start = async (options: { token?: string; apiUrl: string; appId?: string; messageContent?: boolean }) => {
    const chat = new DiscordChat({ token: "none", logger: silent, timing: { startMs: 4_000 }, ...options });
    await chat.start(new Listener());
    return chat;
  };

  it("says which setting is wrong", async () => {
    const { apiUrl, token } = await fakeDiscord();
    await expect(start({ apiUrl })).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("DISCORD_TOKEN"),
    });
    await expect(start({ apiUrl, token, messageContent: true })).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("Privileged Gateway Intents"),
    });
    await expect(start({ apiUrl, token, appId: "117" })).rejects.toMatchObject({
      message: expect.stringMatching(/^DISCORD_APP_ID is 117, but/),
    });
  });

  it.each([
    [GatewayCloseCodes.AuthenticationFailed, "DISCORD_TOKEN"],
    [GatewayCloseCodes.InvalidIntents, "DISCORD_MESSAGE_CONTENT"],
    [GatewayCloseCodes.DisallowedIntents, "DISCORD_MESSAGE_CONTENT"],
  ])("tells the gateway's close code %s", async (code, setting) => {
    const { apiUrl, token, gateway } = await fakeDiscord();
    gateway.refusesWith = code;
    const message = expect.stringContaining(setting);
    await expect(start({ apiUrl, token })).rejects.toMatchObject({ kind: "forbidden", message });
  });

  it("gives up on a Discord that is not there", async () => {
    await expect(start({ apiUrl: "http://127.0.0.1:9/api" })).rejects.toMatchObject({
      name: "ChatError",
      kind: "unavailable",
    });
    const discord = await fakeDiscord();
    discord.gateway.down = true;
    await expect(start({ apiUrl: discord.apiUrl, token: discord.token })).rejects.toMatchObject({
      name: "ChatError",
      kind: "timeout",
    });
  });

  it("gives up on a gateway that says nothing, and leaves no connection behind", async () => {
    const discord = await fakeDiscord();
    const silentGateway = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void silentGateway.close());
    await once(silentGateway, "listening");
    const { port } = silentGateway.address() as AddressInfo;
    discord.dialect = ({ path }, answer) =>
      path.startsWith("/gateway")
        ? { ...answer, body: { ...(answer.body as object), url: `ws://127.0.0.1:${port}` } }
        : answer;
    const { apiUrl, token } = discord;
    const chat = new DiscordChat({ token, apiUrl, logger: silent });
    const started = expect(chat.start(new Listener())).rejects.toThrow();
    const [connection] = (await once(silentGateway, "connection")) as [Socket];
    connection.resume();
    const closed = once(connection, "close");
    await chat.stop();
    await Promise.all([started, closed]);
  });

  it("works without the commands when Discord does not take them just now", async () => {
    const discord = await fakeDiscord();
    discord.fault = ({ path }) => (path.endsWith("/commands") ? { status: 500 } : undefined);
    const { chat } = await connected(discord);
    await expect(chat.post(discord.addChannel("art"), done)).resolves.toBeDefined();
  });
});

describe("a Discord in trouble", () => {
  it("answers every call with 429 first, and everything is done once all the same", async () => {
    const discord = await fakeDiscord({ messageContent: true });
    const met = new Set<string>();
    discord.fault = ({ method, path }) => {
      const key = `${method} ${path}`;
      if (met.has(key)) return undefined;
      met.add(key);
      return { status: 429, message: "You are being rate limited.", retryAfter: 0.05 };
    };
    const { chat, listener } = await connected(discord);
    const slow: number[] = [];
    Object.assign(listener, { slowedDown: (milliseconds: number) => slow.push(milliseconds) });
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Taken on." }, "public");
    await ann.command(art, "dream").answered;
    const ref = await chat.post(art, { ...done, pictures: [await picture("dream-7KQ4M9XA.png")] });
    await chat.edit(ref, { text: "edited", keepPictures: true });
    await chat.react(ref, "🔁");
    const thread = await chat.openThread(ref, "Dream");
    const frame = await chat.post(thread, { text: "frame" });
    expect(await chat.latestPicture(art)).toBeDefined();
    expect(await chat.picturesOf(ref)).toHaveLength(1);
    await chat.remove(frame);
    expect(discord.messagesIn(art).map(({ text }) => text)).toEqual(["Taken on.", "edited"]);
    expect(discord.messagesIn(thread)).toEqual([]);
    expect(slow.length).toBeGreaterThan(3);
    expect(discord.check()).toEqual([]);
  });

  it("posts once when the answer to a post is lost, and when Discord fails for a moment", async () => {
    const { discord, chat } = await scene();
    const art = discord.addChannel("art");
    const faults: ("answer lost" | "drop" | { status: number })[] = [{ status: 502 }, "answer lost"];
    discord.fault = ({ method }) => (method === "POST" ? faults.shift() : undefined);
    await chat.post(art, { text: "once" });
    expect(discord.messagesIn(art)).toHaveLength(1);
    expect(faults).toEqual([]);
    discord.fault = () => ({ status: 503 });
    await expect(chat.post(art, { text: "never" })).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("drops previews when it is busy, and lets the last word through", async () => {
    const { discord, chat } = await scene({ slowness: 0.3 });
    const ref = await chat.post(discord.addChannel("art"), { text: "0 %" });
    const preview = (n: number) => chat.edit(ref, { text: `${n} %`, progress: { value: n / 100, label: "" } });
    const results = [];
    for (let n = 1; n <= 10; n++)
      results.push(
        await preview(n).then(
          () => "shown",
          (error: { kind: string }) => error.kind,
        ),
      );
    expect(results.filter((result) => result === "shown").length).toBe(3);
    expect(results.filter((result) => result === "rate-limited").length).toBe(7);
    await chat.edit(ref, { text: "last word" });
    expect(discord.message(ref)?.text).toBe("last word");
    // Where Discord itself says wait, a preview is given up at once and the last word waits.
    discord.fault = ({ method }) => {
      if (method !== "PATCH") return undefined;
      discord.fault = () => undefined;
      return { status: 429, message: "You are being rate limited.", retryAfter: 0.3 };
    };
    await chat.edit(ref, { text: "the very last word" });
    expect(discord.message(ref)?.text).toBe("the very last word");
    expect(discord.check()).toEqual([]);
  });

  it("says so at once when it asks for a long wait", async () => {
    const { discord, chat } = await scene({}, { timing: { callMs: 2_000 } });
    discord.fault = () => ({ status: 429, message: "You are being rate limited.", retryAfter: 60 });
    await expect(chat.post(discord.addChannel("art"), done)).rejects.toMatchObject({
      kind: "rate-limited",
      message: expect.stringMatching(/wait 6[01] s/),
    });
  });
});

describe("the gateway", () => {
  it("breaks in the middle of a job: posts go on, and events meanwhile are reported once", async () => {
    const { discord, chat, listener } = await scene();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const ref = await chat.post(art, done);
    discord.gateway.drop();
    expect(discord.gateway.connected).toBe(false);
    ann.react(ref, "🔁");
    await chat.edit(ref, { text: "still here", buttons: [{ id: "job:again:7KQ4", label: "Again" }] });
    ann.press(ref, "Again");
    await expect.poll(() => listener.events.length).toBe(2);
    expect(discord.gateway.resumed).toBe(1);
    expect(discord.gateway.identified).toBe(1);
    expect(chat.health()).toEqual({ connected: true });
    expect(discord.check()).toEqual([]);
  });

  it("asks to reconnect, or forgets the session: the bot comes back", async () => {
    const { discord, chat, listener } = await scene();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const ref = await chat.post(art, done);
    discord.gateway.askToReconnect();
    await expect.poll(() => discord.gateway.resumed).toBe(1);
    discord.gateway.refusesResume = true;
    discord.gateway.drop(4000);
    await expect.poll(() => chat.health().connected).toBe(false);
    expect(chat.health().detail).toMatch(/shard 0 has been reconnecting since/);
    await expect.poll(() => discord.gateway.identified).toBe(2);
    await expect.poll(() => chat.health().connected).toBe(true);
    ann.react(ref, "🔁");
    await expect.poll(() => listener.of("reaction").length).toBe(1);
    expect(discord.check()).toEqual([]);
  });

  it("delivers the same reaction twice: it counts once", async () => {
    const { discord, chat, listener } = await scene();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const ref = await chat.post(art, done);
    ann.react(ref, "🔁");
    discord.gateway.repeatLast("MESSAGE_REACTION_ADD" as never);
    ann.unreact(ref, "🔁");
    ann.react(ref, "🔁");
    await expect.poll(() => listener.of("reaction").map(({ added }) => added)).toEqual([true, false, true]);
  });

  it("reports one that is taken back and given again in that order, however long Discord takes to answer", async () => {
    const { discord, chat, listener } = await scene();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const ref = await chat.post(art, done);
    // With the second only an id comes; Discord is asked, and is busy the first time.
    const busy = ({ path }: { readonly path: string }) => /\/guilds\/\d+\/members\//.test(path);
    discord.fault = (request) => {
      if (!busy(request)) return undefined;
      discord.fault = () => undefined;
      return { status: 429, retryAfter: 0.3 };
    };
    const given = { emoji: { id: null, name: "🔁" }, user_id: ann.id, message_id: ref.id };
    const where = { channel_id: art.id, guild_id: art.community };
    discord.gateway.dispatch(GatewayDispatchEvents.MessageReactionRemove, { ...given, ...where });
    ann.react(ref, "🔁");
    await expect.poll(() => listener.of("reaction").map(({ added }) => added)).toEqual([false, true]);
  });

  it("reports users' reactions on old messages, and neither the bot's own nor other bots'", async () => {
    const { discord, chat, listener } = await scene();
    const [mo, robot, art] = [
      discord.user("Mo", { moderator: true }),
      discord.user("Robot", { bot: true }),
      discord.addChannel("art"),
    ];
    const old = await mo.post(art, "of last year");
    const ref = await chat.post(art, done);
    await chat.stop();
    const again = await connected(discord, {}, listener);
    robot.react(ref, "🔁");
    await again.chat.react(ref, "🌻");
    mo.react(old.ref, "👁️");
    mo.unreact(old.ref, "👁️");
    await expect.poll(() => listener.of("reaction").length).toBe(2);
    expect(listener.of("reaction")[0]).toMatchObject({
      added: true,
      message: old.ref,
      user: { id: mo.id, name: "Mo", moderator: true },
    });
    expect(listener.of("reaction")[1]).toMatchObject({ added: false, user: { id: mo.id, name: "Mo" } });
  });
});

describe("what goes away meanwhile", () => {
  it("an interaction's token: the bot posts by itself, and private answers as direct messages, if at all", async () => {
    const { discord, listener } = await scene();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    await ann.command(art, "dream").answered;
    const [event] = listener.of("command");
    await event?.reply({ text: "Taken on." }, "public");
    discord.ahead = 16 * 60_000;
    const late = await event?.reply({ text: "Done at last.", pictures: [await picture()] }, "public");
    expect(discord.messagesIn(art).map(({ text }) => text)).toEqual(["Taken on.", "Done at last."]);
    expect(late?.channel).toEqual(art);
    await event?.reply({ text: "psst" }, "private");
    expect(discord.messagesIn(ann.direct).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Too late to be said in .*\npsst$/s),
    ]);
    // A user who takes no direct messages gets no answer, and no other user sees it.
    discord.fault = ({ path }) => (path === "/users/@me/channels" ? { status: 403, code: 50007 } : undefined);
    await expect(event?.reply({ text: "psst again" }, "private")).resolves.toBeUndefined();
    expect(discord.messagesIn(art)).toHaveLength(2);
  });

  it("leaves lines in the log that name the job", async () => {
    const lines: string[] = [];
    const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const { discord, chat } = await scene({}, { logger });
    const ref = await chat.post(discord.addChannel("art"), { text: "Here", trace: "7KQ4M9XA" });
    await chat.remove(ref);
    await expect(chat.edit(ref, { text: "Gone", trace: "7KQ4M9XA" })).rejects.toMatchObject({ kind: "gone" });
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ job: "7KQ4M9XA", doing: "edit my message", msg: "Discord did not do what was asked" }),
    );
  });

  it("the moment for a first word: the bot posts instead", async () => {
    const { discord, listener } = await scene();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    ann.command(art, "dream");
    await expect.poll(() => listener.of("command").length).toBe(1);
    discord.ahead = 5_000;
    await listener.of("command")[0]?.reply({ text: "Taken on." }, "public");
    expect(discord.messagesIn(art).map(({ text }) => text)).toEqual(["Taken on."]);
    expect(discord.check().join()).toContain("came after");
  });

  it("messages, threads and channels", async () => {
    const { discord, chat } = await scene();
    const art = discord.addChannel("art");
    const ref = await chat.post(art, done);
    const thread = await chat.openThread(ref, "x".repeat(300));
    const frame = await chat.post(thread, { text: "frame" });
    discord.deleteChannel(thread);
    await expect(chat.post(thread, done)).rejects.toMatchObject({ kind: "gone" });
    await expect(chat.edit(frame, done)).rejects.toMatchObject({ kind: "gone" });
    discord.deleteChannel(art);
    await expect(chat.react(ref, "🔁")).rejects.toMatchObject({ kind: "gone" });
    await expect(chat.describe(art)).rejects.toMatchObject({ kind: "gone" });
    expect(discord.check()).toEqual([]);
  });

  it("permissions: the sentence names them, and threads are done without", async () => {
    const { discord, chat } = await scene();
    const art = discord.addChannel("art");
    const ref = await chat.post(art, done);
    discord.permit(art, "CreatePublicThreads", false);
    expect(await chat.openThread(ref, "Dream")).toEqual(art);
    discord.permit(art, "AddReactions", false);
    await expect(chat.react(ref, "🔁")).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining('"Add Reactions"'),
    });
    discord.permit(art, "SendMessages", false);
    await expect(chat.post(art, done)).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining('"Send Messages"'),
    });
    discord.permit(art, "ViewChannel", false);
    await expect(chat.edit(ref, done)).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining('"View Channel"'),
    });
    expect(discord.check()).toEqual([]);
  });

  it("an open thread: it is taken from the archive, unless it is locked", async () => {
    const { discord, chat } = await scene();
    const ref = await chat.post(discord.addChannel("art"), done);
    const thread = await chat.openThread(ref, "Dream");
    const frame = await chat.post(thread, { text: "frame" });
    discord.archive(thread);
    await chat.edit(frame, { text: "later" });
    expect(discord.message(frame)?.text).toBe("later");
    discord.archive(thread, true);
    await expect(chat.edit(frame, { text: "too late" })).rejects.toMatchObject({ kind: "gone" });
    await expect(chat.post(thread, done)).rejects.toMatchObject({ kind: "gone" });
  });

  it("the twentieth reaction", async () => {
    const { discord, chat } = await scene({ slowness: 0.01 });
    const ref = await chat.post(discord.addChannel("art"), done);
    const emoji = [..."🌸🌻🍂🌙🔥💧🎨🧶💎🌅🪵📰⭐🍀🐙🦊🐝🍄🌈🎈"];
    for (const one of emoji) await chat.react(ref, one);
    await expect(chat.react(ref, "🔁")).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("20"),
    });
  });

  it("nothing is left running after a stop, also in mid-call", async () => {
    const { discord, chat } = await scene();
    const art = discord.addChannel("art");
    const posts = Promise.allSettled(Array.from({ length: 8 }, (_, i) => chat.post(art, { text: `${i}` })));
    await delay(10);
    await chat.stop();
    expect((await posts).filter(({ status }) => status === "fulfilled").length).toBe(8);
    expect(discord.messagesIn(art)).toHaveLength(8);
    await expect(chat.post(art, done)).rejects.toMatchObject({ kind: "unavailable" });
  });
});
