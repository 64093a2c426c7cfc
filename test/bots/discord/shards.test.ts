/** Bots in many servers: the gateway wants several connections, opened a few at a time. */
import { GatewayCloseCodes } from "discord-api-types/v10";
import { describe, expect, it } from "vitest";
import { DiscordChat } from "../../../src/bots/discord/chat.js";
import type { FakeDiscord } from "../../fakes/discord/server.js";
import { waitFor } from "../../support/wait-for.js";
import { connected, fakeDiscord, Listener, silent } from "./harness.js";

/** A Discord that wants so many shards, with a server on each of them. */
async function large(shards: number, maxConcurrency: number) {
  const discord = await fakeDiscord();
  Object.assign(discord.gateway, { shards, maxConcurrency });
  const places = Array.from({ length: shards }, (_, shard) => place(discord, shard, shards));
  return { discord, places };
}

function place(discord: FakeDiscord, shard: number, shards: number) {
  const guild = discord.guildOn(shard, shards);
  return { channel: discord.addChannel(`art ${shard}`, { guild }), user: discord.user(`Ann ${shard}`, { guild }) };
}

/** The program's first attempt and what it says. */
async function refused({ apiUrl, token, gateway }: FakeDiscord, code: GatewayCloseCodes) {
  gateway.refusesWith = code;
  const chat = new DiscordChat({ token, apiUrl, logger: silent, timing: { startMs: 4_000 } });
  return chat.start(new Listener()).then(
    () => fail(),
    (error: unknown) => error,
  );
}

function fail(): never {
  throw new Error("It started.");
}

describe("a bot in thousands of servers", () => {
  it.each([
    [3, 2],
    [20, 16],
  ])("connects with the %i shards that Discord wants, %i at a time, and hears each server", async (shards, at) => {
    const { discord, places } = await large(shards, at);
    // Far less than the turns of all shards take: the time to start grows with them.
    const { chat, listener } = await connected(discord, { timing: { startMs: 4_900 } });
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Got it." }, "public");
    const { identifies } = discord.gateway;
    expect(identifies.map(({ shard }) => shard).sort(([a], [b]) => a - b)).toEqual(
      Array.from({ length: shards }, (_, shard) => [shard, shards]),
    );
    for (const { channel, user } of places) {
      await user.command(channel, "dream").answered;
      await discord.until(() => discord.messagesIn(channel).some(({ text }) => text === "Got it."));
    }
    // Direct messages belong to the first shard.
    await discord.user("Ben").command(places[0]?.user.direct ?? fail(), "dream").answered;
    expect(listener.of("command")).toHaveLength(shards + 1);
    expect(chat.health()).toEqual({
      connected: true,
      shards: Array.from({ length: shards }, (_, id) => ({ id, connected: true })),
    });
    expect(discord.check()).toEqual([]);
  });

  it("tells of each shard whether it is connected", async () => {
    const { discord, places } = await large(3, 3);
    const { chat, listener } = await connected(discord);
    discord.gateway.down = true;
    discord.gateway.drop(undefined, 1);
    await waitFor(() => expect(chat.health().connected).toBe(false));
    expect(chat.health().detail).toMatch(/^shard 1 of 3 has been reconnecting since \d\d:\d\d UTC$/);
    expect(chat.health().shards?.map((shard) => shard.connected)).toEqual([true, false, true]);
    // The others hear their servers all the while.
    const [, , third] = places;
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Got it." }, "public");
    await third?.user.command(third.channel, "dream").answered;
    discord.gateway.drop(undefined, 2);
    await waitFor(() => expect(chat.health().detail).toMatch(/^shard 1 of 3 .* UTC, and 1 more$/));
    discord.gateway.down = false;
    await waitFor(() => expect(chat.health().connected).toBe(true));
    expect(discord.check()).toEqual([]);
  });

  it("begins again with more shards when it has outgrown the ones it has", async () => {
    const { discord } = await large(1, 8);
    const { chat, listener } = await connected(discord);
    const { gateway } = discord;
    gateway.shards = 3;
    const places = [0, 1, 2].map((shard) => place(discord, shard, 3));
    // The session is lost, and may not be begun as before.
    gateway.refusesResume = true;
    gateway.drop();
    await waitFor(() => expect(gateway.identifies.filter(({ shard }) => shard[1] === 3)).toHaveLength(3));
    await waitFor(() => expect(chat.health()).toMatchObject({ connected: true }));
    expect(chat.health().shards).toHaveLength(3);
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Got it." }, "public");
    for (const { channel, user } of places) await user.command(channel, "dream").answered;
    await expect(chat.post(places[2]?.channel ?? fail(), { text: "Here." })).resolves.toBeDefined();
    expect(discord.check()).toEqual([]);
  });
});

describe("a gateway that closes for good", () => {
  it.each([
    [GatewayCloseCodes.InvalidShard, "unavailable", "shards (close code 4010)"],
    [GatewayCloseCodes.ShardingRequired, "unavailable", "more shards (close code 4011)"],
    [GatewayCloseCodes.InvalidAPIVersion, "forbidden", "(close code 4012): update Dreamloom"],
    [GatewayCloseCodes.InvalidIntents, "forbidden", "(close code 4013): update Dreamloom"],
    [GatewayCloseCodes.DisallowedIntents, "forbidden", "Privileged Gateway Intents"],
  ])("is understood: close code %i", async (code, kind, words) => {
    const error = await refused(await fakeDiscord(), code);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(words) });
  });

  it("leaves a running bot unready, with the reason", async () => {
    const discord = await fakeDiscord();
    const { chat } = await connected(discord);
    discord.gateway.drop(GatewayCloseCodes.DisallowedIntents);
    await waitFor(() => expect(chat.health().connected).toBe(false));
    expect(chat.health().detail).toContain("Privileged Gateway Intents");
  });

  it("is not asked for more sessions than a day allows", async () => {
    const { discord } = await large(3, 3);
    discord.gateway.sessionsLeft = 2;
    const { apiUrl, token } = discord;
    const chat = new DiscordChat({ token, apiUrl, logger: silent });
    await expect(chat.start(new Listener())).rejects.toMatchObject({
      kind: "rate-limited",
      message: expect.stringMatching(/^Discord recommends 3 shards, but .* 2 more sessions before \d\d:\d\d UTC/),
    });
    expect(discord.gateway.identifies).toEqual([]);
    expect(discord.check()).toEqual([]);
  });
});
