import { DiscordChat } from "../../../src/bots/discord/chat.js";
import { FakeDiscord } from "../../fakes/discord/server.js";
import { KeyValues } from "../../fakes/key-values.js";
import { describeChat } from "../../port/chat.contract.js";
import { eventually, type Visitor, type World } from "../contract-world.js";
import { silent } from "./harness.js";

const visitor = ({ id, name }: Visitor): Visitor => ({ id, name });

describeChat("Discord", async (): Promise<World> => {
  const discord = await FakeDiscord.start({ messageContent: true });
  const people = [discord.user("Ann"), discord.user("Ben"), discord.user("Mo", { moderator: true })] as const;
  const [ann, ben, moderator] = [visitor(people[0]), visitor(people[1]), visitor(people[2])];
  const of = ({ id }: Visitor) => {
    const user = people.find((known) => known.id === id);
    if (!user) throw new Error(`Who is ${id}?`);
    return user;
  };
  const channel = discord.addChannel("art");
  const closedChannel = discord.addChannel("moderators", { closed: true });
  let disk = new KeyValues();
  const timing = { deferMs: 200, editIntervalMs: 20, askMs: 20, longestAskMs: 50 };

  return {
    ann,
    ben,
    moderator,
    channel,
    ownEmoji: { name: "partyparrot", typed: "<a:partyparrot:4711>" },
    mention: `<@${discord.world.bot.id}>`,
    mentionOf: ({ id }) => `<@${id}>`,
    closedChannel,
    async adapter() {
      const chat = new DiscordChat({
        token: discord.token,
        apiUrl: discord.apiUrl,
        messageContent: true,
        keyValues: disk,
        logger: silent,
        timing,
      });
      const start = chat.start.bind(chat);
      chat.start = async (handlers) => {
        await start(handlers);
        // Made while the bot is there.
        discord.addEmoji({ id: "4711", name: "partyparrot", animated: true });
      };
      return chat;
    },
    say: async (who, channel, text, uploads = []) => (await of(who).post(channel, text, uploads)).ref,
    async command(who, channel, name, options, upload) {
      of(who).command(channel, name, options, upload ? [upload] : []);
    },
    async pointAt(who, message) {
      of(who).shortcut(message, "Dream this");
    },
    async react(who, message, emoji, added) {
      if (added) of(who).react(message, emoji);
      else of(who).unreact(message, emoji);
    },
    async clearReactions(message, emoji) {
      people[2].clear(message, emoji);
    },
    press: async (who, message, label) => of(who).press(message, label).answered,
    erase: async (message) => people[2].remove(message),
    endThread: async (thread) => discord.deleteChannel(thread),
    async look(who, channel) {
      return Promise.all(
        discord.messagesIn(channel, who).map(async ({ ref, byBot, text, pictures, buttons, reactions, notified }) => ({
          id: ref.id,
          byBot,
          text,
          notifies: notified,
          buttons: buttons.map(({ label }) => label),
          pictures: await Promise.all(
            pictures.map(async ({ name, spoiler, download }) => ({
              name: name.replace(/^SPOILER_/, ""),
              spoiler,
              bytes: await download(),
            })),
          ),
          botReactions: [...reactions].filter(([, names]) => names.includes("Dreamloom")).map(([emoji]) => emoji),
        })),
      );
    },
    complete: async (who, channel, command, option, typed) =>
      (await of(who).complete(channel, command, option, typed)).map(({ value }) => value),
    trouble(kind, times) {
      let left = times;
      discord.fault = ({ method }) => {
        if (method === "GET" || left-- <= 0) return undefined;
        return kind === "outage"
          ? { status: 503 }
          : { status: 429, message: "You are being rate limited.", retryAfter: 0.2 };
      };
    },
    async outage() {
      discord.fault = () => "drop";
      discord.gateway.down = true;
      discord.gateway.drop();
      return async () => {
        discord.fault = () => undefined;
        discord.gateway.down = false;
      };
    },
    async cutLine() {
      discord.gateway.drop();
    },
    async killed(act) {
      let then: KeyValues | undefined;
      const { fault } = discord;
      discord.fault = (request) => {
        if (request.path.endsWith("/callback")) then ??= new KeyValues(disk);
        return fault(request);
      };
      await act();
      disk = await eventually(async () => then, "the bot's first answer");
      discord.fault = fault;
    },
    calls: () => discord.requests.length,
    violations: () => discord.check(),
    close: () => discord.stop(),
  };
});
