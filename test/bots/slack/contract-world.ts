import pino from "pino";
import { SlackChat } from "../../../src/bots/slack/chat.js";
import type { SlackChatOptions } from "../../../src/bots/slack/options.js";
import type { ChannelRef, MessageRef } from "../../../src/domain/model.js";
import { KeyValues } from "../../fakes/key-values.js";
import { APP_TOKEN, BOT_TOKEN, FakeSlack, SIGNING_SECRET } from "../../fakes/slack/server.js";
import type { User } from "../../fakes/slack/state.js";
import { Users } from "../../fakes/slack/users.js";
import { eventually, type Visitor, type World } from "../contract-world.js";
import { colour } from "./harness.js";

/** Slack with two people and an admin in #art. */
export async function open(transport: "socket" | "http"): Promise<World> {
  const fake = await FakeSlack.open();
  const people = new Users(fake);
  const users = new Map<string, User>();
  const visitor = (name: string, admin = false): Visitor => {
    const user = fake.addUser(name, { admin });
    users.set(user.id, user);
    return { id: user.id, name };
  };
  const [ann, ben, moderator] = [visitor("Ann"), visitor("Ben"), visitor("Mo", true)];
  const art = fake.addChannel("art");
  const secret = fake.addChannel("secret", { kind: "private" });
  let disk = new KeyValues();
  const refOf = (channel: string, thread?: string): ChannelRef => ({
    platform: "slack",
    community: fake.team.id,
    id: channel,
    ...(thread === undefined ? {} : { thread }),
  });
  const of = (who: Visitor): User => {
    const user = users.get(who.id);
    if (!user) throw new Error(`Who is ${who.name}?`);
    return user;
  };
  const where = ({ id, thread }: ChannelRef) => ({ id, thread });
  const at = ({ channel, id }: MessageRef) => ({ channel: channel.id, ts: id });

  return {
    ann,
    ben,
    moderator,
    channel: refOf(art.id),
    ownEmoji: { name: "partyparrot", typed: ":partyparrot:" },
    mention: `<@${fake.team.bot.id}>`,
    mentionOf: ({ id }) => `<@${id}>`,
    closedChannel: refOf(secret.id),
    async adapter() {
      const options: SlackChatOptions = {
        logger: pino({ level: "silent" }),
        botToken: BOT_TOKEN,
        apiUrl: fake.apiUrl,
        limits: { pauseMs: 20, askMs: 20, longestAskMs: 50 },
        keyValues: disk,
        ...(transport === "socket" ? { appToken: APP_TOKEN } : { signingSecret: SIGNING_SECRET, port: 0 }),
      };
      const chat = new SlackChat(options);
      const start = chat.start.bind(chat);
      chat.start = async (handlers) => {
        await start(handlers);
        if (transport === "http") fake.requestUrl = `http://127.0.0.1:${chat.port}/slack/events`;
      };
      return chat;
    },
    async say(who, ref, text, uploads = []) {
      const { ts, channel, thread } = await people.say(of(who), where(ref), text, uploads);
      return { channel: refOf(channel, thread), id: ts };
    },
    async command(who, channel, name, options, upload) {
      const user = of(who);
      const line = Object.entries(options).map(([key, value]) => `${key}:${value}`);
      const told = fake.openViews.length;
      const trigger = await people.command(user, channel.id, name, line.join(" "));
      // Where there is no picture, a form asks for one; a person fills it in.
      const opened = await eventually(
        async () => people.view(trigger) ?? (fake.openViews.length === told && settled(fake) ? "none" : undefined),
        "a form or none",
      );
      // Without a picture it is not taken.
      const file = upload ?? { name: "any.png", bytes: await colour("#888") };
      if (opened !== "none") await people.submit(user, opened, options, [file]);
    },
    async pointAt(who, message) {
      await people.shortcut(of(who), people.message(at(message)), "dream_this");
    },
    react: (who, message, emoji, added) => people.react(of(who), at(message), emoji, added),
    press: (who, message, label) => people.press(of(who), people.message(at(message)), label),
    async erase(message) {
      await people.erase(at(message));
    },
    async endThread({ id: channel, thread = "" }) {
      await people.erase({ channel, ts: thread });
    },
    async look(who, channel) {
      return people.look(who, where(channel)).map((message) => ({
        id: message.ts,
        byBot: message.byBot,
        text: message.text,
        botReactions: message.botReactions,
        notifies: message.notifies,
        buttons: message.buttons.map(({ label }) => label),
        pictures: message.pictures.map((picture) => ({ ...picture, spoiler: false })),
      }));
    },
    async complete(who, channel, command, option, typed) {
      const trigger = await people.command(of(who), channel.id, command);
      const view = await eventually(async () => people.view(trigger), "a form");
      return people.suggest(of(who), view, option, typed);
    },
    trouble(kind, times) {
      fake.trouble({ kind, times });
    },
    async outage() {
      fake.trouble({ kind: "outage", times: Number.POSITIVE_INFINITY });
      fake.socket.disconnect("cut");
      return async () => void fake.troubles.splice(0);
    },
    ...(transport === "socket"
      ? {
          async cutLine() {
            const before = fake.socket.connected;
            fake.socket.disconnect("cut");
            await eventually(async () => fake.socket.connected > before, "the bot back again");
          },
        }
      : {}),
    async killed(act) {
      let then: KeyValues | undefined;
      // Messages are acknowledged in their own time.
      fake.onAcknowledged = (type) => {
        if (type !== "events_api") then ??= new KeyValues(disk);
      };
      await act();
      disk = await eventually(async () => then, "the bot's acknowledgement");
    },
    calls: () => fake.calls.length,
    violations: () => fake.violations,
    close: () => fake.close(),
  };
}

/** Whether the bot has looked for a picture, found one, and opened no form. */
function settled(fake: FakeSlack): boolean {
  return fake.team.messages.some(
    ({ files, blocks, deleted }) => !deleted && (files.length > 0 || JSON.stringify(blocks).includes("slack_file")),
  );
}
