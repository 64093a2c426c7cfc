import type PQueue from "p-queue";
import type { ChannelRef, Credit, Job, Member, MessageRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError, mayPass } from "../../port/chat-error.js";
import type { Reaction, ReactionEvent, ReactionsClearedEvent } from "../../port/events.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { defined } from "../../shared/defined.js";
import type { PlainId } from "../../shared/sentences/sentence.js";
import { sameEmoji } from "../../shared/typed.js";
import type { InteractiveMessage, Vote } from "../../store/interactive-messages.js";
import type { Jobs } from "../../store/jobs.js";
import type { FoundImage } from "../images/find-image.js";
import { type Provenance, provenanceOf } from "../images/provenance.js";
import type { Moderation } from "../moderation/moderation.js";
import { type RefusalServices, refusal } from "../moderation/refusal.js";
import { fitToChannel } from "../presenting/deliver.js";
import type { Params, Recipe } from "../recipes/recipe.js";
import { type JobServices, startJob } from "../recipes/start-job.js";
import { choiceSheet } from "../styles/contact-sheet.js";
import { printShares, type Share } from "../styles/shares.js";
import type { Style } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import { keyOf, TimedMessages, type TimedServices } from "./timed-messages.js";

/** What messages that wait for reactions need of the program. */
export interface CollectorServices extends JobServices, TimedServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly store: JobServices["store"] & TimedServices["store"] & { readonly jobs: Pick<Jobs, "get"> };
  readonly moderation: RefusalServices["moderation"] & Pick<Moderation, "bars">;
  readonly settings: JobServices["settings"] & RefusalServices["settings"];
}

/** Who wants reactions to choose the styles of a painting, and of what. */
export interface CollectorRequest {
  readonly photo: FoundImage;
  /** The other options of the line, which the painting will have. */
  readonly given: Params;
  readonly user: Pick<Member, "id" | "name" | "roles" | "outsider">;
  readonly channel: ChannelRef;
  replyPublic(message: OutgoingMessage): Promise<MessageRef | undefined>;
}

/** The message that asks: its words, and the styles to choose from. */
interface CollectorMessage {
  readonly styles: readonly Style[];
  readonly content: OutgoingMessage;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** What else is stored with it. */
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** What is stored with every message that waits for reactions. */
export interface CollectorPayload {
  readonly given: Params;
  readonly provenance: Provenance;
  /** Those of its author when it was opened. */
  readonly roles?: readonly string[];
}

/** Which image of the message is the one to paint; the first one shows the styles. */
const PHOTO = 1;
/** Messages of one chat whose reactions are read at once after a start: platforms allow few such calls in a minute. */
export const READS_AT_ONCE = 4;
/** An hour and more, as debts come to be tried once a minute. */
const READ_ATTEMPTS = 60;

/** Reactions from before the start that are being read, or wait for their turn to be. */
interface Reading {
  readonly id: string;
  work: Promise<void>;
  begun: boolean;
}

/**
 * Messages of one kind, in one chat, that collect reactions and become a painting. Message, choices and expiry are in
 * the store; the photo is part of the message. So choosing works after any restart, on every platform.
 */
export abstract class ReactionCollector extends TimedMessages {
  /** Messages whose reactions are being read after a start: what comes meanwhile is newer. */
  readonly #reading = new Map<string, Reading>();

  /** @param reads those of the chat's reactions, for all its collectors */
  constructor(
    chat: Chat,
    protected override readonly services: CollectorServices,
    kind: string,
    private readonly reads: PQueue,
  ) {
    super(chat, services, kind);
  }

  /** Takes a reaction on one of its messages. */
  async choose(event: ReactionEvent, interactive: InteractiveMessage): Promise<void> {
    await this.read(event.message);
    await this.take(event, interactive);
  }

  /** Takes back what everybody has chosen on one of its messages, or has chosen by one emoji. */
  async clear({ message, emoji }: ReactionsClearedEvent, interactive: InteractiveMessage): Promise<void> {
    await this.read(message);
    const cleared = (await this.choices(interactive)).filter((each) => !emoji || sameEmoji(each.emoji, emoji));
    const names = new Set(cleared.map(({ name }) => name));
    for (const vote of this.messages.votes(message))
      if (names.has(vote.choice)) this.messages.vote(message, vote, false);
    this.takenBack(interactive, names);
  }

  protected abstract take(event: ReactionEvent, interactive: InteractiveMessage): Promise<void>;

  /** What can be chosen on a message. */
  protected abstract choices(interactive: InteractiveMessage): Promise<readonly Pick<Style, "name" | "emoji">[]>;

  /** These were taken back by everybody. */
  protected abstract takenBack(interactive: InteractiveMessage, names: ReadonlySet<string>): void;

  /** Which of the reactions that are found at the start are choices; undefined where that cannot be known. */
  protected abstract counting(interactive: InteractiveMessage): ((vote: Vote) => boolean) | undefined;

  /**
   * Continues with a message that was open when the program stopped.
   * @param others reactions on it that choose nothing; undefined where what was reacted meanwhile could not be read
   */
  protected abstract resumeMessage(interactive: InteractiveMessage, others: readonly Reaction[] | undefined): void;

  /** Emoji besides the choices that {@link resumeMessage} wants to know of. */
  protected readonly alsoRead: readonly string[] = [];

  /** Continues with every message that was open when the program stopped, and reads what was reacted meanwhile. */
  resume(): void {
    for (const interactive of this.resumable()) this.#read(interactive);
  }

  /** Those that were open, in the order in which their reactions are read. */
  protected resumable(): readonly InteractiveMessage[] {
    return this.messages.list(this.kind).filter(({ message }) => message.channel.platform === this.chat.platform);
  }

  /** Resolves when a message's reactions are not being read: those of one that is acted on are read next. */
  protected async read(message: MessageRef): Promise<void> {
    const reading = this.#reading.get(keyOf(message));
    if (reading && !reading.begun) this.reads.setPriority(reading.id, 1);
    await reading?.work;
  }

  /** Reads a message's reactions when it is their turn, and continues with it. */
  #read(interactive: InteractiveMessage, attempt = 1): Promise<void> {
    const key = keyOf(interactive.message);
    const id = `${this.kind} ${key}`;
    const reading: Reading = { id, begun: false, work: Promise.resolve() };
    this.#reading.set(key, reading);
    const begin = async () => {
      reading.begun = true;
      await this.#readAndResume(interactive, attempt).finally(() => {
        if (this.#reading.get(key) === reading) this.#reading.delete(key);
      });
    };
    reading.work = this.reads.add(begin, { id });
    this.follow(reading.work, interactive);
    return reading.work;
  }

  async #readAndResume({ message }: InteractiveMessage, attempt: number): Promise<void> {
    const isOpen = (one: InteractiveMessage | undefined) => one?.kind === this.kind && !this.stopped;
    const before = this.messages.get(message);
    if (!before || !isOpen(before)) return;
    let others: readonly Reaction[] | undefined;
    try {
      others = await this.#readReactions(before);
    } catch (err) {
      const { logger } = this.services;
      logger.warn({ err, message: message.id, attempt }, "reactions from before the start could not be read");
      // What depends on them, the end of a vote for instance, waits as well.
      if (mayPass(err) && attempt < READ_ATTEMPTS)
        return this.owe(message, () => this.#read(before, attempt + 1), `reactions on a ${this.kind}`);
    }
    const now = this.messages.get(message);
    if (now && isOpen(now)) this.resumeMessage(now, others);
  }

  /** Stores what is chosen on a message now, and returns the reactions that are no choices. */
  async #readReactions(interactive: InteractiveMessage): Promise<readonly Reaction[]> {
    const { message } = interactive;
    const counts = this.counting(interactive);
    if (!counts) return [];
    const choices = await this.choices(interactive);
    const emoji = [...choices.map((choice) => choice.emoji), ...this.alsoRead];
    const { given: all, unfinished } = await this.chat.reactions(message, emoji);
    const { moderation } = this.services;
    const counted = all.filter(({ user }) => !moderation.isBarred(user, message.channel));
    const found = counted.map((reaction) => {
      const choice = choices.find((each) => sameEmoji(each.emoji, reaction.emoji))?.name;
      return {
        reaction,
        vote: choice === undefined ? undefined : { user: reaction.user.id, choice, roles: reaction.user.roles },
      };
    });
    const given = found.flatMap(({ vote }) => (vote && counts(vote) ? [vote] : []));
    const keys = new Set(given.map(({ user, choice }) => `${user} ${choice}`));
    // Of an emoji that was not read to its end, a vote may be among those that were not.
    const spared = choices.filter((choice) => unfinished.some((each) => sameEmoji(each, choice.emoji)));
    const unread = new Set(spared.map(({ name }) => name));
    for (const vote of this.messages.votes(message))
      if (!keys.has(`${vote.user} ${vote.choice}`) && !unread.has(vote.choice))
        this.messages.vote(message, vote, false);
    for (const vote of given) this.messages.vote(message, vote, true);
    return found.flatMap(({ vote, reaction }) => (vote ? [] : [reaction]));
  }

  /** Posts a message with the styles' sheet, the photo and a reaction for each style, and stores it. */
  protected async post(
    { photo, given, user, channel, replyPublic }: CollectorRequest,
    { styles, content, expiresAt, payload = {} }: CollectorMessage,
  ): Promise<InteractiveMessage> {
    const { chat, kind, services } = this;
    if ((await chat.describe(channel)).reactions === false) throw new UserError("interactive.no-reactions");
    const { source: _source, ...image } = photo;
    const provenance = await provenanceOf([photo], user, services.jobs);
    // Under a result's own name its copy would be taken for the newest picture of the channel.
    const name = `photo.${image.name.split(".").at(-1)}`;
    const shown = { ...image, name, ...(provenance.spoiler && { spoiler: true }) };
    const pictures = [await choiceSheet(styles), shown];
    const outgoing = await fitToChannel(chat, channel, { ...content, pictures });
    const message = (await replyPublic(outgoing)) ?? (await chat.post(channel, outgoing));
    const { id, name: called, roles } = user;
    const stored = { ...payload, given, provenance, ...defined({ roles }) };
    const interactive = { message, kind, payload: stored, author: { id, name: called }, expiresAt };
    this.messages.put(interactive);
    for (const { emoji } of styles) {
      // People can still give those that the platform does not take from the bot.
      const err: unknown = await chat.react(message, emoji).catch((error: unknown) => error);
      if (err === undefined) continue;
      services.logger.warn({ err, emoji }, "a reaction could not be added");
      if (err instanceof ChatError && (err.kind === "forbidden" || err.kind === "gone")) break;
    }
    return { ...interactive, createdAt: Date.now() };
  }

  /**
   * Starts the painting of a message's photo: in one style a `stylize`, in several a `blend`.
   *
   * @throws UserError when it cannot be started, also when the photo is `gone`, and when since it was asked for its
   * author was barred, the bot switched off, the channel archived, or the photo's owner has opted out
   */
  protected async paint(
    { message, author, payload }: InteractiveMessage,
    shares: readonly Share[],
    { gone, id, ...more }: { readonly gone: PlainId; readonly id?: string; readonly credits?: readonly Credit[] },
  ): Promise<Job> {
    const { given = {}, provenance = {}, roles } = payload as Partial<CollectorPayload>;
    const asked = { channel: message.channel, user: { id: author.id, ...defined({ roles }) } };
    const refused = refusal(asked, this.services);
    if (refused) throw refused;
    const [first, ...others] = shares;
    const recipe = this.services.recipes.get(others.length === 0 ? "stylize" : "blend");
    const photo = (await this.chat.picturesOf(message))[PHOTO];
    if (!recipe || !first || !photo) throw new UserError(gone);
    const choice = others.length === 0 ? { style: first.style } : { styles: printShares(shares) };
    // A painting in one style has fewer options than a blend.
    const kept = Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(recipe.options, key)));
    const { chat, services } = this;
    return startJob(
      { ...more, recipe, given: { ...kept, ...choice }, images: { image: photo }, provenance },
      { chat, channel: message.channel, user: author, jobId: id },
      services,
    );
  }
}
