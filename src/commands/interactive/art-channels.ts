/** Art channels: there a style's emoji on anybody's image paints it in that style, and 👁 dreams it. */
import type { Logger } from "pino";
import { channelKey, type MessageRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { ReactionEvent, UnsignedReaction } from "../../port/events.js";
import { type ShownPicture, shownTogether } from "../../port/newest.js";
import { sameEmoji } from "../../shared/typed.js";
import type { InteractiveMessages, Vote } from "../../store/interactive-messages.js";
import type { Params, Recipe } from "../recipes/recipe.js";
import { type JobServices, startJob } from "../recipes/start-job.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import { explainError, UserError } from "../user-error.js";
import { keyOf } from "./timed-messages.js";

interface ArtChannelServices extends JobServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly settings: JobServices["settings"] & Pick<ChannelSettings, "isArtChannel">;
  readonly store: JobServices["store"] & { readonly interactiveMessages: InteractiveMessages };
  readonly logger: Logger;
}

/** The kind of stored message that remembers what was already asked for on it. */
const ART = "art";
export const DREAM_EMOJI = "👁️";
/** Least time between two refusals to one person: reactions are quickly given. */
const REFUSAL_INTERVAL_MS = 60_000;
/**
 * Least time between two warnings that a channel's messages cannot be seen: most reactions are not meant for the bot.
 */
const FORBIDDEN_INTERVAL_MS = 24 * 60 * 60_000;
const MAX_REMEMBERED = 1_000;

/** What an emoji asks for. */
interface ArtRequest {
  readonly recipe: Recipe;
  readonly given: Params;
  /** What is stored of it. */
  readonly choice: string;
}

/** Reactions on any image of art channels, in one chat. */
export class ArtChannels {
  /** When an error was last explained, by channel and user. */
  readonly #explained = new Map<string, number>();
  /** What is being started. */
  readonly #starting = new Set<string>();

  constructor(
    private readonly chat: Chat,
    private readonly services: ArtChannelServices,
  ) {}

  /** A person's emoji on a message starts one job, also after restarts. */
  async start(event: ReactionEvent, { recipe, given, choice }: ArtRequest): Promise<void> {
    const { message, user } = event;
    const photo = await this.#firstPicture(message);
    if (photo instanceof ChatError) return this.#explain(new UserError(photo), event, FORBIDDEN_INTERVAL_MS);
    if (!photo) return;
    const vote = { user: user.id, choice };
    const key = `${keyOf(message)} ${user.id} ${choice}`;
    if (this.#starting.has(key) || this.#isDone(message, vote)) return;
    this.#starting.add(key);
    try {
      const requester = { chat: this.chat, channel: message.channel, user, jobId: event.receipt?.job };
      await startJob({ recipe, given, images: { image: photo } }, requester, this.services);
      this.#noteDone(message, vote);
    } catch (error) {
      await this.#explain(error, event, REFUSAL_INTERVAL_MS, user.id);
    } finally {
      this.#starting.delete(key);
    }
  }

  #isDone(message: MessageRef, { user, choice }: Vote): boolean {
    const { interactiveMessages } = this.services.store;
    return interactiveMessages.votes(message).some((each) => each.user === user && each.choice === choice);
  }

  /** Noted when there is a job: after a kill before that, it may be asked for again. */
  #noteDone(message: MessageRef, vote: Vote): void {
    const { interactiveMessages } = this.services.store;
    // It has no author, so that it is not removed with the data of one of those who reacted.
    if (!interactiveMessages.get(message))
      interactiveMessages.put({ message, kind: ART, payload: {}, author: { id: "", name: "" } });
    interactiveMessages.vote(message, vote, true);
  }

  /** What a reaction without another meaning asks for. */
  async requestOf({ emoji, added, message: { channel } }: UnsignedReaction): Promise<ArtRequest | undefined> {
    const { styles, recipes, settings } = this.services;
    if (!added || !settings.isArtChannel(channel)) return undefined;
    const style = (await styles.list(channel)).find((known) => sameEmoji(known.emoji, emoji));
    const recipe = recipes.get(style ? "stylize" : "dream");
    if (!recipe || (!style && !sameEmoji(emoji, DREAM_EMOJI))) return undefined;
    return style
      ? { recipe, given: { style: style.name }, choice: `style ${style.name}` }
      : { recipe, given: {}, choice: "dream" };
  }

  /** Undefined for messages without an image, and deleted ones; the error "forbidden" for those the bot may not see. */
  async #firstPicture(message: MessageRef): Promise<ShownPicture | ChatError | undefined> {
    try {
      return shownTogether(await this.chat.picturesOf(message))[0];
    } catch (error) {
      if (error instanceof ChatError && error.kind === "gone") return undefined;
      if (error instanceof ChatError && error.kind === "forbidden") return error;
      throw error;
    }
  }

  /** Explains an error to a channel, or to one user of it, at most once in `intervalMs`. */
  async #explain(error: unknown, event: ReactionEvent, intervalMs: number, user = ""): Promise<void> {
    const key = `${channelKey(event.message.channel)} ${user}`;
    const now = performance.now();
    if (now - (this.#explained.get(key) ?? Number.NEGATIVE_INFINITY) < intervalMs) return;
    if (this.#explained.size >= MAX_REMEMBERED) this.#explained.clear();
    this.#explained.set(key, now);
    await explainError(error, event, { chat: this.chat, logger: this.services.logger });
  }
}
