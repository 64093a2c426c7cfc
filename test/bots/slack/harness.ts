import pino from "pino";
import sharp from "sharp";
import { onTestFinished } from "vitest";
import { SlackChat } from "../../../src/bots/slack/chat.js";
import type { SlackChatOptions } from "../../../src/bots/slack/options.js";
import type { ChannelRef, MessageRef } from "../../../src/domain/model.js";
import type { ChatHandlers } from "../../../src/port/adapter.js";
import type { CommandSummary } from "../../../src/port/commands.js";
import { APP_TOKEN, BOT_TOKEN, FakeSlack, type FakeSlackOptions, SIGNING_SECRET } from "../../fakes/slack/server.js";
import { Users } from "../../fakes/slack/users.js";
import { Listener } from "../contract-world.js";

export const commands: readonly CommandSummary[] = [
  {
    name: "stylize",
    help: "Paint a picture in a style",
    options: [
      { name: "style", help: "The style", type: "text", required: false, completes: "styles" },
      {
        name: "strength",
        help: "How strongly",
        type: "number",
        required: false,
        minimum: 0,
        maximum: 1,
        default: "0.5",
      },
      {
        name: "start",
        help: "What it begins with",
        type: "text",
        required: false,
        choices: [{ value: "noise", label: "Noise" }],
      },
      { name: "keep-colours", help: "Keep the colours", type: "flag", required: false },
      { name: "picture", help: "The picture", type: "picture", required: false, default: "latest" },
    ],
    examples: ["/stylize winter"],
  },
  { name: "queue", help: "Shows what waits", options: [], examples: ["/queue"] },
  {
    name: "style",
    help: "Styles",
    options: [
      { name: "action", help: "What to do", type: "text", required: false },
      { name: "name", help: "Its name", type: "text", required: false, completes: "styles" },
      { name: "emoji", help: "Its reaction", type: "text", required: false },
      { name: "picture", help: "The picture", type: "picture", required: false },
    ],
    examples: ["/style add"],
  },
  {
    name: "see",
    help: "Looks",
    options: [{ name: "picture", help: "The pictures", type: "picture", required: false, many: 4 }],
    examples: ["/see"],
  },
];
export const shortcuts = [
  { id: "dream_this", title: "Dream this", command: "dream", options: { look: "eyes" }, ask: [] },
  { id: "use_as_style", title: "Use as style", command: "style", options: { action: "add" }, ask: ["name", "emoji"] },
  { id: "what_do_you_see", title: "What do you see?", command: "see", options: {}, ask: [] },
];

export interface Open {
  readonly transport?: "socket" | "http";
  readonly fake?: FakeSlackOptions;
  readonly chat?: Partial<SlackChatOptions>;
  readonly handlers?: Partial<ChatHandlers>;
}

/**
 * A fake Slack with two people and #art, and the adapter on it. What breaks a rule of Slack's fails the test in the
 * end.
 */
export async function openSlack({
  transport = "socket",
  fake: options = {},
  chat: more = {},
  handlers = {},
}: Open = {}) {
  const fake = await FakeSlack.open(options);
  const users = new Users(fake);
  const ann = fake.addUser("Ann");
  const ben = fake.addUser("Ben");
  const art = fake.addChannel("art");
  const listener = new Listener(commands, shortcuts, [
    { value: "winter", label: "❄️ Snow" },
    { value: "wool", label: "wool" },
  ]);
  const transportOptions =
    transport === "socket" ? { appToken: APP_TOKEN } : { signingSecret: SIGNING_SECRET, port: 0 };
  const limits = { pauseMs: 10, callMs: 1_000, ...more.limits };
  const chat = new SlackChat({
    logger: pino({ level: "silent" }),
    botToken: BOT_TOKEN,
    apiUrl: fake.apiUrl,
    ...transportOptions,
    ...more,
    limits,
  });
  const ref: ChannelRef = { platform: "slack", community: fake.team.id, id: art.id };
  const rejections: unknown[] = [];
  const rejected = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", rejected);
  await chat.start(Object.assign(listener, handlers));
  if (transport === "http") fake.requestUrl = `http://127.0.0.1:${chat.port}/slack/events`;
  onTestFinished(async () => {
    await chat.stop();
    await fake.close();
    process.off("unhandledRejection", rejected);
    if (rejections.length > 0) throw new Error(`an unhandled rejection: ${String(rejections[0])}`);
    if (fake.violations.length > 0) throw new Error(`against Slack's rules: ${fake.violations.join("; ")}`);
  });
  const at = ({ channel: { id: channel }, id }: MessageRef) => ({ channel, ts: id });
  return { fake, people: users, ann, ben, art, listener, chat, place: ref, at };
}

export async function colour(background: string, format: "png" | "webp" = "png", side = 24): Promise<Buffer> {
  const picture = sharp({ create: { width: side, height: side, channels: 3, background } });
  return format === "png" ? picture.png().toBuffer() : picture.webp().toBuffer();
}

export async function png(background: string, name = "dream.png") {
  return { bytes: await colour(background), name, type: "image/png", description: "A colour" };
}
