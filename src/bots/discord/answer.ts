import {
  type APIMessage,
  InteractionResponseType,
  MessageFlags,
  RESTJSONErrorCodes,
  type RESTPostAPIInteractionCallbackWithResponseResult,
  Routes,
} from "discord.js";
import type { Logger } from "pino";
import type { ChannelRef, MessageRef } from "../../domain/model.js";
import { mayPass } from "../../port/chat-error.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { retryWithBackoff } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Calls } from "./calls.js";
import { linkTo } from "./channels.js";
import { type Composed, compose } from "./compose.js";
import { chatError, hasCode } from "./errors.js";
import { type Guests, UNKNOWN_ID } from "./guests.js";
import { FIRST_RESPONSE_MS, INTERACTION_TOKEN_MS, type Timing } from "./limits.js";
import type { OwnEmoji } from "./own-emoji.js";

type Visibility = "public" | "private";

/** "Thinking ..." that no answer followed is deleted this long before the token ends. */
const END_MS = 60_000;
/** How often a first response without an answer is looked for, and the wait before the second look. */
const LOOKS = 3;
const LOOK_MS = 1_000;
const DOING = "discord.doing.answer";

/** What an answer needs to know of the interaction that it answers. */
interface Asked {
  readonly id: string;
  readonly token: string;
  readonly applicationId: string;
  /** The id of the user. */
  readonly user: string;
  /** Found out while Discord already waits for an answer. */
  readonly channel: Promise<ChannelRef>;
}

export interface AnswerParts {
  /** Places where only an interaction's token leads. */
  readonly guests: Pick<Guests, "lead">;
  readonly calls: Calls;
  readonly ownEmoji: OwnEmoji;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Posts as the bot, for when the interaction's token no longer works. */
  post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef>;
  /** The bot's own message that says and shows the same, and is newer than an id. @throws ChatError */
  find(channel: ChannelRef, composed: Composed, after: string): Promise<Pick<APIMessage, "id"> | undefined>;
  /** The direct messages between a user and the bot. @throws ChatError where the user takes none */
  direct(user: string): Promise<ChannelRef>;
}

/** "thinking": deferred, so that Discord shows that an answer will follow. "lost": the token no longer works. */
type State = "new" | "thinking" | "answered" | "lost";

/**
 * The answers to one interaction.
 *
 * Discord wants a first response within three seconds, and with it the choice whether one user or all will see what
 * follows; a command knows that only when it has read its options and found its image. So the first answer is waited
 * for a moment: errors and short answers come at once and with the right visibility, without "thinking" before them.
 * What takes longer is deferred publicly, since it is nearly always a job; should it be a private answer after all, the
 * public "thinking" is deleted and the answer is ephemeral. The other way round, a job could never become public.
 */
export class Answer {
  /** When the token ends, as `performance` counts: the machine's clock may be set meanwhile. */
  readonly #until: number;
  #state: State;
  /** The id of the message that is the first answer, as soon as it is known. */
  #original: string | undefined;
  /** The job that the answers are about, for the log. */
  #trace: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly asked: Asked,
    private readonly parts: AnswerParts,
    { at, state }: { readonly at: number; readonly state: State } = { at: Date.now(), state: "new" },
  ) {
    this.#until = performance.now() + INTERACTION_TOKEN_MS - Math.max(0, Date.now() - at);
    this.#state = state;
  }

  /** For commands: says "thinking" if no answer comes soon. */
  expect(): this {
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#think(false)), this.parts.timing.deferMs);
    return this;
  }

  /** For buttons: no answer is needed; their message, or another one, changes in time. */
  acknowledge(): this {
    void this.#inTurn(async () => {
      await this.#respond({ type: InteractionResponseType.DeferredMessageUpdate });
      if (this.#state === "new") this.#state = "answered";
    });
    return this;
  }

  /** Answers, repeatedly if need be, in the order of the calls. @throws ChatError */
  reply(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    if (message.trace !== undefined) this.#trace = message.trace;
    return this.#inTurn(() => this.#reply(message, visibility));
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(task);
    this.#turn = next.catch((err: unknown) => this.#log.debug({ err }, "an interaction could not be answered"));
    return next;
  }

  async #reply(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    clearTimeout(this.#timer);
    if (this.#state === "new") {
      if (!message.pictures?.length && !message.file) return this.#answerFirst(message, visibility);
      // Files may take longer than the three seconds to upload.
      await this.#think(visibility === "private");
    } else if (this.#state === "thinking" && visibility === "private") {
      await this.#webhook("DELETE", "@original").catch(() => undefined);
      this.#state = "answered";
    }
    return this.#stateIs("thinking") ? this.#fillIn(message, visibility) : this.#followUp(message, visibility);
  }

  /** The first response is the answer itself. */
  async #answerFirst(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    const { body: data } = await this.#compose(message, visibility);
    await this.#respond({ type: InteractionResponseType.ChannelMessageWithSource, data });
    if (this.#stateIs("lost")) return this.#instead(message, visibility);
    this.#state = "answered";
    return visibility === "private" ? undefined : this.#ref(await this.#idOfFirst(message));
  }

  /**
   * The first answer's id: a server that did not return it is asked, or sent the answer again where it cannot be asked.
   */
  async #idOfFirst(message: OutgoingMessage): Promise<string> {
    if (this.#original !== undefined) return this.#original;
    try {
      return (await this.#webhook("GET", "@original")).id;
    } catch (error) {
      if (chatError(error, { doing: DOING }).kind !== "gone") throw error;
      return (await this.#webhook("PATCH", "@original", await this.#compose(message))).id;
    }
  }

  async #think(ephemeral: boolean): Promise<void> {
    if (this.#state !== "new") return;
    const data = ephemeral ? { flags: MessageFlags.Ephemeral } : {};
    await this.#respond({ type: InteractionResponseType.DeferredChannelMessageWithSource, data });
    if (!this.#stateIs("new")) return;
    this.#state = "thinking";
    this.#unthinkLater();
  }

  /** The first response; when it comes too late, or another one was given, the interaction is lost. */
  async #respond(body: object): Promise<void> {
    const { id, token } = this.asked;
    try {
      const response = await this.parts.calls.run<RESTPostAPIInteractionCallbackWithResponseResult>({
        method: "POST",
        route: Routes.interactionCallback(id, token),
        body,
        auth: false,
        ms: FIRST_RESPONSE_MS,
        doing: DOING,
        query: { with_response: "true" },
        repeatable: true,
      });
      // Older servers answer with nothing.
      this.#original = response?.resource?.message?.id ?? response?.interaction?.response_message_id;
    } catch (err) {
      // An earlier attempt of the same call arrived, whose answer was lost.
      if (hasCode(err, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)) return;
      // It may have arrived all the same, or be about to.
      if (outcomeUnknown(err) && (await this.#arrived())) return;
      this.#log.warn({ err }, "an interaction was not answered in time");
      this.#state = "lost";
    }
  }

  /** Whether a first response without an answer is there. One that is still on its way arrives within seconds. */
  async #arrived(): Promise<boolean> {
    try {
      const look = () => this.#webhook("GET", "@original");
      this.#original = (await retryWithBackoff(look, { firstMs: LOOK_MS, attempts: LOOKS })).id;
      return true;
    } catch {
      return false;
    }
  }

  /** Puts a message in place of "thinking", which no failure leaves there. */
  async #fillIn(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    clearTimeout(this.#timer);
    const fill = async () => {
      const { id }: Partial<APIMessage> = await this.#webhook("PATCH", "@original", await this.#compose(message));
      return id ?? (await this.#idOfFirst(message));
    };
    try {
      const posted = await this.#withToken(message, visibility, () => fill().catch((err) => this.#idIfFilled(err)));
      if (!this.#stateIs("lost")) this.#state = "answered";
      return posted;
    } catch (error) {
      this.#state = "answered";
      await this.#unthink().catch(() => this.#unthinkLater());
      throw error;
    }
  }

  /** The id of the first answer when it has been filled in although that got no answer. @throws `failure` otherwise */
  async #idIfFilled(failure: unknown): Promise<string> {
    if (!outcomeUnknown(failure)) throw failure;
    const original = await this.#webhook("GET", "@original").catch(() => Promise.reject(failure));
    if (isThinking(original)) throw failure;
    return original.id;
  }

  async #unthink(): Promise<void> {
    if (isThinking(await this.#webhook("GET", "@original"))) await this.#webhook("DELETE", "@original");
  }

  /** "Thinking" is taken away a little before the token ends. */
  #unthinkLater(): void {
    const work = () => void this.#inTurn(() => this.#unthink());
    this.#timer = setTimeout(work, Math.max(0, this.#until - END_MS - performance.now())).unref();
  }

  async #followUp(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    return this.#withToken(message, visibility, async () => {
      const composed = await this.#compose(message, visibility);
      const post = this.#webhook("POST", undefined, composed);
      return (await post.catch((failure) => this.#lookFor(composed, visibility, failure))).id;
    });
  }

  /**
   * A follow-up has no nonce: where its own answer was lost, or a 5xx, it could stand there twice if it were posted
   * again. After a time-out, where it cannot be looked for, it is taken for posted. @throws `failure`
   */
  async #lookFor(composed: Composed, visibility: Visibility, failure: unknown): Promise<Pick<APIMessage, "id">> {
    if (!outcomeUnknown(failure)) throw failure;
    const unknown = { id: UNKNOWN_ID };
    // No list holds what one person alone sees.
    if (visibility === "private") {
      if (chatError(failure, { doing: DOING }).kind !== "timeout") throw failure;
      return unknown;
    }
    const found = await this.parts
      .find(await this.asked.channel, composed, this.asked.id)
      .catch((error: unknown) => (mayPass(error) ? undefined : unknown));
    if (!found) throw failure;
    return found;
  }

  /** Uses the interaction's token as long as it works; afterwards the bot posts by itself. */
  async #withToken(
    message: OutgoingMessage,
    visibility: Visibility,
    send: () => Promise<string>,
  ): Promise<MessageRef | undefined> {
    if (this.#state !== "lost" && performance.now() <= this.#until) {
      try {
        const sent = await send();
        return visibility === "private" ? undefined : this.#ref(sent);
      } catch (error) {
        const failure = chatError(error, { doing: DOING });
        if (failure.kind !== "gone") throw failure;
        this.#state = "lost";
      }
    }
    return this.#instead(message, visibility);
  }

  /**
   * The bot itself posts public answers; private ones in a direct message, else not at all: never where others read. A
   * group belongs to no server either, as its direct messages with the user do.
   */
  async #instead(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    const channel = await this.asked.channel;
    if (visibility === "public") return this.parts.post(channel, message);
    try {
      const direct = await this.parts.direct(this.asked.user);
      if (direct.id === channel.id) return await this.parts.post(direct, message);
      const text = sentence("discord.too-late", { where: linkTo(channel), text: message.text });
      await this.parts.post(direct, { ...message, text });
    } catch (err) {
      if (mayPass(err)) throw err;
      this.#log.info({ err }, "a private answer came too late, and could not be sent as a direct message either");
    }
    return undefined;
  }

  async #compose(message: OutgoingMessage, visibility: Visibility = "public"): Promise<Composed> {
    const { community } = await this.asked.channel;
    const composed = compose(message, (name) => this.parts.ownEmoji.inText(community, name));
    if (visibility === "public") return composed;
    const flags = (composed.body.flags ?? 0) | MessageFlags.Ephemeral;
    return { ...composed, body: { ...composed.body, flags } };
  }

  get #log(): Logger {
    return this.#trace === undefined ? this.parts.logger : this.parts.logger.child({ job: this.#trace });
  }

  #webhook(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    message: "@original" | undefined,
    composed?: Composed,
  ): Promise<APIMessage> {
    const { applicationId, token } = this.asked;
    const route = message ? Routes.webhookMessage(applicationId, token, message) : Routes.webhook(applicationId, token);
    const query: Record<string, string> = method === "POST" ? { wait: "true" } : {};
    return this.parts.calls.run({ method, route, auth: false, doing: DOING, query, ...composed, trace: this.#trace });
  }

  async #ref(id: string): Promise<MessageRef> {
    const { applicationId, token, channel } = this.asked;
    const ref = { channel: await channel, id };
    this.parts.guests.lead(ref, this.#trace, { applicationId, token, until: this.#until });
    return ref;
  }

  /** TypeScript takes for granted that a state does not change during an `await`. */
  #stateIs(state: State): boolean {
    return this.#state === state;
  }
}

/** Whether a call may have been carried out although no answer came. */
function outcomeUnknown(error: unknown): boolean {
  const { kind } = chatError(error, { doing: DOING });
  return kind === "timeout" || kind === "unavailable";
}

/** Older servers leave the flags out. */
function isThinking({ flags }: Pick<APIMessage, "flags">): boolean {
  return ((flags ?? 0) & MessageFlags.Loading) !== 0;
}
