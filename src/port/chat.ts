/**
 * The port between Dreamloom and a chat platform: what any platform must be able to do, and what it reports.
 *
 * One adapter a platform implements {@link Chat} (`web/`, `discord/`, `slack/`). An adapter knows nothing of jobs, commands or
 * the engine: it turns the platform's events into {@link ChatEvents} and carries out posts and edits.
 * `test/port/chat.contract.ts` holds every adapter to the promises written here.
 */
import type { ChannelRef } from "../domain/channel.js";
import type { MessageRef } from "../domain/message.js";
import type { Member, User } from "../domain/user.js";
import { type Said, type SaidWith, SentenceError } from "../shared/sentences/sentence-error.js";
import type { ChatAdmin } from "./admin.js";

/** What a caller needs to know of a place besides its ids. */
export interface ChannelInfo {
  /** As people call it, for instance "#art"; "a direct message" where it has no name. */
  readonly name: string;
  /** Not everybody in the community can read it (a private channel, a direct message): what is made here is shown here only. */
  readonly closed: boolean;
  /** Marked by the platform as for adults: what is made here is shown here only, too. */
  readonly restricted: boolean;
  /** Largest file in bytes that may be posted here; {@link ChatLimits.uploadBytes} where the platform does not differ between places. */
  readonly uploadBytes: number;
}

/** A picture as it came from, or goes to, a platform: encoded bytes. Hostile until `engine/images` has decoded it. */
export interface Picture {
  readonly bytes: Uint8Array;
  /** A file name with extension, for instance "dream-7.png". */
  readonly name: string;
  /** A media type such as "image/png". */
  readonly type: string;
  /** What the picture shows, for people who do not see it. */
  readonly description?: string;
  /** Hidden until somebody asks to see it, where the platform can do that. */
  readonly spoiler?: boolean;
  /** Who must be named wherever it is shown, as a licence asks, for instance "Aitzol Berasategi, CC BY 4.0". */
  readonly credit?: string;
}

/** A file for one person to keep, such as what is stored about them. */
export interface OutgoingFile {
  /** With its extension. */
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** A picture that a platform knows of but that has not been downloaded yet. */
export interface PictureSource {
  readonly name: string;
  /** Bytes as declared by the platform, where it does. */
  readonly size?: number;
  /** The message it hangs on, if any. */
  readonly message?: MessageRef;
  /** Who posted it, where the platform tells; not there when the bot itself did. */
  readonly author?: User;
  /** Whom to name for it in place of its author: the {@link Picture.credit} that the bot posted it with, where the platform keeps that. */
  readonly credit?: string;
  /** Its author has hidden it; what is made of it is hidden as well. */
  readonly spoiler?: boolean;
  /** Downloads it. Rejects with a {@link ChatError} on a time-out, a refusal, or more than `maxBytes`. */
  fetch(options: { readonly maxBytes: number; readonly signal: AbortSignal }): Promise<Picture>;
}

/** A button under a message. `id` comes back in {@link ActionEvent.action}, also after a restart; 100 characters at most. */
export interface Button {
  readonly id: string;
  readonly label: string;
  readonly emoji?: string;
  readonly style?: "primary" | "secondary" | "danger";
}

/** How far a job is, for platforms that can draw it; the same is always said in `text` too. */
export interface Progress {
  /** 0..1. */
  readonly value: number;
  readonly label: string;
}

/** What is posted or edited. An edit replaces all of the message: text, pictures, buttons. */
export interface OutgoingMessage {
  /** Markdown in the small common subset: `**bold**`, `*italic*`, `` `code` ``, links, line breaks, ``` blocks. Adapters translate and escape. */
  readonly text: string;
  readonly pictures?: readonly Picture[];
  /** Keep the pictures that the message already shows (an edit of the text only). */
  readonly keepPictures?: boolean;
  readonly buttons?: readonly Button[];
  /** In private answers alone, and only where the platform has {@link ChatLimits.privateFileBytes}. */
  readonly file?: OutgoingFile;
  readonly progress?: Progress;
  /** People notified by this message. The text itself never notifies anyone else. */
  readonly mention?: readonly User[];
  /**
   * Names the message for ever, 25 characters at most, such as "7KQ4M9XA final". A {@link Chat.post} that is tried again with the same key
   * in the same place does not post a second message.
   */
  readonly key?: string;
  /** A program that was killed since may have posted it already: look for a message with this `key` first, and return that one. */
  readonly perhapsPosted?: boolean;
  /** What the log calls the work that this message belongs to. An adapter names it as `job` in every line that it logs about the message. */
  readonly trace?: string;
}

/** What a person typed after a slash, or wrote to the bot as text: not parsed yet where the platform has no structured options. */
export interface CommandEvent {
  readonly kind: "command";
  readonly name: string;
  /** Structured options where the platform has them: values as text. */
  readonly options?: Readonly<Record<string, string>>;
  /** The rest of the line as typed, for platforms with plain text commands. */
  readonly text?: string;
  readonly attachments: readonly PictureSource[];
  readonly user: Member;
  readonly channel: ChannelRef;
  /** The message that this one answers, if it answers one. */
  readonly repliesTo?: MessageRef;
  /** Answers the person: "private" is seen by that person only. Usable for the first answer and later ones. */
  reply(message: OutgoingMessage, visibility: "public" | "private"): Promise<MessageRef | undefined>;
}

/** Of people only: an adapter passes over its own reactions and those of other bots. */
export interface ReactionEvent {
  readonly kind: "reaction";
  /** The Unicode emoji; of a platform's own ones their name, such as ":partyparrot:". */
  readonly emoji: string;
  readonly added: boolean;
  readonly message: MessageRef;
  readonly user: Member;
}

export interface ActionEvent {
  readonly kind: "action";
  /** The pressed {@link Button}'s id. */
  readonly action: string;
  readonly message: MessageRef;
  readonly user: Member;
  reply(message: OutgoingMessage, visibility: "public" | "private"): Promise<MessageRef | undefined>;
}

export type ChatEvent = CommandEvent | ReactionEvent | ActionEvent;

/** Completion asked for while a person types an option's value. */
export interface CompletionRequest {
  readonly command: string;
  readonly option: string;
  /** What has been typed of the value so far. */
  readonly typed: string;
  readonly user: Member;
  readonly channel: ChannelRef;
}

/** One choice of a completion list. */
export interface Completion {
  readonly value: string;
  readonly label: string;
}

/** One option of a command, as a platform needs to know it: for slash menus, completion and help. */
export interface CommandOptionSummary {
  readonly name: string;
  readonly help: string;
  readonly type: "text" | "number" | "integer" | "flag" | "picture";
  readonly required: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly Completion[];
  /** Values are completed by asking {@link ChatHandlers.complete}. */
  readonly completes?: boolean;
  readonly default?: string;
  /** Of a picture option: what a second picture is for, where the command takes one. It comes second in {@link CommandEvent.attachments}. */
  readonly second?: string;
}

export interface CommandSummary {
  readonly name: string;
  readonly help: string;
  readonly options: readonly CommandOptionSummary[];
  /** Whole lines, such as `/dream look:creatures strength:0.6`. */
  readonly examples: readonly string[];
}

/**
 * A command given by pointing at a message ("Apps > Dream this"), for platforms that have such menus. The adapter reports it as a
 * {@link CommandEvent} with `options`, the message as `repliesTo` and its pictures as `attachments`.
 */
export interface MessageShortcut {
  /** Lower-case words joined by "_", such as "dream_this". */
  readonly id: string;
  /** What the menu says, 24 characters at most, such as "Dream this". */
  readonly title: string;
  readonly command: string;
  readonly options: Readonly<Record<string, string>>;
  /** Names of options that the person is asked for first, in a form. */
  readonly ask: readonly string[];
}

/** One finished job, for a person's home page on platforms that have one. */
export interface Work {
  readonly job: string;
  /** In plain words, such as "Dream of creatures". */
  readonly title: string;
  /** The line that makes it again. */
  readonly line: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The message with the picture, as long as it is known. */
  readonly message?: MessageRef;
  /** A small preview; rejects when the picture is no longer kept. */
  thumbnail(side: number): Promise<Picture>;
}

export interface WorksRequest {
  readonly user: Pick<User, "id">;
  readonly platform: string;
  readonly community: string;
  readonly limit: number;
}

/** Who looks at a community's gallery. */
export interface GalleryViewer {
  readonly user: Member;
  readonly platform: string;
  readonly community: string;
  /** Where from: what was made where not everybody reads is shown there only. */
  readonly channel?: string;
}

export interface GalleryQuery {
  readonly by: "favourites" | "date";
  /** One person's works, by the person's id. */
  readonly author?: string;
  /** Works of one command, such as "dream". */
  readonly command?: string;
  readonly limit: number;
  /** A page's `next`, to read on after it. */
  readonly after?: string;
}

/** A finished work as a gallery shows it. */
export interface GalleryWork {
  readonly job: string;
  /** In plain words, such as "Dream of creatures". */
  readonly title: string;
  /** The command that makes it, such as "dream". */
  readonly command: string;
  readonly author: User;
  /** When it was finished, in milliseconds since the epoch. */
  readonly at: number;
  /** Pixels; 0 where they are not known. */
  readonly width: number;
  readonly height: number;
  /** It moves. */
  readonly film: boolean;
  /** How many people love it, and whether the viewer does. */
  readonly hearts: number;
  readonly loved: boolean;
  /** Hidden until somebody asks to see it. */
  readonly spoiler: boolean;
  /** It has the pictures of what it came from, with other values; otherwise it was made from that one's result. */
  readonly variation: boolean;
}

export interface GalleryPage {
  readonly works: readonly GalleryWork[];
  /** Where the next page begins; not there on the last one. */
  readonly next?: string;
}

/** All that is known of one work. */
export interface GalleryDetail extends GalleryWork {
  /** The line that makes it again. */
  readonly line: string;
  /** Every parameter, and what came of it, in the order in which people read them. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Who is named beside the author, in one line; empty when that is nobody. */
  readonly credits: string;
  /** The messages that show it, the one with the picture first. */
  readonly messages: readonly MessageRef[];
  /** Its author has taken it out of the gallery. */
  readonly hidden: boolean;
  /** Whether the viewer may take it out and put it back. */
  readonly mayHide: boolean;
  /** The {@link ActionEvent.action} that makes it again. */
  readonly again: string;
  /** What it was made from, nearest first, and what was made from it, oldest first, as far as the viewer may see them. */
  readonly origins: readonly GalleryWork[];
  readonly remixes: readonly GalleryWork[];
}

/** A community's finished works. Calls reject with a {@link ChatError}: "gone" for what is not there or not for the viewer to see. */
export interface Gallery {
  page(query: GalleryQuery, viewer: GalleryViewer): Promise<GalleryPage>;
  /** Who has works there, those with the most first. */
  authors(viewer: GalleryViewer): Promise<readonly (User & { readonly works: number })[]>;
  work(job: string, viewer: GalleryViewer): Promise<GalleryDetail>;
  /** A still of at most `side` pixels; always the same bytes for the same job and side. */
  thumbnail(job: string, side: number, viewer: GalleryViewer): Promise<Picture>;
  /** The work itself. */
  picture(job: string, viewer: GalleryViewer): Promise<Picture>;
  /** Puts it among the viewer's favourites, or takes it out. Resolves with how many people love it then. */
  favourite(job: string, on: boolean, viewer: GalleryViewer): Promise<number>;
  /** Takes a work out of the gallery, or puts it back. Rejects "forbidden" for all but its author and moderators. */
  hide(job: string, hidden: boolean, viewer: GalleryViewer): Promise<void>;
}

/** What the rest of the program gives an adapter. All calls are quick: work happens after they return. */
export interface ChatHandlers {
  readonly commands: readonly CommandSummary[];
  readonly shortcuts: readonly MessageShortcut[];
  /** Never rejects; what goes wrong is told to the person. */
  event(event: ChatEvent): Promise<void>;
  complete(request: CompletionRequest): Promise<readonly Completion[]>;
  /** A person's finished works in a community, newest first. */
  works(request: WorksRequest): Promise<readonly Work[]>;
  /** The platform has asked the adapter to slow down, which waits for this many milliseconds before its next call. */
  slowedDown?(milliseconds: number): void;
  /** Only for the chat of those who run the program; each call checks that the person is a moderator. */
  readonly admin?: ChatAdmin;
  /** For platforms that can show it as a page; not there where none is kept. */
  readonly gallery?: Gallery;
}

/** What a platform allows; the caller stays inside it. */
export interface ChatLimits {
  /** Largest file in bytes. */
  readonly uploadBytes: number;
  /** Largest {@link OutgoingMessage.file} in bytes; left out where a platform can hand no file to one person alone. */
  readonly privateFileBytes?: number;
  /** Least time between two edits of one message, in milliseconds; the platform's budget for frames. */
  readonly editIntervalMs: number;
  /** Characters in a message. */
  readonly textLength: number;
}

/** Whether a chat hears and can be heard just now. */
export interface ChatHealth {
  readonly connected: boolean;
  /** For operators, in a few words, such as "shard 0 reconnects since 12:03"; no secrets. */
  readonly detail?: string;
}

/** A chat platform. Every method times out by itself and rejects with a {@link ChatError}. */
export interface Chat {
  readonly platform: string;
  readonly limits: ChatLimits;
  start(handlers: ChatHandlers): Promise<void>;
  /** Stops taking events, finishes calls under way, and lets go of sockets. */
  stop(): Promise<void>;
  post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef>;
  edit(message: MessageRef, content: OutgoingMessage): Promise<void>;
  remove(message: MessageRef): Promise<void>;
  react(message: MessageRef, emoji: string): Promise<void>;
  /** Opens a thread on a message, or returns the place itself where there already is one or none can be had. */
  openThread(message: MessageRef, title: string): Promise<ChannelRef>;
  /** The newest picture posted in a place, by anyone; undefined when there is none. */
  latestPicture(channel: ChannelRef): Promise<PictureSource | undefined>;
  /** The pictures on one message, anybody's. */
  picturesOf(message: MessageRef): Promise<readonly PictureSource[]>;
  describe(channel: ChannelRef): Promise<ChannelInfo>;
  /** An address that leads people to a message; undefined where there is none. */
  link(message: MessageRef): Promise<string | undefined>;
  /** A platform without it counts as connected from its start to its stop. Answers at once. */
  health?(): ChatHealth;
}

export type ChatErrorKind = "gone" | "forbidden" | "too-large" | "rate-limited" | "timeout" | "unavailable";

/** Why a platform did not do what was asked. `message` is a sentence a person can act on. */
export class ChatError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "ChatError";
  constructor(
    readonly kind: ChatErrorKind,
    said: S,
    ...rest: SaidWith<S>
  ) {
    super(said, ...rest);
  }
}
