import type { Chat, ChatHandlers } from "../port/adapter.js";
import type { ChatAdmin } from "../port/admin.js";
import type { ActionEvent, ChatEvent, CommandEvent } from "../port/events.js";
import { sentence } from "../shared/sentences/sentence.js";
import { cutText } from "../shared/text.js";
import type { CommandContext } from "./command.js";
import type { AppContext } from "./context.js";
import { finishedWorks } from "./gallery/finished-works.js";
import { createGallery } from "./gallery/service.js";
import { ArtChannels } from "./interactive/art-channel.js";
import { handleReaction, type Reactors } from "./interactive/handle-reaction.js";
import { Palettes } from "./interactive/palette.js";
import { pressButton } from "./interactive/press-button.js";
import type { Argument } from "./parsing/command-line.js";
import { readText, readValues } from "./parsing/read-values.js";
import { SHORTCUTS } from "./shortcuts.js";
import { storeFailureText } from "./store-failure.js";
import { UserError } from "./user-error.js";

/** Events of one chat under way at a time; more are answered with "please wait". */
const MAX_UNDER_WAY = 500;

/** How long after the last reaction on a palette a painting starts. */
const SETTLE_MS = 4_000;

export interface Handlers extends ChatHandlers {
  /** Takes up what was open when the program stopped: votes and palettes. Called once, when the chat has started. */
  resume(): void;
  /** Nothing begins by itself any more; what is open waits for the next start. */
  stop(): void;
  /** Resolves when every event so far has been dealt with. */
  idle(): Promise<void>;
}

export interface HandlersOptions {
  /** See `Palettes`; 4 s unless told. */
  readonly settleMs?: number;
  readonly slowedDown?: ChatHandlers["slowedDown"];
  /** For the chat of those who run the program only. */
  readonly admin?: ChatAdmin;
}

/** What an adapter is given: turns its events into commands and presses of buttons. Nothing here rejects. */
export function createHandlers(
  chat: Chat,
  app: AppContext,
  { settleMs = SETTLE_MS, slowedDown, admin }: HandlersOptions = {},
): Handlers {
  const palettes = new Palettes(settleMs);
  const reactors: Reactors = { palettes, artChannels: new ArtChannels() };
  const underWay = new Set<Promise<void>>();
  return {
    commands: app.registry.summaries,
    shortcuts: SHORTCUTS,
    ...(slowedDown === undefined ? {} : { slowedDown }),
    ...(admin === undefined ? {} : { admin }),
    // Returns at once, as the port promises; the work goes on behind it.
    async event(event) {
      const busy = underWay.size >= MAX_UNDER_WAY;
      // A reaction that comes at a bad time is passed over: it can be taken back and given again.
      if (busy && event.kind === "reaction") return;
      const work =
        event.kind === "reaction"
          ? handleReaction(event, chat, app, reactors)
          : busy
            ? tell(event, sentence("busy"), app)
            : handle(event, chat, app);
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    },
    async complete(request) {
      return app.registry.complete(request, chat.capabilities.completions);
    },
    async works(request) {
      return finishedWorks(request, app);
    },
    gallery: createGallery(app),
    resume() {
      palettes.resume(chat, app);
      app.votes.resume(chat, app);
    },
    stop() {
      palettes.stop();
      app.votes.stop();
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
      await palettes.idle();
      await app.votes.idle();
    },
  };
}

async function handle(event: Exclude<ChatEvent, { kind: "reaction" }>, chat: Chat, app: AppContext): Promise<void> {
  try {
    await (event.kind === "command" ? runCommand(event, chat, app) : pressButton(event, chat, app));
  } catch (error) {
    if (error instanceof UserError) return tell(event, error.message, app);
    app.logger.error({ err: error, event: event.kind, person: event.user.id }, "an event could not be handled");
    const text = storeFailureText(error) ?? sentence("unexpected");
    return tell(event, text, app);
  }
}

async function runCommand(event: CommandEvent, chat: Chat, app: AppContext): Promise<void> {
  const command = app.registry.find(event.name);
  const context: CommandContext = {
    chat,
    app,
    user: event.user,
    channel: event.channel,
    event,
    replyPublic: (message) => event.reply(message, "public"),
    replyWithFile: async (text, file) => {
      await event.reply({ text, file }, "private");
    },
    replyEphemeral: async (text, buttons) => {
      await event.reply(
        { text: cutText(text, chat.capabilities.textLength, " …"), ...(buttons ? { buttons } : {}) },
        "private",
      );
    },
  };
  const fromOptions = Object.entries(event.options ?? {}).map(
    ([key, value]): Argument => ({ key: key.toLowerCase(), value }),
  );
  const values = fromOptions.length > 0 ? readValues(command, fromOptions) : readText(command, event.text ?? "");
  await command.run(values, context);
}

async function tell(event: CommandEvent | ActionEvent, text: string, app: AppContext): Promise<void> {
  try {
    await event.reply({ text }, "private");
  } catch (error) {
    app.logger.warn({ err: error, person: event.user.id }, "a person could not be answered");
  }
}
