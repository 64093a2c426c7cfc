/**
 * The port between Dreamloom and a chat platform: what any platform must be able to do, and what it reports.
 *
 * One adapter a platform implements {@link Chat} (`web/`, `discord/`, `slack/`). An adapter knows nothing of jobs,
 * commands or the engine: it turns the platform's events into {@link ChatEvents} and carries out posts and edits.
 * `test/port/chat.contract.ts` holds every adapter to the promises written here.
 */
import type { ChannelRef, Member, Mentioned, MessageRef, User } from "../domain/model.js";
import type { ChatAdmin } from "./admin.js";
import type { ChannelInfo, ChatCapabilities } from "./capabilities.js";
import type { CommandSummary, Completion, FormStart, MessageShortcut, PersonShortcut } from "./commands.js";
import type {
  ChatEvent,
  CheckRequest,
  CompletionRequest,
  FoundReactions,
  PreviewRequest,
  UnsignedReaction,
} from "./events.js";
import type { Gallery, LinkedResult, PublicGallery, Work, WorkFile, WorksRequest } from "./gallery.js";
import type { OutgoingMessage, Picture, PictureSource } from "./messages.js";
import type { ChatModeration } from "./moderation.js";
import type { NewestPicture } from "./newest.js";

/** What the rest of the program gives an adapter. */
export interface ChatHandlers {
  readonly commands: readonly CommandSummary[];
  readonly shortcuts: readonly MessageShortcut[];
  /** For platforms that have menus of people. */
  readonly personShortcuts?: readonly PersonShortcut[];
  /**
   * Resolves when the event is dealt with: what was asked for is on disk, or the user is answered. That may take long;
   * the next event need not wait for it. Never rejects; errors are reported to the user.
   */
  event(event: ChatEvent): Promise<void>;
  /** Whether there is a job of this id: one that came of an earlier process's {@link Receipt}. */
  accepted(job: string): Promise<boolean>;
  /**
   * Whether a reaction can mean something, and whether the thread matters that its message is in: about the others an
   * adapter need ask the platform nothing. Undefined when it means nothing.
   */
  wants?(reaction: UnsignedReaction): Promise<{ readonly thread: boolean } | undefined>;
  /**
   * Whether a command would be refused there whatever it says, as the person is barred or the channel is switched off:
   * for it an adapter need ask the platform nothing, nor open a form.
   */
  refuses?(command: {
    readonly name: string;
    readonly user: Pick<Member, "id" | "roles">;
    readonly channel: ChannelRef;
  }): boolean;
  /** For platforms with forms: reads the options of a line or a form; undefined where the command refuses them. */
  formOf?(command: string, given: string | Readonly<Record<string, string>>): FormStart | undefined;
  complete(request: CompletionRequest): Promise<readonly Completion[]>;
  /** For platforms that can say so while a user types: what the bot would answer a line that it cannot read. */
  check?(request: CheckRequest): Promise<string | undefined>;
  /** For platforms that can show one beside a choice: a small picture; undefined where there is none. */
  preview?(request: PreviewRequest): Promise<Picture | undefined>;
  /** A user's finished works in a community, newest first. */
  works(request: WorksRequest): Promise<readonly Work[]>;
  /** A rate limit makes the adapter wait for this many milliseconds before its next call. */
  slowedDown?(milliseconds: number): void;
  /**
   * The platform can be reached again, after its line was cut or calls to it failed: what could not be said meanwhile
   * can be now.
   */
  recovered?(): void;
  /** Only for the operators' chat; each call checks that the user is a moderator. */
  readonly admin?: ChatAdmin;
  /** For platforms that can show it as a page; left out where none is kept. */
  readonly gallery?: Gallery;
  /** What of it adapters may show to everybody, where their operator wants that. */
  readonly publicGallery?: PublicGallery;
  /**
   * The result that a signed link opens, for anybody who has it; not there where results have no links.
   * @throws ChatError "gone" for a link that was not made here or is over, and for a work that is gone or hidden
   */
  wholeResult?(link: LinkedResult): Promise<WorkFile>;
  /** For platforms whose moderators act beside the chat as well, as on a page. */
  readonly moderation?: ChatModeration;
}

/** Where an adapter keeps small values between two runs. */
export interface KeyValueStore {
  /** Undefined when nothing is kept under this key. */
  get(key: string): unknown;
  /** @param value anything that JSON can say, but for null */
  set(key: string, value: NonNullable<unknown>): void;
  delete(key: string): void;
  /** All that is kept under keys that begin so, the oldest first. */
  list(prefix: string): readonly (readonly [key: string, value: unknown])[];
}

/** Whether a chat is connected. */
export interface ChatHealth {
  readonly connected: boolean;
  /** For operators, in a few words, such as "shard 0 has been reconnecting since 12:03"; no secrets. */
  readonly detail?: string;
  /** Each of its connections, on platforms that spread their communities over several. */
  readonly shards?: readonly { readonly id: number; readonly connected: boolean }[];
}

/** A chat platform. Every method times out by itself and rejects with a {@link ChatError}. */
export interface Chat {
  readonly platform: string;
  readonly capabilities: ChatCapabilities;
  /**
   * What the address counts as that a person was at last, for bounds that all at one address share: not the address
   * itself, and the same after a restart. Undefined where it is not known, or the person is to be bounded alone.
   */
  addressOf?(user: Pick<User, "id">): string | undefined;
  start(handlers: ChatHandlers): Promise<void>;
  /** Stops taking events, finishes calls under way, and closes connections. */
  stop(): Promise<void>;
  post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef>;
  /**
   * Says something to one person alone: in a direct message, or, where there are none, in the channel that it is about,
   * so that only that person sees it there. Rejects with "forbidden" where the person takes none.
   */
  tell(user: Pick<User, "id">, about: ChannelRef, message: OutgoingMessage): Promise<MessageRef>;
  edit(message: MessageRef, content: OutgoingMessage): Promise<void>;
  remove(message: MessageRef): Promise<void>;
  /** Rejects with "unknown-emoji" for one that the platform does not have: another may be taken. */
  react(message: MessageRef, emoji: string): Promise<void>;
  /** Which of these emoji people have put on a message, as far back as a platform tells; no bot's, and not its own. */
  reactions(message: MessageRef, emoji: readonly string[]): Promise<FoundReactions>;
  /** Opens a thread on a message, or returns the channel itself where it is a thread, or none can be opened. */
  openThread(message: MessageRef, title: string): Promise<ChannelRef>;
  /**
   * The newest picture of a channel, or of a thread with the message that it hangs on; `newest.ts` says which count.
   * Undefined when there is none. Rejects with "forbidden" where a message may hold a newer one that may not be read.
   */
  latestPicture(channel: ChannelRef): Promise<NewestPicture | undefined>;
  /**
   * All that a message shows, by any author, best first: files, what its blocks and forwarded parts hold, previews of
   * its links, stickers, custom emoji.
   */
  picturesOf(message: MessageRef): Promise<readonly PictureSource[]>;
  /**
   * The pictures on the message that a link of this platform names; undefined for other links. A platform without it
   * has no such links. @throws ChatError "forbidden" for messages that the reader may not see
   */
  picturesBehind?(
    link: URL,
    reader: { readonly user: Pick<User, "id">; readonly channel: ChannelRef },
  ): Promise<readonly PictureSource[] | undefined>;
  /**
   * The picture of what is written so, as the platform writes it in text: a person's avatar for a mention, a custom
   * emoji's image for `:name:`. Undefined for anything else, and for an emoji that the community does not have. A
   * platform without it has neither. @throws ChatError "gone" for a person without a picture of their own
   */
  pictureOf?(written: string, channel: ChannelRef): Promise<PictureSource | undefined>;
  /**
   * Whom a mention names, as the platform writes it in text: `<@17>`, `<@&18>`, `@Ann`. Undefined for anything else.
   * Rejects with "forbidden" for what the platform can mention, but not tell of.
   */
  findMentioned(mention: string, channel: ChannelRef): Promise<Mentioned | undefined>;
  describe(channel: ChannelRef): Promise<ChannelInfo>;
  /** The address of a message; undefined where it has none. */
  link(message: MessageRef): Promise<string | undefined>;
  /** A platform without it counts as connected from its start to its stop. Answers at once. */
  health?(): ChatHealth;
}
