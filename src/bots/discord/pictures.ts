import { type APIAttachment, type APIMessage, type CDN, MessageType, Routes } from "discord.js";
import { isResult, type MessageRef, type User } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import type { Picture, PictureSource } from "../../port/messages.js";
import { type ShownPicture, shownTogether } from "../../port/newest.js";
import { readAtMost } from "../../shared/read-at-most.js";
import type { Calls } from "./calls.js";
import { channelOf } from "./channels.js";
import { isEmpty, type Medium, mediaOf, ofFile } from "./media.js";
import { displayName } from "./users.js";

/**
 * Images in messages and in the options of commands. Their addresses are signed and expire; then those of a message are
 * asked for again.
 */
export class Pictures {
  /** @param self the bot's own id, whose images have other authors */
  constructor(
    private readonly calls: Calls,
    private readonly cdn: Pick<CDN, "emoji" | "sticker">,
    private readonly self: () => string | undefined,
  ) {}

  /** A file that a user gave with a command, whatever it is. */
  ofOption(attachment: APIAttachment, author: User): PictureSource {
    return this.#source(ofFile(attachment), author);
  }

  /** The images that a message shows, what it is about first. */
  ofMessage(message: APIMessage, ref: MessageRef): PictureSource[] {
    const author = this.#authorOf(message);
    return mediaOf(message, this.cdn).map((medium) => this.#source(medium, author, ref));
  }

  /** Those that came with a line to the bot: not the emoji in it, which are words. */
  ofLine(message: APIMessage, ref: MessageRef): PictureSource[] {
    const author = this.#authorOf(message);
    const main = mediaOf(message, this.cdn).filter(({ aside }) => !aside);
    return main.map((medium) => this.#source(medium, author, ref));
  }

  /** Those of a message that may be the newest of its channel, the last one first. */
  newestOf(message: APIMessage, ref: MessageRef): ShownPicture[] {
    // A thread begins with a copy of the message that it hangs on, which is in the channel.
    if (isStarter(message)) {
      const { thread: _thread, ...channel } = ref.channel;
      const { referenced_message: root } = message;
      return root ? this.newestOf(root, { channel, id: root.id }) : [];
    }
    return shownTogether(this.ofMessage(message, ref))
      .filter(({ aside, author, name }) => !aside && (author !== undefined || isResult({ name })))
      .reverse();
  }

  /** Whether it was emptied, because the bot may not read what others write. */
  isEmptied(message: APIMessage): boolean {
    if (isStarter(message)) return message.referenced_message ? this.isEmptied(message.referenced_message) : false;
    return isEmpty(message) && this.#authorOf(message) !== undefined;
  }

  /** Undefined for the bot's own. */
  #authorOf({ author: by }: Partial<APIMessage>): User | undefined {
    return !by || by.id === this.self() ? undefined : { id: by.id, name: displayName(by) };
  }

  /** @throws ChatError "gone" when the message is. */
  async message({ channel, id }: MessageRef): Promise<APIMessage> {
    const route = Routes.channelMessage(channelOf(channel), id);
    const about = { doing: "discord.doing.read", permission: "Read Message History" } as const;
    return this.calls.run<APIMessage>({ method: "GET", route, ms: 20_000, ...about });
  }

  #source(medium: Medium, author: User | undefined, ref?: MessageRef): PictureSource {
    const { name, type, size, spoiler, description, aside } = medium;
    return {
      name,
      size,
      author,
      message: ref,
      spoiler,
      aside,
      fetch: async (limits) => {
        const picture = await this.#fetchFresh(medium, ref, { name, type, ...limits });
        return { ...picture, spoiler, description };
      },
    };
  }

  async #fetchFresh({ id, url }: Medium, ref: MessageRef | undefined, about: Wanted): Promise<Picture> {
    if (!hasExpired(url)) {
      const picture = await download(url, about);
      if (picture) return picture;
    }
    const fresh = ref && mediaOf(await this.message(ref), this.cdn).find((medium) => medium.id === id);
    const picture = fresh && (await download(fresh.url, about));
    if (!picture) throw new ChatError("gone", "discord.image-gone", { name: about.name });
    return picture;
  }
}

/** Whether it stands at the beginning of a thread for the message that the thread hangs on. */
function isStarter({ type }: Partial<APIMessage>): boolean {
  return type === MessageType.ThreadStarterMessage;
}

/** Signed addresses say when they end, in seconds since the epoch, in hex. */
function hasExpired(url: string): boolean {
  const end = URL.canParse(url) ? new URL(url).searchParams.get("ex") : null;
  return end !== null && /^[0-9a-f]+$/i.test(end) && Number.parseInt(end, 16) * 1000 <= Date.now();
}

interface Wanted {
  readonly name: string;
  readonly type: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The file behind an address; undefined when it is not there, or no longer. */
export async function download(url: string, { name, type, maxBytes, signal }: Wanted): Promise<Picture | undefined> {
  try {
    const response = await fetch(url, { signal, redirect: "error" });
    const { status, ok, body } = response;
    if (!ok || !body) {
      await body?.cancel();
      if ([403, 404, 410].includes(status)) return undefined;
      throw new ChatError("unavailable", "discord.image-refused", { name, status });
    }
    const bytes = await readAtMost(body, maxBytes);
    if (bytes) return { bytes, name, type };
    throw new ChatError("too-large", "chat.image-too-large", { name, megabytes: (maxBytes / 1024 / 1024).toFixed(0) });
  } catch (cause) {
    if (cause instanceof ChatError) throw cause;
    if (signal.aborted) throw new ChatError("timeout", "discord.image-timeout", { name }, { cause });
    throw new ChatError("unavailable", "discord.image-unreachable", { name }, { cause });
  }
}
