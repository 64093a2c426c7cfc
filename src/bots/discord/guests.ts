import {
  type APIInteraction,
  type APIMessage,
  ApplicationIntegrationType,
  InteractionContextType,
  Routes,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { ChannelRef, MessageRef } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { isPreview, type OutgoingMessage } from "../../port/messages.js";
import type { Calls } from "./calls.js";
import { channelOf } from "./channels.js";
import { compose } from "./compose.js";

/** Places, and the messages and jobs in them: of each so many. */
const REMEMBERED = 10_000;

/** In place of the id of a message that has probably been posted: no message has it. */
export const UNKNOWN_ID = "0";

/** An interaction, whose token leads to a place that the bot is not in. */
interface Way {
  readonly applicationId: string;
  readonly token: string;
  /** When the token ends, as `performance` counts: the machine's clock may be set meanwhile. */
  readonly until: number;
}

/**
 * Places that the bot itself is not in: groups and other servers, where people use it who have installed it for
 * themselves. Only the tokens of their interactions lead there, for 15 minutes and 5 messages; what comes later is
 * refused, and told to the person who asked.
 */
export class Guests {
  readonly #places = new LRUCache<string, true>({ max: REMEMBERED });
  readonly #ofMessages = new LRUCache<MessageRef["id"], Way>({ max: REMEMBERED });
  readonly #ofJobs = new LRUCache<string, Way>({ max: REMEMBERED });

  constructor(private readonly calls: Calls) {}

  /** Remembers whether the bot is in the place of an interaction. */
  note(interaction: APIInteraction, channel: string): void {
    if (isGuest(interaction)) this.#places.set(channel, true);
    else this.#places.delete(channel);
  }

  has(channel: ChannelRef): boolean {
    return this.#places.has(channelOf(channel));
  }

  /** Remembers the way to an answer that was given, and to others about the same job. */
  lead({ channel, id }: MessageRef, job: string | undefined, way: Way): void {
    if (!this.has(channel)) return;
    this.#ofMessages.set(id, way);
    if (job !== undefined) this.#ofJobs.set(job, way);
  }

  /** @throws ChatError "forbidden" where no token leads there any more */
  async post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    const way = message.passing || message.trace === undefined ? undefined : this.#ofJobs.get(message.trace);
    if (!way || performance.now() >= way.until) throw notHere();
    const route = Routes.webhook(way.applicationId, way.token);
    const about = { query: { wait: "true" }, auth: false, doing: "discord.doing.post", trace: message.trace } as const;
    const post = this.calls.run<APIMessage>({ method: "POST", route, ...compose(message), ...about });
    const posted = await post.catch((error: unknown) => {
      // Posted again it could stand there twice, and it cannot be looked for.
      if (error instanceof ChatError && error.kind === "timeout") return undefined;
      throw error;
    });
    if (posted) this.#ofMessages.set(posted.id, way);
    return { channel, id: posted?.id ?? UNKNOWN_ID };
  }

  /** @throws ChatError */
  async edit(message: MessageRef, content: OutgoingMessage): Promise<void> {
    const about = { ...compose(content), trace: content.trace, doing: "discord.doing.edit" } as const;
    const preview = isPreview(content) && { previewIn: channelOf(message.channel) };
    await this.calls.run({ method: "PATCH", route: this.#route(message), auth: false, ...about, ...preview });
  }

  /** @throws ChatError */
  async remove(message: MessageRef): Promise<void> {
    const about = { auth: false, doing: "discord.doing.delete" } as const;
    await this.calls.run({ method: "DELETE", route: this.#route(message), ...about });
  }

  /** @throws ChatError */
  async react(): Promise<void> {
    throw notHere();
  }

  #route({ id }: MessageRef): `/webhooks/${string}` {
    const way = this.#ofMessages.get(id);
    if (!way || performance.now() >= way.until) throw new ChatError("gone", "discord.gone");
    return Routes.webhookMessage(way.applicationId, way.token, id);
  }
}

/** What is missing where the bot is not a member. */
export function notHere(): ChatError {
  return new ChatError("forbidden", "discord.guest");
}

/** Whether only the person has installed the bot, not the server; for a group it cannot be installed. */
function isGuest({ context, authorizing_integration_owners: owners }: Partial<APIInteraction>): boolean {
  if (context === InteractionContextType.PrivateChannel) return true;
  const byPerson = owners?.[ApplicationIntegrationType.UserInstall] !== undefined;
  return byPerson && owners?.[ApplicationIntegrationType.GuildInstall] === undefined;
}
