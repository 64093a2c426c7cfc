import { PERSON_SHORTCUTS } from "../../../src/commands/command.js";
import type { ChatHandlers } from "../../../src/port/adapter.js";
import type { CommandOptionSummary, CommandSummary } from "../../../src/port/commands.js";
import type { ChatEvent } from "../../../src/port/events.js";
import type { Picture } from "../../../src/port/messages.js";
/** A fake Discord, the adapter connected to it, and handlers that note what they hear. */
// The program loads it too, and with it another dispatcher for everybody's requests, discord.js's among them.
import "undici";
import { pino } from "pino";
import sharp from "sharp";
import { onTestFinished } from "vitest";
import { DiscordChat } from "../../../src/bots/discord/chat.js";
import type { DiscordOptions } from "../../../src/bots/discord/options.js";
import { FakeDiscord, type FakeDiscordOptions } from "../../fakes/discord/server.js";

export const silent = pino({ level: "silent" });

const option = (
  name: string,
  type: CommandOptionSummary["type"],
  extra: Partial<CommandOptionSummary> = {},
): CommandOptionSummary => ({
  name,
  type,
  help: `The ${name}`,
  required: false,
  ...extra,
});

export const COMMANDS: readonly CommandSummary[] = [
  {
    name: "dream",
    help: "Lets a network dream in a picture",
    examples: ["/dream"],
    options: [
      option("look", "text", {
        choices: [
          { value: "creatures", label: "Animals" },
          { value: "eyes", label: "Eyes" },
        ],
        default: "creatures",
      }),
      option("style", "text", { completes: "styles" }),
      option("size", "integer", { minimum: 64, maximum: 1024, default: "512" }),
      option("strength", "number", { minimum: 0.01, maximum: 20 }),
      option("keep-colours", "flag"),
      option("picture", "picture", { second: "A picture to take the style from" }),
    ],
  },
  {
    name: "again",
    help: "Makes a job again",
    options: [option("job", "text", { required: true })],
    examples: ["/again 7KQ4"],
  },
  {
    name: "style",
    help: "Styles",
    options: [option("action", "text"), option("name", "text"), option("emoji", "text"), option("picture", "picture")],
    examples: ["/style"],
  },
  { name: "see", help: "Looks", options: [option("picture", "picture", { many: 4 })], examples: ["/see"] },
];

export const SHORTCUTS: ChatHandlers["shortcuts"] = [
  { id: "dream_this", title: "Dream this", command: "dream", options: {}, ask: [] },
  { id: "use_as_style", title: "Use as style", command: "style", options: { action: "add" }, ask: ["name", "emoji"] },
  { id: "what_do_you_see", title: "What do you see?", command: "see", options: {}, ask: [] },
];

export type Of<K extends ChatEvent["kind"]> = Extract<ChatEvent, { kind: K }>;

/** Notes every event; a test says what is done about one. */
export class Listener implements ChatHandlers {
  readonly events: ChatEvent[] = [];
  readonly commands: ChatHandlers["commands"] = COMMANDS;
  readonly shortcuts = SHORTCUTS;
  readonly personShortcuts = PERSON_SHORTCUTS;
  does: (event: ChatEvent) => Promise<unknown> = async () => undefined;
  completes: ChatHandlers["complete"] = async () => [];
  /** Errors of what `does` did. */
  readonly failures: unknown[] = [];

  async event(event: ChatEvent): Promise<void> {
    this.events.push(event);
    this.does(event).catch((error: unknown) => this.failures.push(error));
  }

  complete: ChatHandlers["complete"] = (request) => this.completes(request);

  works: ChatHandlers["works"] = async () => [];

  accepted: ChatHandlers["accepted"] = async () => false;

  of<K extends ChatEvent["kind"]>(kind: K): Of<K>[] {
    return this.events.filter((event): event is Of<K> => event.kind === kind);
  }
}

export interface Scene {
  readonly discord: FakeDiscord;
  readonly listener: Listener;
  readonly chat: DiscordChat;
}

export async function fakeDiscord(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
  const discord = await FakeDiscord.start(options);
  onTestFinished(() => discord.stop());
  return discord;
}

export async function connected(
  discord: FakeDiscord,
  options: Partial<DiscordOptions> = {},
  listener = new Listener(),
): Promise<Scene> {
  const { token, apiUrl } = discord;
  const timing = { deferMs: 200, editIntervalMs: 20, startMs: 10_000, stopMs: 1_000, ...options.timing };
  const chat = new DiscordChat({ token, apiUrl, logger: silent, ...options, timing });
  await chat.start(listener);
  onTestFinished(() => chat.stop());
  return { discord, listener, chat };
}

/** A scene whose end is checked: no rule was broken. */
export async function scene(fake: FakeDiscordOptions = {}, options: Partial<DiscordOptions> = {}): Promise<Scene> {
  return connected(await fakeDiscord(fake), options);
}

export async function picture(name = "dream-7.png", side = 32, colour = "#3a6ea5"): Promise<Picture> {
  const image = sharp({ create: { width: side, height: side, channels: 3, background: colour } });
  const png = name.endsWith(".png");
  return { bytes: await (png ? image.png() : image.jpeg()).toBuffer(), name, type: png ? "image/png" : "image/jpeg" };
}
