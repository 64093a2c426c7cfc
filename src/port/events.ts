import type { ChannelRef, Member, MessageRef } from "../domain/model.js";
import type { OutgoingMessage, PictureSource } from "./messages.js";
import type { NewestPicture } from "./newest.js";

/** What an adapter has on disk of an event that it has acknowledged, or is about to. */
export interface Receipt {
  /** The id of the job that comes of the event, if one does: by it is known after a kill whether there is that job. */
  readonly job: string;
  /** The event is dealt with: what was asked for is on disk, or the user is answered. May be called again. */
  settle(): void;
}

/** A typed command, after a slash or as a message to the bot; not parsed yet where the platform has no options. */
export interface CommandEvent {
  readonly kind: "command";
  readonly name: string;
  /** Structured options where the platform has them: values as text. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** The rest of the line as typed, for platforms with plain text commands. */
  readonly text?: string;
  readonly attachments: readonly PictureSource[];
  /** All that {@link repliesTo} shows, best first, where the adapter knows it already. */
  readonly pointedAt?: readonly PictureSource[] | undefined;
  /** The newest picture of the channel, where the adapter has looked for it already. */
  readonly latestPicture?: NewestPicture | "none" | undefined;
  readonly user: Member;
  readonly channel: ChannelRef;
  /** The message that this one answers, if it answers one. */
  readonly repliesTo?: MessageRef | undefined;
  readonly receipt?: Receipt | undefined;
  /** Answers the user: "private" is seen by that user only. For the first answer and later ones. */
  reply(message: OutgoingMessage, visibility: "public" | "private"): Promise<MessageRef | undefined>;
}

/** Of users only: an adapter ignores its own reactions and those of other bots. */
export interface ReactionEvent {
  readonly kind: "reaction";
  /** The Unicode emoji; of a platform's own ones their name, such as ":partyparrot:". */
  readonly emoji: string;
  readonly added: boolean;
  readonly message: MessageRef;
  readonly user: Member;
  readonly receipt?: Receipt | undefined;
}

/** A reaction before the platform was asked for the name of the one who gave it, and for what they may do. */
export interface UnsignedReaction extends Pick<ReactionEvent, "emoji" | "added" | "message"> {
  readonly user?: Pick<Member, "id" | "roles">;
}

/** A moderator has taken back everybody's reactions on a message: all, or those of one emoji. */
export interface ReactionsClearedEvent {
  readonly kind: "reactions-cleared";
  /** As in {@link ReactionEvent}. */
  readonly emoji?: string | undefined;
  readonly message: MessageRef;
}

/** A reaction that is on a message. */
export interface Reaction {
  /** As in {@link ReactionEvent}. */
  readonly emoji: string;
  /** With roles where the platform says them along. */
  readonly user: Pick<Member, "id" | "roles">;
}

/** The reactions on a message, as far as they were read. */
export interface FoundReactions {
  readonly given: readonly Reaction[];
  /** Emoji that more people have given than were read. */
  readonly unfinished: readonly string[];
}

export interface ActionEvent {
  readonly kind: "action";
  /** The pressed {@link Button}'s id. */
  readonly action: string;
  readonly message: MessageRef;
  readonly user: Member;
  /** Why the bot could post nothing there, as a sentence: what starts a job is refused with it. */
  readonly obstacle?: string | undefined;
  readonly receipt?: Receipt | undefined;
  reply(message: OutgoingMessage, visibility: "public" | "private"): Promise<MessageRef | undefined>;
}

export type ChatEvent = CommandEvent | ReactionEvent | ReactionsClearedEvent | ActionEvent;

/** A command line as it stands while a user types it. */
export interface CheckRequest extends Pick<CompletionRequest, "user" | "channel"> {
  readonly name: string;
  /** The rest of the line. */
  readonly text: string;
}

/** A picture asked for of what an option's value would give. */
export interface PreviewRequest extends Pick<CompletionRequest, "command" | "option" | "user" | "channel"> {
  readonly value: string;
}

/** Completion asked for while a user types an option's value. */
export interface CompletionRequest {
  readonly command: string;
  readonly option: string;
  /** What has been typed of the value so far. */
  readonly typed: string;
  readonly user: Member;
  readonly channel: ChannelRef;
}
