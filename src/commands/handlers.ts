import PQueue from "p-queue";
import type { Chat, ChatHandlers } from "../port/adapter.js";
import type { ActionEvent, ChatEvent, CommandEvent } from "../port/events.js";
import { defined } from "../shared/defined.js";
import { sentence } from "../shared/sentences/sentence.js";
import { plainLine } from "../shared/typed.js";
import { type CommandContext, PERSON_SHORTCUTS, SHORTCUTS } from "./command.js";
import type { AppContext } from "./context.js";
import { DailyDreams } from "./daily/daily-dreams.js";
import { createGalleries, finishedWorks, linkedResult } from "./gallery/service.js";
import { ArtChannels } from "./interactive/art-channels.js";
import { handleCleared, handleReaction, meaningOf } from "./interactive/handle-reaction.js";
import { Palettes } from "./interactive/palettes.js";
import { pressButton } from "./interactive/press-button.js";
import { READS_AT_ONCE, type ReactionCollector } from "./interactive/reaction-collector.js";
import { Votes } from "./interactive/votes/votes.js";
import { Lessons } from "./looks/lessons.js";
import { chatModeration } from "./moderation/moderation.js";
import { askedBy, refusal } from "./moderation/refusal.js";
import { type Argument, namedArguments } from "./parsing/command-line.js";
import { readText, readValues } from "./parsing/read-values.js";
import { textParts } from "./presenting/text-parts.js";
import { withPreset } from "./presets/expand.js";
import type { Registry } from "./registry.js";
import { errorText, UserError } from "./user-error.js";

/** Events of one chat being handled at a time, for crowds that come at once; more are answered with "please wait". */
const MAX_PENDING = 2_000;

/** How long after the last reaction on a palette a painting starts. */
const SETTLE_MS = 4_000;

export interface Handlers extends ChatHandlers {
  /**
   * Continues with votes, palettes and lessons that were open when the program stopped. Called once, after the chat
   * has started.
   */
  resume(): void;
  /** Votes, palettes and lessons start nothing any more, and nothing owed is said; they wait for the next start. */
  stop(): void;
  /** Resolves when every event so far has been handled. */
  idle(): Promise<void>;
}

export interface HandlersContext extends AppContext {
  readonly registry: Registry;
}

interface HandlersOptions extends Pick<ChatHandlers, "slowedDown" | "admin"> {
  /** See `Palettes`; 4 s by default. */
  readonly settleMs?: number;
}

/** What answers the events of one chat. */
interface ChatContext {
  readonly chat: Chat;
  readonly app: HandlersContext;
  readonly palettes: Palettes;
  readonly votes: Votes;
  readonly lessons: Lessons;
  readonly collectors: readonly ReactionCollector[];
  readonly artChannels: ArtChannels;
}

/** What an adapter is given: turns its events into commands, reactions and presses of buttons. Never rejects. */
export function createHandlers(chat: Chat, app: HandlersContext, options: HandlersOptions = {}): Handlers {
  const { settleMs = SETTLE_MS, slowedDown, admin } = options;
  const context = contextOf(chat, app, settleMs);
  const ongoing = [...context.collectors, context.lessons, new DailyDreams(chat, app, app.now)];
  const pending = new Set<Promise<void>>();
  return {
    commands: app.registry.summaries,
    shortcuts: SHORTCUTS,
    personShortcuts: PERSON_SHORTCUTS,
    ...defined({ slowedDown, admin }),
    recovered: () => app.debts.back(chat.platform),
    async event(event) {
      const busy = pending.size >= MAX_PENDING;
      // A reaction can be taken back and given again.
      if (busy && event.kind === "reaction") return;
      const waits = event.kind === "command" || event.kind === "action";
      const work = handle(waits ? settling(event) : event, busy, context);
      pending.add(work);
      await work.finally(() => pending.delete(work));
    },
    async wants(reaction) {
      if (refusal({ user: reaction.user, channel: reaction.message.channel }, app)) return undefined;
      const meaning = await meaningOf(reaction, chat, app, context);
      return meaning && { thread: meaning.thread };
    },
    accepted: async (job) => (await app.jobs.get(job)) !== undefined,
    refuses: ({ name, user, channel }) => refusal({ command: name, user, channel }, app) !== undefined,
    formOf: (command, given) => app.registry.formOf(command, given),
    complete: (request) => app.registry.complete(request, chat.capabilities.completions),
    check: (request) => app.registry.check(request),
    preview: (request) => app.registry.preview(request),
    works: async (request) => finishedWorks(request, app),
    ...createGalleries(app),
    ...defined({ wholeResult: linksOf(app) }),
    moderation: chatModeration(chat.platform, app.moderation),
    resume() {
      for (const each of ongoing) each.resume();
    },
    stop() {
      for (const each of ongoing) each.stop();
      app.debts.stop(chat.platform);
    },
    async idle() {
      while (pending.size > 0) await Promise.all(pending);
      for (const each of ongoing) await each.idle();
    },
  };
}

function linksOf({ wholeResults, ...services }: HandlersContext): ChatHandlers["wholeResult"] {
  return wholeResults && ((link) => linkedResult(link, wholeResults, services));
}

function contextOf(chat: Chat, app: HandlersContext, settleMs: number): ChatContext {
  const reads = new PQueue({ concurrency: READS_AT_ONCE });
  const votes = new Votes(chat, app, reads);
  const palettes = new Palettes(chat, app, settleMs, reads);
  const [lessons, artChannels] = [new Lessons(chat, app), new ArtChannels(chat, app)];
  return { chat, app, palettes, votes, lessons, collectors: [votes, palettes], artChannels };
}

/**
 * The first answer settles an event; what the command still does after it is no more to be asked for again. A passing
 * word is no answer: a kill after it must leave what tells the user that nothing came of the command.
 */
function settling<E extends CommandEvent | ActionEvent>(event: E): E {
  return {
    ...event,
    reply: async (message, visibility) => {
      const posted = await event.reply(message, visibility);
      if (!message.passing) event.receipt?.settle();
      return posted;
    },
  };
}

async function handle(event: ChatEvent, busy: boolean, context: ChatContext): Promise<void> {
  const { chat, app } = context;
  if (event.kind === "reactions-cleared") return handleCleared(event, app, context.collectors);
  if (busy && event.kind !== "reaction") return answer(event, sentence("busy"), app);
  try {
    const refused = refusal(askedBy(event), app);
    if (refused && event.kind !== "reaction") throw refused;
    if (refused) return;
    if (event.kind === "reaction") return await handleReaction(event, chat, app, context);
    await (event.kind === "command" ? runCommand(event, context) : pressButton(event, chat, app, context));
  } catch (error) {
    if (!(error instanceof UserError))
      app.logger.error({ err: error, event: event.kind, person: event.user.id }, "an event could not be handled");
    if (event.kind !== "reaction") await answer(event, errorText(error), app);
  }
}

async function runCommand(event: CommandEvent, { chat, app, palettes, votes, lessons }: ChatContext): Promise<void> {
  const command = app.registry.find(event.name);
  const inParts = (text: string) => textParts(text, chat.capabilities.textLength);
  const context: CommandContext = {
    chat,
    app,
    registry: app.registry,
    palettes,
    votes,
    lessons,
    user: event.user,
    channel: event.channel,
    jobId: event.receipt?.job,
    event,
    replyPublic: async (message) => {
      const [text, ...rest] = inParts(message.text);
      const posted = await event.reply({ ...message, text }, "public");
      for (const part of rest) await event.reply({ text: part }, "public");
      return posted;
    },
    replyWithFile: async (text, file) => {
      await event.reply({ text, file }, "private");
    },
    replyEphemeral: async (text, buttons) => {
      const parts = inParts(text);
      for (const [index, part] of parts.entries()) {
        const isLast = index === parts.length - 1;
        await event.reply({ text: part, ...(isLast && defined({ buttons })) }, "private");
      }
    },
    note: async (text) => {
      await event.reply({ text, passing: true }, "private");
    },
  };
  const fromOptions = namedArguments(event.options ?? {});
  const text = plainLine(event.text ?? "");
  const meant = (args: readonly Argument[]) => withPreset(command, args, event, app.store.presets);
  const values = fromOptions.length > 0 ? readValues(command, meant(fromOptions)) : readText(command, text, meant);
  await command.run(values, context);
}

async function answer(event: CommandEvent | ActionEvent, text: string, { logger }: HandlersContext): Promise<void> {
  try {
    await event.reply({ text, refusal: true }, "private");
  } catch (error) {
    logger.warn({ err: error, person: event.user.id }, "a person could not be answered");
  }
}
