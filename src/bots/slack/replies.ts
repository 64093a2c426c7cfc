import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import type { User } from "../../domain/user.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { isSlack } from "./download.js";
import { toChatError } from "./errors.js";
import { type Files, fitsBlock } from "./files.js";
import type { Messenger } from "./messenger.js";
import { render, type ShownPicture } from "./render.js";
import type { Workspace } from "./workspace.js";

/** Slack takes five answers within half an hour. */
const USES = 5;
const LASTS_MS = 29 * 60_000;

/** The address for answers that came with an interaction. */
export class ResponseUrl {
  #left = USES;
  readonly #until = Date.now() + LASTS_MS;

  constructor(
    readonly url: string,
    apiUrl: string,
  ) {
    if (!URL.canParse(url) || !isSlack(new URL(url), apiUrl)) this.#left = 0;
  }

  /** Whether one more answer may be given; counts it. */
  take(): boolean {
    if (this.#left === 0 || Date.now() > this.#until) return false;
    this.#left -= 1;
    return true;
  }
}

interface Parts {
  readonly messenger: Messenger;
  readonly files: Files;
  readonly callMs: number;
  readonly logger: Logger;
}

export interface Addressee {
  readonly workspace: Workspace;
  readonly user: Pick<User, "id">;
  readonly channel: ChannelRef;
  readonly responseUrl?: ResponseUrl | undefined;
  /** The person is on the bot's home page, not in the place: private answers go to the conversation with the bot. */
  readonly atHome?: boolean;
}

/** Answers people, publicly or so that only they see it. */
export class Replies {
  constructor(private readonly parts: Parts) {}

  async reply(
    to: Addressee,
    message: OutgoingMessage,
    visibility: "public" | "private",
  ): Promise<MessageRef | undefined> {
    if (visibility === "public") return this.parts.messenger.post(to.workspace, to.channel, message);
    if (to.atHome)
      return this.parts.messenger.post(to.workspace, { ...withoutThread(to.channel), id: to.user.id }, message);
    await this.#privately(to, message);
    return undefined;
  }

  async #privately(to: Addressee, message: OutgoingMessage): Promise<void> {
    const { workspace, responseUrl, channel } = to;
    const inside = (message.pictures ?? []).filter(fitsBlock);
    const job = message.trace;
    const ids = await this.parts.files.upload(workspace, inside, { job });
    const pictures = ids.map((file, index): ShownPicture => ({ file, description: inside[index]?.description ?? "" }));
    const { text, blocks } = render(message, pictures);
    // In a thread only a call can say in which one; elsewhere the address also works where the bot is no member.
    if (channel.thread === undefined && responseUrl?.take()) {
      try {
        await this.#respond(responseUrl.url, { text, ...(blocks.length === 0 ? {} : { blocks }) });
        return;
      } catch (error) {
        this.parts.logger.debug({ err: error, job }, "an answer could not be given by its address");
      }
    }
    const { id: channelId, thread } = channel;
    try {
      const post = () =>
        workspace.call(
          "chat.postEphemeral",
          (client, token) =>
            client.chat.postEphemeral({
              token,
              channel: channelId,
              user: to.user.id,
              text,
              ...(blocks.length === 0 ? {} : { blocks }),
              ...(thread === undefined ? {} : { thread_ts: thread }),
            }),
          { job },
        );
      await this.parts.messenger.whenReady(post);
    } catch (error) {
      // One of them may be in the place no more, or what is said cannot be shown there: the conversation between the two is as private.
      if (!(error instanceof ChatError && (error.kind === "forbidden" || error.kind === "gone"))) throw error;
      await this.parts.messenger.post(workspace, { ...withoutThread(channel), id: to.user.id }, message);
      this.parts.files.discard(workspace, ids, job);
    }
  }

  async #respond(url: string, body: object): Promise<void> {
    let response: Response;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ response_type: "ephemeral", replace_original: false, ...body }),
        redirect: "error",
        signal: AbortSignal.timeout(this.parts.callMs),
      });
      await response.body?.cancel();
    } catch (error) {
      throw toChatError(error);
    }
    if (!response.ok) throw new ChatError("unavailable", "slack.reply-refused", { status: response.status });
  }
}

function withoutThread({ thread: _thread, ...place }: ChannelRef): ChannelRef {
  return place;
}
