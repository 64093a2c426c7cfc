/**
 * The port between Dreamloom and a chat platform: what any platform must be able to do, and what it reports.
 *
 * One adapter a platform implements {@link Chat} (`web/`, `discord/`, `slack/`). An adapter knows nothing of jobs, commands or
 * the engine: it turns the platform's events into {@link ChatEvents} and carries out posts and edits.
 * `test/bots/chat.contract.ts` holds every adapter to the promises written here.
 */

/** Where something is said: a channel, or a thread inside it. Plain data, so that it can be stored and used after a restart. */
export interface Place {
  /** The adapter's name: "web", "discord", "slack". */
  readonly platform: string;
  /** The community: a Discord guild, a Slack workspace, "local" in the web chat. */
  readonly community: string;
  readonly channel: string;
  /** Set when the place is a thread. */
  readonly thread?: string;
}

/** A posted message, addressable after a restart. */
export interface MessageRef {
  readonly place: Place;
  readonly id: string;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  /** May manage the channel (settings, other people's results). */
  readonly moderator: boolean;
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
}

/** A picture that a platform knows of but that has not been downloaded yet. */
export interface PictureSource {
  readonly name: string;
  /** Bytes as declared by the platform, where it does. */
  readonly size?: number;
  /** The message it hangs on, if any. */
  readonly message?: MessageRef;
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
  readonly progress?: Progress;
  /** People notified by this message. The text itself never notifies anyone else. */
  readonly mention?: readonly Person[];
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
  readonly person: Person;
  readonly place: Place;
  /** The message that this one answers, if it answers one. */
  readonly repliesTo?: MessageRef;
  /** Answers the person: "private" is seen by that person only. Usable for the first answer and later ones. */
  reply(message: OutgoingMessage, visibility: "public" | "private"): Promise<MessageRef | undefined>;
}

export interface ReactionEvent {
  readonly kind: "reaction";
  readonly emoji: string;
  readonly added: boolean;
  readonly message: MessageRef;
  readonly person: Person;
}

export interface ActionEvent {
  readonly kind: "action";
  /** The pressed {@link Button}'s id. */
  readonly action: string;
  readonly message: MessageRef;
  readonly person: Person;
  reply(message: OutgoingMessage, visibility: "public" | "private"): Promise<MessageRef | undefined>;
}

export type ChatEvent = CommandEvent | ReactionEvent | ActionEvent;

/** Completion asked for while a person types an option's value. */
export interface CompletionRequest {
  readonly command: string;
  readonly option: string;
  /** What has been typed of the value so far. */
  readonly typed: string;
  readonly person: Person;
  readonly place: Place;
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
}

export interface CommandSummary {
  readonly name: string;
  readonly help: string;
  readonly options: readonly CommandOptionSummary[];
  /** Whole lines, such as `/dream look:creatures strength:0.6`. */
  readonly examples: readonly string[];
}

/** What the rest of the program gives an adapter. Both calls are quick: work happens after they return. */
export interface ChatHandlers {
  readonly commands: readonly CommandSummary[];
  /** Never rejects; what goes wrong is told to the person. */
  event(event: ChatEvent): Promise<void>;
  complete(request: CompletionRequest): Promise<readonly Completion[]>;
}

/** What a platform allows; the caller stays inside it. */
export interface ChatLimits {
  /** Largest file in bytes. */
  readonly uploadBytes: number;
  /** Least time between two edits of one message, in milliseconds; the platform's budget for frames. */
  readonly editIntervalMs: number;
  /** Characters in a message. */
  readonly textLength: number;
}

/** A chat platform. Every method times out by itself and rejects with a {@link ChatError}. */
export interface Chat {
  readonly platform: string;
  readonly limits: ChatLimits;
  start(handlers: ChatHandlers): Promise<void>;
  /** Stops taking events, finishes calls under way, and lets go of sockets. */
  stop(): Promise<void>;
  post(place: Place, message: OutgoingMessage): Promise<MessageRef>;
  edit(message: MessageRef, content: OutgoingMessage): Promise<void>;
  remove(message: MessageRef): Promise<void>;
  react(message: MessageRef, emoji: string): Promise<void>;
  /** Opens a thread on a message, or returns the place itself where there already is one or none can be had. */
  openThread(message: MessageRef, title: string): Promise<Place>;
  /** The newest picture posted in a place, by anyone; undefined when there is none. */
  latestPicture(place: Place): Promise<PictureSource | undefined>;
  /** The pictures on one message. */
  picturesOf(message: MessageRef): Promise<readonly PictureSource[]>;
}

export type ChatErrorKind = "gone" | "forbidden" | "too-large" | "rate-limited" | "timeout" | "unavailable";

/** Why a platform did not do what was asked. `message` is a sentence a person can act on. */
export class ChatError extends Error {
  override readonly name = "ChatError";
  constructor(
    readonly kind: ChatErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
