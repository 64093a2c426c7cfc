import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { ChannelRef, MessageRef, User } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { timeLimit } from "../../shared/async.js";
import type { CommandNames } from "./command-names.js";
import { isSlack } from "./download.js";
import { codeOf, isKind, toChatError } from "./errors.js";
import { type Files, fitsBlock } from "./files.js";
import { ANSWERS, ANSWERS_MS } from "./limits.js";
import { type Messenger, shownImages } from "./messenger.js";
import { render } from "./render.js";
import type { Workspace } from "./workspace.js";

/** The address for answers that came with an interaction. */
export class ResponseUrl {
  #left = ANSWERS;
  /** As `performance` counts: the machine's clock may be set meanwhile. */
  readonly #until = performance.now() + ANSWERS_MS;

  constructor(
    readonly url: string,
    apiUrl: string,
  ) {
    if (!URL.canParse(url) || !isSlack(new URL(url), apiUrl)) this.#left = 0;
  }

  /** Whether one more answer may be given; counts it. */
  take(): boolean {
    if (this.#left === 0 || performance.now() > this.#until) return false;
    this.#left -= 1;
    return true;
  }
}

interface Parts {
  readonly messenger: Messenger;
  readonly files: Files;
  readonly names: CommandNames;
  readonly callMs: number;
  readonly logger: Logger;
}

export interface Addressee {
  readonly workspace: Workspace;
  readonly user: Pick<User, "id">;
  readonly channel: ChannelRef;
  readonly responseUrl?: ResponseUrl | undefined;
  /** The user is on the bot's home page, not in the channel: private answers go to the conversation with the bot. */
  readonly atHome?: boolean;
}

/** Conversations with users that are remembered. */
const CONVERSATIONS = 5_000;
/** An installation from before the bot asked for this permission, or another server that does not know the method. */
const CANNOT_OPEN = new Set(["missing_scope", "unknown_method"]);

/** Answers users, publicly or so that only they see it. */
export class Replies {
  readonly #conversations = new LRUCache<string, string>({ max: CONVERSATIONS });

  constructor(private readonly parts: Parts) {}

  async reply(
    to: Addressee,
    message: OutgoingMessage,
    visibility: "public" | "private",
  ): Promise<MessageRef | undefined> {
    if (visibility === "public") return this.parts.messenger.post(to.workspace, to.channel, message);
    if (to.atHome) return this.directly(to, message);
    await this.#privately(to, message);
    return undefined;
  }

  /** In the conversation between the user and the bot. */
  async directly({ workspace, channel, user }: Addressee, message: OutgoingMessage): Promise<MessageRef> {
    const { messenger } = this.parts;
    const { thread: _thread, ...place } = channel;
    const id = await this.#conversation(workspace, user.id, message.trace);
    if (id !== undefined) return messenger.post(workspace, { ...place, id }, message);
    // Posting takes the user's id in its place, and says which conversation that was. Nothing else does: no earlier
    // message can be looked for, and files must come after.
    const text = { ...message, pictures: [], perhapsPosted: false };
    const ref = await messenger.post(workspace, { ...place, id: user.id }, text);
    if (message.pictures?.length) await messenger.edit(workspace, ref, message);
    return ref;
  }

  /** The conversation's own id; undefined where the bot may not ask for it. */
  async #conversation(workspace: Workspace, user: string, job: string | undefined): Promise<string | undefined> {
    const key = `${workspace.self.team} ${user}`;
    const known = this.#conversations.get(key);
    if (known !== undefined) return known;
    try {
      const { channel } = await workspace.call("conversations.open", { users: user }, { repeatable: true, job });
      if (channel?.id !== undefined) this.#conversations.set(key, channel.id);
      return channel?.id;
    } catch (error) {
      if (CANNOT_OPEN.has(codeOf(error) ?? "")) return undefined;
      throw error;
    }
  }

  async #privately(to: Addressee, message: OutgoingMessage): Promise<void> {
    const { messenger, files, names, logger } = this.parts;
    const { workspace, responseUrl, channel, user } = to;
    const inside = (message.pictures ?? []).filter(fitsBlock);
    const job = message.trace;
    const ids = await files.upload(workspace, inside, { job });
    const rendered = render(message, shownImages(ids, inside), names);
    // In a thread only a call can say in which one; elsewhere the address also works where the bot is no member.
    if (channel.thread === undefined && responseUrl?.take()) {
      try {
        return await this.#respond(responseUrl.url, rendered);
      } catch (error) {
        logger.debug({ err: error, job }, "an answer could not be given by its address");
      }
    }
    const args = { ...rendered, channel: channel.id, user: user.id, thread_ts: channel.thread };
    try {
      await messenger.whenReady(() => workspace.call("chat.postEphemeral", args, { job }));
    } catch (error) {
      // One of the two may have left the channel, or the message cannot be shown there.
      if (!isKind(error, "forbidden", "gone")) throw error;
      await this.directly(to, message);
      files.discard(workspace, ids, job);
    }
  }

  async #respond(url: string, body: object): Promise<void> {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ response_type: "ephemeral", replace_original: false, ...body }),
      redirect: "error",
      signal: timeLimit(this.parts.callMs),
    }).catch((error: unknown) => Promise.reject(toChatError(error)));
    await response.body?.cancel();
    if (!response.ok) throw new ChatError("unavailable", "slack.reply-refused", { status: response.status });
  }
}
