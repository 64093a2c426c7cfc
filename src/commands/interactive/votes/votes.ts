/** Votes: a palette for the whole channel, whose reactions become the shares of a blend. */

import type { MessageRef } from "../../../domain/message.js";
import type { Member, User } from "../../../domain/user.js";
import type { Chat } from "../../../port/adapter.js";
import { ChatError } from "../../../port/chat-error.js";
import type { ActionEvent, ReactionEvent } from "../../../port/events.js";
import type { OutgoingMessage } from "../../../port/messages.js";
import { newJobId } from "../../../queue/job-id.js";
import { sentence } from "../../../shared/sentences/sentence.js";
import type { InteractiveMessage } from "../../../store/interactive-messages.js";
import type { CommandContext } from "../../command.js";
import type { AppContext } from "../../context.js";
import { downloadImage, type FoundImage } from "../../images/find-image.js";
import { type Provenance, provenanceOf } from "../../images/provenance.js";
import { fitToChannel } from "../../presenting/fit-channel.js";
import { LiveMessage } from "../../presenting/live-message.js";
import { plain } from "../../presenting/plain.js";
import type { Params } from "../../recipes/recipe.js";
import { order, scopeOf } from "../../recipes/recipe-command.js";
import { startJob } from "../../recipes/start-job.js";
import { storeFailureText } from "../../store-failure.js";
import { contactSheet } from "../../styles/contact-sheet.js";
import { MAX_SHARES, printShares } from "../../styles/shares.js";
import { findStyle, type Style, sameEmoji } from "../../styles/style-library.js";
import { UserError } from "../../user-error.js";
import { largest, type Tally, tally } from "./tally.js";
import * as texts from "./texts.js";

/** A board on which a channel votes. */
export const VOTE = "vote";
/** A vote that is over: what is reacted to it means nothing more. */
export const VOTE_OVER = "vote-over";
/** Of opener and moderators: the vote is over, paint. */
const ENOUGH = "✅";
/** Which picture of a vote's message is the one to paint. */
const PHOTO = 1;

/** What is asked for with `/blend vote`. */
export interface VoteRequest {
  readonly minutes: number;
  /** Names or emoji of the styles to choose from; all of them when left out. */
  readonly styles?: readonly string[];
}

interface Payload {
  /** The line's other options, which the painting will have. */
  readonly given: Params;
  readonly provenance: Provenance;
  readonly candidates: readonly texts.Candidate[];
  readonly minutes: number;
  /** The id of the job that it becomes, from when it is over: whether there is one tells after a stop whether it was started. */
  readonly job?: string;
}

/** Every vote that is open. What must live through a restart is in the store: the message, the choices, and when it is over. */
export class Votes {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #live = new Map<string, LiveMessage>();
  /** Votes that are being ended: of two who do it at once, one alone starts the job. */
  readonly #ending = new Set<string>();
  /** Channels where one is being opened. */
  readonly #opening = new Set<string>();
  readonly #work = new Set<Promise<void>>();
  #stopped = false;

  /** @param backoffMs wait before the second try of a message, in milliseconds */
  constructor(private readonly backoffMs: number) {}

  /**
   * Opens a vote in the channel: a contact sheet and the photo, already carrying a reaction for each style.
   *
   * @throws UserError when there is one already, or a style is not known.
   */
  async open(context: CommandContext, photo: FoundImage, given: Params, ask: VoteRequest): Promise<void> {
    const { chat, app, channel: place, user } = context;
    const channel = JSON.stringify([place.platform, place.community, place.id]);
    const other = openIn(app, place);
    if (other || this.#opening.has(channel)) {
      throw new UserError("vote.already", { opener: other && plain(other.author.name) });
    }
    this.#opening.add(channel);
    try {
      const styles = await candidatesOf(context, ask.styles);
      const provenance = await provenanceOf([photo], user, app);
      const { source: _source, ...picture } = photo;
      const shown = provenance.spoiler ? { ...picture, spoiler: true } : picture;
      const candidates = styles.map(({ name, emoji }) => ({ name, emoji }));
      const author = { id: user.id, name: user.name };
      const expiresAt = Date.now() + ask.minutes * 60_000;
      const payload: Payload = { given, provenance, candidates, minutes: ask.minutes };
      const first = texts.open(
        { opener: author, candidates, minutes: ask.minutes, endsAt: expiresAt },
        { people: 0, shares: [] },
      );
      const { keepPictures: _kept, ...message } = first;
      const outgoing = await fitToChannel(chat, place, { ...message, pictures: [await contactSheet(styles), shown] });
      const ref = (await context.replyPublic(outgoing)) ?? (await chat.post(place, outgoing));
      const board = { message: ref, kind: VOTE, payload: { ...payload }, author, expiresAt };
      app.store.interactiveMessages.put(board);
      this.#arm(ref, expiresAt, chat, app);
      for (const { emoji } of candidates) {
        // One that the platform does not take can still be given by people.
        await chat
          .react(ref, emoji)
          .catch((error: unknown) => app.logger.warn({ err: error, emoji }, "a reaction could not be added"));
      }
    } finally {
      this.#opening.delete(channel);
    }
  }

  /** Takes a reaction on a vote: anybody's choice, or the word of those who may end it. */
  async react(event: ReactionEvent, interactive: InteractiveMessage, chat: Chat, app: AppContext): Promise<void> {
    const { message, user, emoji, added } = event;
    if (isMade(interactive, app)) return;
    if (sameEmoji(emoji, ENOUGH)) {
      if (added && mayEnd(user, interactive)) await this.#end(message, user, chat, app);
      return;
    }
    const chosen = payloadOf(interactive).candidates.find((candidate) => sameEmoji(candidate.emoji, emoji));
    if (!chosen || !app.store.interactiveMessages.vote(message, { user: user.id, choice: chosen.name }, added)) return;
    this.#liveMessage(message, chat, app).show(texts.open(ballotOf(interactive), count(interactive, app)));
  }

  /**
   * Does what a button under a vote says.
   *
   * @throws UserError when it is over, or for those who may not end it.
   */
  async press({ action, message, user }: ActionEvent, chat: Chat, app: AppContext): Promise<void> {
    const interactive = app.store.interactiveMessages.get(message);
    if (interactive?.kind !== VOTE || isMade(interactive, app)) throw new UserError("vote.over");
    if (!mayEnd(user, interactive)) {
      throw new UserError("vote.foreign", { opener: plain(interactive.author.name) });
    }
    if (action === texts.PAINT_NOW) {
      if (count(interactive, app).people === 0) throw new UserError("vote.empty");
      await this.#end(message, user, chat, app);
      return;
    }
    if (this.#ending.has(keyOf(message))) throw new UserError("vote.starting");
    if (this.#close(interactive, app))
      await this.#lastWord(
        interactive,
        texts.ended(
          ballotOf(interactive),
          count(interactive, app),
          sentence("job.cancelled", { by: plain(user.name) }),
        ),
        chat,
        app,
      );
  }

  /** Takes up the votes of a chat that were open when the program stopped; those whose time is over are ended at once. */
  resume(chat: Chat, app: AppContext): void {
    for (const interactive of app.store.interactiveMessages.list(VOTE)) {
      const { message, expiresAt } = interactive;
      if (message.channel.platform !== chat.platform) continue;
      // One that was being ended when the program stopped is ended now.
      const until = isMade(interactive, app) ? 0 : expiresAt;
      if (until === undefined) continue;
      this.#arm(message, until, chat, app);
      // The last count before the stop may not have been shown.
      if (until > Date.now())
        this.#liveMessage(message, chat, app).show(texts.open(ballotOf(interactive), count(interactive, app)));
    }
  }

  /** No vote ends by itself any more; those that are open wait for the next start. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const live of this.#live.values()) live.stop();
    this.#timers.clear();
  }

  /** Resolves when votes whose time was over have been dealt with. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #arm(message: MessageRef, at: number, chat: Chat, app: AppContext): void {
    if (this.#stopped) return;
    const key = keyOf(message);
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(
      () => {
        this.#timers.delete(key);
        const work = this.#end(message, undefined, chat, app).catch((error: unknown) => {
          app.logger.error({ err: error, message: message.id }, "a vote could not be ended");
        });
        this.#work.add(work);
        void work.finally(() => this.#work.delete(work));
      },
      Math.max(0, at - Date.now()),
    );
    timer.unref();
    this.#timers.set(key, timer);
  }

  /** Counts, and has the blend painted. Of two calls at once the second does nothing. */
  async #end(message: MessageRef, by: User | undefined, chat: Chat, app: AppContext): Promise<void> {
    const key = keyOf(message);
    if (this.#ending.has(key) || this.#stopped) return;
    this.#ending.add(key);
    try {
      const interactive = app.store.interactiveMessages.get(message);
      if (interactive?.kind !== VOTE) return;
      const counted = count(interactive, app);
      if (counted.people === 0) {
        // ✅ before anybody has voted is a slip.
        if (by) return;
        if (this.#close(interactive, app))
          await this.#lastWord(
            interactive,
            texts.ended(ballotOf(interactive), counted, sentence("vote.nobody")),
            chat,
            app,
          );
        return;
      }
      await this.#paint(interactive, counted, chat, app);
    } finally {
      this.#ending.delete(key);
    }
  }

  async #paint(interactive: InteractiveMessage, counted: Tally, chat: Chat, app: AppContext): Promise<void> {
    const { message } = interactive;
    let known = interactive;
    try {
      const painted = largest(counted, MAX_SHARES);
      known = named(interactive, app);
      const { job = "" } = payloadOf(known);
      if (!isMade(known, app)) await this.#start(known, counted, painted, chat, app);
      await this.#lastWord(interactive, texts.decided(ballotOf(interactive), counted, painted, job), chat, app);
      // Not before: a stop in between would leave the message as it is.
      this.#close(known, app);
    } catch (error) {
      // Closing the program is no reason: it is tried again at the next start.
      if (this.#stopped) return;
      if (error instanceof ChatError && error.kind === "gone") {
        this.#close(interactive, app);
        app.logger.info({ message: message.id }, "a vote has ended, and its message is gone");
        return;
      }
      const mistaken = error instanceof UserError;
      if (!mistaken)
        app.logger.error({ err: error, message: message.id }, "what a channel has chosen could not be started");
      const why = mistaken ? error.message : (storeFailureText(error) ?? sentence("unexpected.logged"));
      // It has been said, and the next start closes it.
      if (isMade(known, app)) return;
      // It stays, with every vote, for whoever may try again.
      const { expiresAt: _over, ...rest } = known;
      try {
        app.store.interactiveMessages.put(rest);
      } catch (failure) {
        // As it is kept it is over, so that the next start tries again by itself.
        app.logger.error({ err: failure, message: message.id }, "a vote could not be kept open");
      }
      this.#liveMessage(message, chat, app).show(texts.stuck(ballotOf(rest), counted, why));
    }
  }

  async #start(
    interactive: InteractiveMessage,
    counted: Tally,
    painted: ReturnType<typeof largest>,
    chat: Chat,
    app: AppContext,
  ): Promise<void> {
    const { message, author } = interactive;
    const { channel } = message;
    const { given, provenance, job: id } = payloadOf(interactive);
    const recipe = app.recipes.get(painted.length === 1 ? "stylize" : "blend");
    const source = (await chat.picturesOf(message))[PHOTO];
    if (!recipe || !source) throw new UserError("vote.image-gone");
    const person = { ...author, moderator: false };
    const photo = await downloadImage({ app, user: person, channel }, source);
    const shares = painted.map(({ style, share }) => ({
      style,
      weight: Math.max(0.001, Math.round(share * 1000) / 1000),
    }));
    const choice = recipe.name === "stylize" ? { style: painted[0]?.style } : { styles: printShares(shares) };
    // One style alone is a painting, which knows less than a blend.
    const kept = Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(recipe.options, key)));
    const start = { params: app.settings.defaults(recipe, channel), pictures: { image: photo.bytes } };
    const draft = await recipe.change(start, { ...kept, ...choice }, scopeOf({ channel, chat, app }));
    const { name } = await chat.describe(channel);
    const made = order(recipe, draft, provenance);
    const credits = [...(made.credits ?? []), { role: "choice" as const, by: texts.choosers(counted, name) }];
    const context = {
      chat,
      app,
      user: person,
      channel,
      replyPublic: (content: OutgoingMessage) => chat.post(channel, content),
    };
    const job = await startJob(context, { ...made, credits, ...(id === undefined ? {} : { id }) });
    app.logger.info({ job: job.id, people: counted.people, message: message.id }, "a vote has become a job");
  }

  /** Ends a vote in the store. Returns whether it was open. */
  #close(interactive: InteractiveMessage, app: AppContext): boolean {
    const { interactiveMessages } = app.store;
    const key = keyOf(interactive.message);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (interactiveMessages.get(interactive.message)?.kind !== VOTE) return false;
    interactiveMessages.put({ ...interactive, kind: VOTE_OVER, expiresAt: Date.now() });
    return true;
  }

  async #lastWord(
    interactive: InteractiveMessage,
    content: ReturnType<typeof texts.ended>,
    chat: Chat,
    app: AppContext,
  ): Promise<void> {
    const live = this.#liveMessage(interactive.message, chat, app);
    this.#live.delete(keyOf(interactive.message));
    await live.end(content);
  }

  #liveMessage(message: MessageRef, chat: Chat, app: AppContext): LiveMessage {
    const key = keyOf(message);
    const known = this.#live.get(key);
    if (known) return known;
    const live = new LiveMessage(chat, message, { attempts: 6, backoffMs: this.backoffMs, logger: app.logger });
    this.#live.set(key, live);
    return live;
  }
}

/** The styles to choose from: those that were named, or all that a message can carry. */
async function candidatesOf(
  { app, chat, channel }: CommandContext,
  named: readonly string[] | undefined,
): Promise<readonly Style[]> {
  const usable = (style: Style) => !sameEmoji(style.emoji, ENOUGH);
  if (named === undefined) {
    // One of the reactions is ENOUGH.
    const all = (await app.styles.list(channel)).filter(usable).slice(0, chat.capabilities.reactions - 1);
    if (all.length === 0) throw new UserError("styles.none");
    return all;
  }
  const styles: Style[] = [];
  for (const word of named) {
    const style = await findStyle(app.styles, channel, word);
    if (!usable(style)) throw new UserError("vote.emoji", { style: style.name, emoji: ENOUGH });
    if (!styles.some(({ name }) => name === style.name)) styles.push(style);
  }
  if (styles.length < 2) throw new UserError("vote.two-styles");
  return styles;
}

function openIn(
  app: AppContext,
  { platform, community, id: channel }: MessageRef["channel"],
): InteractiveMessage | undefined {
  return app.store.interactiveMessages
    .list(VOTE)
    .find(
      ({ message: { channel: place } }) =>
        place.platform === platform && place.community === community && place.id === channel,
    );
}

function mayEnd(user: Member, { author }: InteractiveMessage): boolean {
  return user.moderator || user.id === author.id;
}

/** A vote with the id of its job, which is on disk before there is such a job. */
function named(interactive: InteractiveMessage, app: AppContext): InteractiveMessage {
  const payload = payloadOf(interactive);
  if (payload.job !== undefined) return interactive;
  const after: InteractiveMessage = { ...interactive, payload: { ...payload, job: newJobId() } };
  app.store.interactiveMessages.put(after);
  return after;
}

/** Whether a vote has become a job, and is about to be closed. */
function isMade(interactive: InteractiveMessage, app: AppContext): boolean {
  const { job } = payloadOf(interactive);
  return job !== undefined && app.store.jobs.get(job) !== undefined;
}

function payloadOf(interactive: InteractiveMessage): Payload {
  return interactive.payload as unknown as Payload;
}

function ballotOf(interactive: Pick<InteractiveMessage, "author" | "payload" | "expiresAt">): texts.Ballot {
  const { candidates, minutes } = interactive.payload as unknown as Payload;
  return {
    opener: interactive.author,
    candidates,
    minutes,
    ...(interactive.expiresAt === undefined ? {} : { endsAt: interactive.expiresAt }),
  };
}

function count(interactive: InteractiveMessage, app: AppContext): Tally {
  const names = payloadOf(interactive).candidates.map(({ name }) => name);
  return tally(app.store.interactiveMessages.votes(interactive.message), names);
}

function keyOf({ channel: { platform, community, id: channel }, id }: MessageRef): string {
  return JSON.stringify([platform, community, channel, id]);
}
