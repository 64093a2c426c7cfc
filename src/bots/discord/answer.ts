import {
  type APIMessage,
  InteractionResponseType,
  RESTJSONErrorCodes,
  type RESTPostAPIInteractionCallbackWithResponseResult,
  Routes,
} from "discord.js";
import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { type Calls, tracing } from "./calls.js";
import { channelOf, DIRECT } from "./channels.js";
import { compose, PRIVATE } from "./compose.js";
import { chatError, hasCode } from "./errors.js";
import type { Timing } from "./options.js";

type Visibility = "public" | "private";

/** Discord takes the first word to an interaction within 3 s; a call that comes later need not be made. */
const FIRST_WORD_MS = 2_900;
/** Interaction tokens end after 15 minutes. */
const TOKEN_MS = 15 * 60_000;
/** "Thinking ..." that nothing came of is taken away a little before that. */
const NOTHING_MS = 14 * 60_000;
const DOING = "discord.doing.answer";

/** What an answer needs to know of the interaction that it answers. */
interface Asked {
  readonly id: string;
  readonly token: string;
  readonly applicationId: string;
  /** The id of whoever asked. */
  readonly user: string;
  /** Found out while the clock runs already. */
  readonly channel: Promise<ChannelRef>;
}

export interface AnswerParts {
  readonly calls: Calls;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Posts as the bot, for when the interaction's token is of no use any more. */
  post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef>;
  /** The direct messages of a person with the bot. @throws ChatError where the person takes none */
  direct(user: string): Promise<ChannelRef>;
}

/**
 * The answers to one interaction.
 *
 * Discord wants a first word within three seconds, and with it the choice whether one person or all will see what follows; a command knows
 * that only when it has looked at its options and found its picture. So the first answer is waited for a moment: mistakes and short answers
 * come at once and as they should be, without "thinking" before them. What takes longer is deferred publicly, since it is nearly always a
 * job; should it be a private word after all, the public "thinking" is deleted and the word is whispered. The other way round, a job
 * could never become public.
 */
export class Answer {
  readonly #until = Date.now() + TOKEN_MS;
  #state: "new" | "thinking" | "answered" | "lost" = "new";
  /** The id of the message that is the first answer, as soon as it is known. */
  #original: string | undefined;
  /** The job that the answers are about, for the log. */
  #trace: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly asked: Asked,
    private readonly parts: AnswerParts,
  ) {}

  /** For commands: says "thinking" if no answer comes soon. */
  expect(): this {
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#think(false)), this.parts.timing.deferMs);
    return this;
  }

  /** For buttons: nothing needs to be said; their message, or another one, changes in time. */
  acknowledge(): this {
    void this.#inTurn(async () => {
      await this.#first({ type: InteractionResponseType.DeferredMessageUpdate });
      if (this.#state === "new") this.#state = "answered";
    });
    return this;
  }

  /** Answers, again and again if need be, in the order of the calls. @throws ChatError */
  reply(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    if (message.trace !== undefined) this.#trace = message.trace;
    return this.#inTurn(() => this.#reply(message, visibility));
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(task);
    this.#turn = next.catch((error: unknown) =>
      this.#log.debug({ err: error }, "an interaction could not be answered"),
    );
    return next;
  }

  async #reply(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    clearTimeout(this.#timer);
    if (this.#state === "new") {
      if (!message.pictures?.length && !message.file) return this.#say(message, visibility);
      // Files may take longer than the three seconds to go up.
      await this.#think(visibility === "private");
      if (this.#stateIs("thinking")) return this.#fillIn(message, visibility);
    }
    if (this.#state === "thinking") {
      if (visibility === "public") return this.#fillIn(message, visibility);
      await this.#webhook("DELETE", "@original").catch(() => undefined);
      this.#state = "answered";
    }
    return this.#followUp(message, visibility);
  }

  /** The first word is the answer itself. */
  async #say(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    const { body } = compose(message);
    const data = visibility === "private" ? { ...body, flags: (body.flags ?? 0) | PRIVATE } : body;
    await this.#first({ type: InteractionResponseType.ChannelMessageWithSource, data });
    if (this.#stateIs("lost")) return this.#instead(message, visibility);
    this.#state = "answered";
    return visibility === "private" ? undefined : this.#ref(await this.#idOfFirst(message));
  }

  /** The first answer's id: a server that has not told it is asked, or told the answer once more where it cannot be asked. */
  async #idOfFirst(message: OutgoingMessage): Promise<string> {
    if (this.#original !== undefined) return this.#original;
    try {
      return (await this.#webhook<APIMessage>("GET", "@original")).id;
    } catch (error) {
      if (chatError(error, { doing: DOING }).kind !== "gone") throw error;
      return (await this.#webhook<APIMessage>("PATCH", "@original", compose(message))).id;
    }
  }

  async #think(secretly: boolean): Promise<void> {
    if (this.#state !== "new") return;
    const data = secretly ? { flags: PRIVATE } : {};
    await this.#first({ type: InteractionResponseType.DeferredChannelMessageWithSource, data });
    if (!this.#stateIs("new")) return;
    this.#state = "thinking";
    const nothing = () =>
      void this.#inTurn(async () => this.#state === "thinking" && this.#webhook("DELETE", "@original"));
    this.#timer = setTimeout(nothing, NOTHING_MS).unref();
  }

  /** The first word; when it comes too late, or somebody has said it already, the interaction is lost. */
  async #first(body: object): Promise<void> {
    const { id, token } = this.asked;
    try {
      const said = await this.parts.calls.run<RESTPostAPIInteractionCallbackWithResponseResult>({
        method: "POST",
        route: Routes.interactionCallback(id, token),
        body,
        auth: false,
        ms: FIRST_WORD_MS,
        doing: DOING,
        query: new URLSearchParams({ with_response: "true" }),
        repeatable: true,
      });
      // Older servers answer with nothing.
      this.#original = said?.resource?.message?.id ?? said?.interaction?.response_message_id;
    } catch (error) {
      // Discord has heard an earlier try of the same call, whose answer was lost.
      if (hasCode(error, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)) return;
      this.#log.warn({ err: error }, "an interaction was not answered in time");
      this.#state = "lost";
    }
  }

  /** Puts a message where "thinking" stands. */
  async #fillIn(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    clearTimeout(this.#timer);
    const posted = await this.#tokened(message, visibility, async (composed) => {
      const { id } = await this.#webhook<Partial<APIMessage>>("PATCH", "@original", composed);
      return id ?? (await this.#idOfFirst(message));
    });
    this.#state = this.#stateIs("lost") ? "lost" : "answered";
    return posted;
  }

  async #followUp(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    return this.#tokened(message, visibility, async (composed) => {
      const { body, files } = composed;
      const flags = (body.flags ?? 0) | (visibility === "private" ? PRIVATE : 0);
      return (await this.#webhook<APIMessage>("POST", undefined, { body: { ...body, flags }, files })).id;
    });
  }

  /** Uses the interaction's token as long as it is good for something; afterwards the bot posts by itself. */
  async #tokened(
    message: OutgoingMessage,
    visibility: Visibility,
    send: (composed: ReturnType<typeof compose>) => Promise<string>,
  ): Promise<MessageRef | undefined> {
    if (this.#state === "lost" || Date.now() > this.#until) return this.#instead(message, visibility);
    try {
      const sent = await send(compose(message));
      return visibility === "private" ? undefined : this.#ref(sent);
    } catch (error) {
      const failure = chatError(error, { doing: DOING });
      if (failure.kind !== "gone") throw failure;
      this.#state = "lost";
      return this.#instead(message, visibility);
    }
  }

  /** Public words are said by the bot itself; private ones in a direct message, else not at all: never where others read them. */
  async #instead(message: OutgoingMessage, visibility: Visibility): Promise<MessageRef | undefined> {
    const channel = await this.asked.channel;
    if (visibility === "public" || channel.community === DIRECT) return this.parts.post(channel, message);
    try {
      const where = `https://discord.com/channels/${channel.community}/${channelOf(channel)}`;
      const text = `Too late to be said in ${where}, where only you would have seen it:\n${message.text}`;
      await this.parts.post(await this.parts.direct(this.asked.user), { ...message, text });
    } catch (error) {
      this.#log.info(
        { err: error },
        "a private answer came too late, and could not be given in a direct message either",
      );
    }
    return undefined;
  }

  get #log(): Logger {
    return this.#trace === undefined ? this.parts.logger : this.parts.logger.child({ job: this.#trace });
  }

  #webhook<T>(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    message: string | undefined,
    composed?: ReturnType<typeof compose>,
  ): Promise<T> {
    const { applicationId, token } = this.asked;
    const route =
      message === undefined
        ? Routes.webhook(applicationId, token)
        : Routes.webhookMessage(applicationId, token, message);
    const query = method === "POST" ? { query: new URLSearchParams({ wait: "true" }) } : {};
    return this.parts.calls.run<T>({
      method,
      route,
      auth: false,
      doing: DOING,
      ...query,
      ...composed,
      ...tracing({ trace: this.#trace }),
    });
  }

  async #ref(id: string): Promise<MessageRef> {
    return { channel: await this.asked.channel, id };
  }

  /** TypeScript takes for granted that a state does not change during an `await`. */
  #stateIs(state: "new" | "thinking" | "answered" | "lost"): boolean {
    return this.#state === state;
  }
}
