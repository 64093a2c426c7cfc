/** Servers that speak Discord's protocol, but say less of what may be left out, or say it in another way. */
import { GatewayDispatchEvents as E } from "discord-api-types/v10";
import { afterEach, describe, expect, it } from "vitest";
import type { FakeDiscord } from "../../fakes/discord/server.js";
import { KeyValues } from "../../fakes/key-values.js";
import { patience } from "../../support/patience.js";
import { waitFor } from "../../support/wait-for.js";
import { connected, fakeDiscord, Listener, picture } from "./harness.js";

let discord: FakeDiscord;

afterEach(() => expect(discord.check()).toEqual([]));

type Told = Readonly<Record<string, unknown>>;

/** Some of what an object says. */
function only(data: unknown, ...names: readonly string[]): Told {
  return Object.fromEntries(Object.entries(data as Told).filter(([name]) => names.includes(name)));
}

function without(data: unknown, ...names: readonly string[]): Told {
  return Object.fromEntries(Object.entries(data as Told).filter(([name]) => !names.includes(name)));
}

describe("a server that says little", () => {
  it("is enough for commands, answers, pictures and reactions", async () => {
    discord = await fakeDiscord();
    const { gateway } = discord;
    gateway.dialect = (event, data) => {
      if (event === E.Ready) return only(data, "v", "user", "session_id");
      if (event === E.GuildCreate) return undefined;
      if (event === E.InteractionCreate) {
        const said = without(
          data,
          "app_permissions",
          "channel",
          "locale",
          "entitlements",
          "authorizing_integration_owners",
          "context",
        ) as {
          member?: unknown;
        };
        return { ...said, ...(said.member ? { member: only(said.member, "user") } : {}) };
      }
      return data;
    };
    discord.dialect = ({ method, path }, answer) => {
      if (path === "/gateway/bot") return { status: 200, body: { url: `${discord.gatewayUrl}?v=10&encoding=json` } };
      if (path.endsWith("/callback")) return { status: 204 };
      if (method === "GET" && /^\/(channels\/\d+|guilds\/.*)$/.test(path))
        return { status: 404, body: { error: "no such route" } };
      const { body } = answer as { body?: { attachments?: readonly unknown[] } };
      if (body?.attachments)
        return {
          status: answer.status,
          body: only(body, "id", "author", "content", "type", "channel_id"),
          bareHead: true,
        };
      return { ...answer, bareHead: true };
    };
    const { chat, listener } = await connected(discord);
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Painting." }, "public");
    await ann.command(art, "dream", { look: "eyes" }, [{ name: "photo.png", bytes: (await picture()).bytes }]).answered;
    await waitFor(() => expect(listener.of("command")).toHaveLength(1));
    const [command] = listener.of("command");
    expect(command).toMatchObject({
      options: { look: "eyes" },
      user: { id: ann.id, name: "Ann", moderator: false },
      channel: art,
    });
    expect(command?.attachments).toHaveLength(1);
    await expect(command?.attachments[0]?.fetch({ maxBytes: 1e6, signal: patience() })).resolves.toMatchObject({
      name: "photo.png",
    });
    // Who sees the channel is not said.
    await expect(chat.describe(art)).resolves.toMatchObject({ closed: true });

    const ref = await chat.post(art, { text: "A result", pictures: [await picture()] });
    await chat.edit(ref, { text: "Another", pictures: [await picture("dream-7KQ4M9XA.png")] });
    await expect(chat.picturesOf(ref)).resolves.toEqual([]);
    await expect(chat.latestPicture(art)).resolves.toMatchObject({ name: "dream-7KQ4M9XA.png" });
    ann.react(ref, "🔁");
    await waitFor(() => expect(listener.of("reaction")).toHaveLength(1));
    expect(listener.of("reaction")[0]).toMatchObject({
      emoji: "🔁",
      message: ref,
      user: { name: "Ann", moderator: false },
    });
    expect(listener.failures).toEqual([]);
  });

  it("does not say which server a command or a reaction comes from: its channels tell", async () => {
    discord = await fakeDiscord();
    const art = discord.addChannel("art");
    discord.gateway.dialect = (event, data) =>
      event === E.InteractionCreate || event === E.MessageReactionAdd
        ? without(data, "guild_id", "guild", "application_id")
        : data;
    const { chat, listener } = await connected(discord);
    const ann = discord.user("Ann");
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Hello." }, "public");
    await ann.command(art, "dream").answered;
    const ref = await chat.post(art, { text: "A result" });
    ann.react(ref, "🔁");
    await waitFor(() => expect(listener.of("reaction")).toHaveLength(1));
    expect(listener.of("command")[0]?.channel).toEqual(art);
    expect(listener.of("reaction")[0]?.message).toEqual(ref);
    await discord.until(() => discord.messagesIn(art).some(({ text }) => text === "Hello."));
  });

  it("says how long to wait in the answer's body only: the bot waits", async () => {
    discord = await fakeDiscord();
    const { chat } = await connected(discord);
    let refusals = 2;
    discord.dialect = ({ method }, answer) =>
      method === "POST" && refusals-- > 0
        ? {
            status: 429,
            body: { message: "You are being rate limited.", retry_after: 0.3, global: false },
            bareHead: true,
          }
        : answer;
    const began = Date.now();
    await chat.post(discord.addChannel("art"), { text: "late" });
    expect(Date.now() - began).toBeGreaterThan(500);
    expect(discord.requests.filter((request) => /^POST .*\/messages$/.test(request))).toHaveLength(3);
  });
});

describe("a server with its own mind", () => {
  it("copies what the documentation says of permissions: the channels' own count", async () => {
    discord = await fakeDiscord();
    discord.gateway.dialect = (event, data) =>
      event === E.InteractionCreate ? { ...(data as object), app_permissions: "442368" } : data;
    const { listener } = await connected(discord);
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Painting." }, "public");
    await discord.user("Ann").command(discord.addChannel("art"), "dream").answered;
    await waitFor(() => expect(listener.of("command")).toHaveLength(1));
  });

  it("tells of a server without its roles: people can do all but moderate", async () => {
    discord = await fakeDiscord();
    discord.gateway.dialect = (event, data) =>
      event === E.GuildCreate ? without(data, "roles", "emojis", "threads") : data;
    const { chat, listener } = await connected(discord);
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Painting." }, "public");
    await ann.command(art, "dream").answered;
    ann.react(await chat.post(art, { text: "A result" }), "🔁");
    await waitFor(() => expect(listener.of("reaction")).toHaveLength(1));
    expect(listener.of("reaction")[0]?.user).toEqual({ id: ann.id, name: "Ann", moderator: false, roles: [] });
    expect(listener.of("command")[0]?.channel).toEqual(art);
  });

  it("sends unrequested events, and nonsense: neither stops the bot", async () => {
    discord = await fakeDiscord();
    const { listener } = await connected(discord);
    const art = discord.addChannel("art");
    discord.gateway.dispatch(E.MessageCreate, { id: "1" });
    discord.gateway.dispatch(E.ThreadCreate, null);
    discord.gateway.dispatch(E.MessageReactionAdd, { user_id: "1" });
    discord.gateway.dispatch(E.InteractionCreate, { id: "2" });
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Still here." }, "public");
    await discord.user("Ann").command(art, "dream").answered;
    await discord.until(() => discord.messagesIn(art).some(({ text }) => text === "Still here."));
  });

  it("gives a message's thread an id of its own", async () => {
    discord = await fakeDiscord();
    const { chat } = await connected(discord);
    const ref = await chat.post(discord.addChannel("art"), { text: "A job" });
    await chat.openThread(ref, "the job");
    discord.dialect = (_request, answer) => {
      const { body } = answer as { body?: { thread?: object } };
      return body?.thread ? { ...answer, body: { ...body, thread: { ...body.thread, id: "4711" } } } : answer;
    };
    await expect(chat.openThread(ref, "the job")).resolves.toEqual({ ...ref.channel, thread: "4711" });
  });

  it("does not answer when a session is to go on, and leads elsewhere: the bot begins another one", async () => {
    discord = await fakeDiscord();
    discord.gateway.dialect = (event, data) =>
      event === E.Ready ? { ...(data as object), resume_gateway_url: "wss://gateway.discord.gg" } : data;
    const { listener } = await connected(discord, { timing: { resumeMs: 300 } });
    discord.gateway.ignoresResume = true;
    discord.gateway.drop();
    await waitFor(() => expect(discord.gateway.identified).toBe(2));
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Back." }, "public");
    await discord.user("Ann").command(discord.addChannel("art"), "dream").answered;
    await waitFor(() => expect(listener.of("command")).toHaveLength(1));
  });

  it("has forgotten the commands: it is told them again, and only then", async () => {
    discord = await fakeDiscord();
    const notes = new KeyValues();
    const start = async () => (await connected(discord, { keyValues: notes }, new Listener())).chat.stop();
    await start();
    // In another order, with more than it was told.
    discord.dialect = ({ method, path }, answer) =>
      method === "GET" && path.endsWith("/commands")
        ? {
            status: 200,
            body: [...(answer.body as object[])]
              .reverse()
              .map((command) => ({ ...command, nsfw: false, version: "2" })),
          }
        : answer;
    await start();
    expect(discord.registrations).toBe(1);
    discord.commands = [];
    await start();
    expect(discord.registrations).toBe(2);
  });
});

describe("the address of a server", () => {
  it("may end with the version, a slash, both or neither", async () => {
    discord = await fakeDiscord();
    for (const end of ["", "/", "/v10", "/v10/"]) {
      const { chat } = await connected(discord, { apiUrl: discord.apiUrl + end });
      await chat.post(discord.addChannel("art"), { text: `Hello from ${end}` });
    }
    expect(discord.messagesIn(discord.addChannel("art"))).toHaveLength(4);
  });
});
