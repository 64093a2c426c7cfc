/**
 * What travels between the web chat's server and its front end, as JSON. No Node or DOM types here: both compile this
 * file.
 *
 * People act over HTTP (`/api/...`); the server tells everybody what changed over one WebSocket (`/api/live`). State,
 * not events, is synchronised: every change of a message gets the next number of one persisted counter, its `rev`. A
 * client that reconnects says the highest `rev` it has seen and receives each message changed since, once, in its
 * present state. So nothing is lost or doubled, also when the server was restarted in between. Of threads, a page is
 * sent the messages of the one that it shows; the others it loads when they are opened.
 */

import type { User } from "../../domain/model.js";
import type { AdminJob, AdminMode, AdminOverview } from "../../port/admin.js";
import type { CommandOptionSummary, CommandSummary, Completion } from "../../port/commands.js";
import type { CompletionRequest } from "../../port/events.js";
import type { GalleryDetail, GalleryPage, GalleryWork } from "../../port/gallery.js";
import type { Button, Countdown, Picture, Progress } from "../../port/messages.js";
import type { BarredPerson, ModerationAct } from "../../port/moderation.js";

export interface WirePerson extends User {
  readonly bot: boolean;
}

export interface WireMe extends WirePerson {
  readonly moderator: boolean;
  /** Who they are comes from a proxy, their name too. */
  readonly signedIn?: true;
  /** Until then, in milliseconds since 1970, the person may only read. */
  readonly mutedUntil?: number;
}

export interface WireImage
  extends Pick<Picture, "name" | "type" | "spoiler" | "tiles" | "sheet">,
    Required<Pick<Picture, "description">> {
  /**
   * Address of the image, from the page's, for those to whom the message is shown. Content-addressed: another image has
   * another address.
   */
  readonly url: string;
  /** Address of a smaller or more widely readable copy to show in the chat; the same as `url` for small images. */
  readonly preview: string;
  readonly bytes: number;
  /** Pixels, after the image was turned upright. */
  readonly width: number;
  readonly height: number;
  /** What it was made from, as long as a message shows that to everybody, and not hidden. */
  readonly before?: WireImage;
}

export type WireButton = Button & Required<Pick<Button, "style">>;

export interface WireReaction {
  readonly emoji: string;
  /** In the order in which they reacted. */
  readonly people: readonly WirePerson[];
}

/** The message that another one answers, as much as a quote needs. */
export interface WireQuote {
  readonly id: string;
  readonly author: WirePerson;
  readonly text: string;
  readonly picture?: WireImage;
}

/** When something is expected, in milliseconds since 1970 by the server's clock. */
export interface WireCountdown extends Pick<Countdown, "to"> {
  readonly at: number;
}

/** What the parent message shows of its thread. */
export interface WireThread {
  readonly title: string;
  readonly replies: number;
  /** Milliseconds since 1970 of the last reply. */
  readonly lastAt?: number;
  readonly lastPicture?: WireImage;
  /** How far the newest reply with a progress bar is, 0..1. */
  readonly progress?: number;
  readonly countdown?: WireCountdown;
}

export interface WireMessage {
  /** A whole number as text; greater means later. */
  readonly id: string;
  readonly rev: number;
  readonly channel: string;
  /** The id of the message on which the thread hangs. */
  readonly thread?: string;
  readonly author: WirePerson;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Markdown in the port's small subset. */
  readonly text: string;
  readonly pictures: readonly WireImage[];
  readonly buttons: readonly WireButton[];
  readonly reactions: readonly WireReaction[];
  readonly mentions: readonly WirePerson[];
  readonly progress?: Progress;
  readonly countdown?: WireCountdown;
  readonly repliesTo?: WireQuote;
  readonly hasThread?: WireThread;
  /** Only the receiver sees it. */
  readonly private: boolean;
  /**
   * Chosen by the client that sent it, so that it knows its own message again and a repeated send makes no second one.
   */
  readonly nonce?: string;
  /** When its author last changed the text, in milliseconds since 1970. */
  readonly editedAt?: number;
}

/** What everybody is shown of a channel. */
export interface WireChannelState {
  /** Stays when the name changes. */
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  /** It can be read only. */
  readonly archived: boolean;
}

export interface WireChannel extends WireChannelState {
  /** The newest message's id, "0" for none. */
  readonly last: string;
  /** The newest message that this person has read, "0" for none. */
  readonly read: string;
  /** Unread messages, 99 at most, and those among them that mention this person. */
  readonly unread: number;
  readonly mentions: number;
}

/** What is new for a person in a thread that they take part in, such as a result of theirs. */
export interface WireNews {
  readonly channel: string;
  readonly thread: string;
  /** What the thread is called; empty for one without a name. */
  readonly title: string;
  /** 99 at most; 0 when all was read. */
  readonly unread: number;
  /** Those among them that mention this person: the results of their jobs do. */
  readonly mentions: number;
  /** The newest that is unread. */
  readonly newest?: Pick<WireMessage, "id" | "author" | "text"> & { readonly picture?: WireImage };
}

export type WireCommand = CommandSummary;
export type WireCommandOption = CommandOptionSummary;
export type WireCompletion = Completion;

/** A message that was found. */
export interface WireFound extends Pick<WireMessage, "id" | "channel" | "thread" | "author" | "at" | "private"> {
  /** The part of it with what was looked for. */
  readonly excerpt: string;
  readonly picture?: WireImage;
}

/** `GET /api/search`: each the newest or best first, and what the asker may see only. */
export interface WireSearch {
  readonly people: readonly WirePerson[];
  readonly messages: readonly WireFound[];
  readonly works: readonly WireWork[];
}

/** Body of `POST /api/complete`, which answers with `completions`. */
export interface WireCompletionRequest extends Pick<CompletionRequest, "command" | "option" | "typed"> {
  readonly channel: string;
  readonly thread?: string | undefined;
}

/** Body of `POST /api/check`: a whole command line as it stands. */
export interface WireCheckRequest {
  readonly line: string;
  readonly channel: string;
  readonly thread?: string | undefined;
}

/** What is wrong with the line, as the bot would answer it; left out where nothing is. */
export interface WireCheck {
  readonly problem?: string;
}

/** Query of `GET /api/preview`, which answers with a small picture of what an option's value would give. */
export interface WirePreviewRequest extends Pick<WireCompletionRequest, "command" | "option" | "channel" | "thread"> {
  readonly value: string;
}

/** A finished work in the gallery. */
export interface WireWork extends GalleryWork {
  /** Addresses, from the page's, of two stills, for a tile on a usual and on a fine screen, and of the work itself. */
  readonly thumb: string;
  readonly thumb2x: string;
  readonly full: string;
}

/** `GET /api/gallery` */
export interface WireGalleryPage extends Pick<GalleryPage, "next"> {
  readonly works: readonly WireWork[];
}

/** `GET /api/gallery/people` */
export interface WireGalleryPeople {
  readonly people: readonly (User & { readonly works: number })[];
}

/** `GET /api/gallery/works/:job` */
export interface WireWorkDetail
  extends WireWork,
    Pick<GalleryDetail, "line" | "lineNotes" | "facts" | "credits" | "hidden" | "mayHide"> {
  /** Where its thread is, as long as that is there. */
  readonly channel?: string;
  readonly thread?: string;
  /** Its page for everybody, from the chat's own; not there where it is not shown to everybody. */
  readonly publicPage?: string;
  /** The photo that it all began with, as long as a message shows it to everybody. */
  readonly photo?: WirePhoto;
  /** What makes something new of it. */
  readonly makes: readonly WireButton[];
  readonly origins: readonly WireWork[];
  readonly remixes: readonly WireWork[];
}

/** A photo in a message, which it leads to. */
export interface WirePhoto extends Pick<WireImage, "url" | "preview" | "width" | "height" | "spoiler"> {
  /** Its photographer, or who has posted it. */
  readonly by: string;
  readonly channel: string;
  readonly thread?: string;
  readonly message: string;
}

/**
 * `POST /api/gallery/works/:job/again`, with a `button` where something new is to be made of it: where the new job is
 * announced, or why there is none.
 */
export interface WireAgain {
  readonly channel?: string;
  readonly message?: string;
  readonly refusal?: string;
}

/** `GET /api/session` and the first frame of a socket. */
export interface WireSession {
  readonly me: WireMe;
  readonly bot: WirePerson;
  readonly channels: readonly WireChannel[];
  /** Of threads with something unread. */
  readonly news: readonly WireNews[];
  readonly commands: readonly WireCommand[];
  /** Whether there is a gallery. */
  readonly gallery: boolean;
  /** The newest rev that a power cut does not take back: what a client that starts fresh resumes from. */
  readonly rev: number;
  /** The server's clock, in milliseconds since 1970. */
  readonly now: number;
  /** Whether this chat has an admin page, for moderators. */
  readonly admin: boolean;
  /** Whether moderators can keep people and channels in order here. */
  readonly moderation: boolean;
  readonly limits: Readonly<Record<"uploadBytes" | "uploadPixels" | "picturesPerMessage" | "textLength", number>>;
}

/** `GET /api/channels/:channel/messages`: oldest first. */
export interface WirePage {
  readonly messages: readonly WireMessage[];
  readonly hasOlder: boolean;
  /** Whether there is more after it; asked for around or after a message. */
  readonly hasNewer: boolean;
  /** The thread's parent message, when a thread was asked for. */
  readonly root?: WireMessage;
}

/** A message that is gone. */
export type WireRemoved = Pick<WireMessage, "id" | "channel" | "thread" | "rev">;

/**
 * What a message shows for the moment in place of what it showed: its job's place in the line, how far that is. It has
 * no rev, and is sent again to those who come back.
 */
export type WirePassing = Pick<WireMessage, "id" | "channel" | "thread"> &
  Partial<Pick<WireMessage, "text" | "buttons" | "hasThread">> & {
    /** Null for none any more; what is left out stays as it is. */
    readonly progress?: Progress | null;
    readonly countdown?: WireCountdown | null;
  };

/**
 * With which codes the server closes a socket and says why: a page that is not let in does not come back by itself; for
 * one that was in, there may be room again in a moment, as its own socket of before counts until it is noticed.
 */
export const CLOSED = { forGood: 4001, full: 4002 } as const;

/** What the server sends over the socket: one frame, or several in an array. */
export type WireFrame =
  | { readonly kind: "session"; readonly session: WireSession }
  /** A message is new or changed: replace any older state of it. */
  | { readonly kind: "message"; readonly message: WireMessage }
  | ({ readonly kind: "removed" } & WireRemoved)
  | ({ readonly kind: "passing" } & WirePassing)
  /** One channel's new state; a new one comes last. */
  | { readonly kind: "channel"; readonly channel: WireChannel }
  | { readonly kind: "channel-state"; readonly channel: WireChannelState }
  | { readonly kind: "channel-gone"; readonly id: string }
  /** Something is new for this person in a thread, or was read. */
  | { readonly kind: "news"; readonly news: WireNews }
  /** The bot could make nothing of a line that this person has sent, and has told them why. */
  | ({ readonly kind: "refused" } & Pick<WireMessage, "channel" | "thread"> & { readonly nonce: string })
  /** Somebody has another name. */
  | { readonly kind: "person"; readonly person: WirePerson }
  | { readonly kind: "me"; readonly me: WireMe }
  /** The admin page's new state. */
  | { readonly kind: "admin"; readonly admin: WireAdmin }
  /** From now on the messages of this thread are sent as they change, and those of no other. */
  | { readonly kind: "following"; readonly thread: string | null }
  /** Everything up to this rev has been sent: the client is up to date. */
  | { readonly kind: "synced"; readonly rev: number }
  /** Too much changed meanwhile: forget the messages and load pages again. */
  | { readonly kind: "reset"; readonly rev: number };

/** `GET /api/admin`, and what the socket brings while the page is watched: moderators only. */
export type WireAdmin = AdminOverview;
export type WireAdminJob = AdminJob;
export type WireAdminMode = AdminMode;

/** Body of `POST /api/moderation/channels/:channel`, for moderators. */
export type WireChannelAct =
  | { readonly act: "rename-channel"; readonly name: string }
  | { readonly act: "archive-channel" | "open-channel" | "delete-channel" };

/** Body of `POST /api/moderation/people/:person`, for moderators, which answers with {@link WireModerated}. */
export type WirePersonAct =
  | { readonly act: "mute"; readonly minutes: number }
  /** With `address` everybody at the person's address is kept out for a day, but for moderators. */
  | { readonly act: "bar"; readonly address: boolean }
  | { readonly act: "rename"; readonly name: string }
  | {
      readonly act:
        | "unmute"
        | "unbar"
        | "sign-out"
        | "cancel-jobs"
        | "hide-works"
        | "show-works"
        | "make-moderator"
        | "unmake-moderator";
    };

/** `GET /api/moderation/people/:person`: what moderators are shown of a person. */
export interface WireModerated extends WireMe {
  readonly banned: boolean;
  /** Until when their address is kept out as well, in milliseconds since 1970. */
  readonly addressUntil?: number;
  /** Whether they have an address that may be kept out. */
  readonly bannable: boolean;
  /** What has come of an act, in a few words. */
  readonly outcome?: string;
}

/**
 * `GET /api/moderation`: who is banned or muted, whom the bot gives nothing, and what moderators did, the newest first.
 */
export interface WireModeration {
  readonly restricted: readonly WireModerated[];
  readonly barred: readonly BarredPerson[];
  readonly acts: readonly ModerationAct[];
}

/**
 * What a page says over the socket: that it wants to be told of the admin page's changes, or no longer, and which
 * thread it shows. Before it has said that, it is sent the messages of all.
 */
export interface WireWatch {
  readonly watch: "admin" | "nothing";
  readonly thread: string | null;
}

/** `GET /api/devices`: the browsers that are let in as this person, of those used last first. */
export interface WireDevices {
  readonly devices: readonly {
    readonly id: number;
    /** Such as "Firefox, Linux"; empty where it is not known. */
    readonly browser: string;
    /** Milliseconds since 1970, like the next one. */
    readonly created: number;
    readonly seen: number;
    /** The one that asks. */
    readonly current: boolean;
  }[];
}

/** `POST /api/devices/code`: lets another browser in as this person, once and for so many minutes. */
export interface WireJoinCode {
  readonly code: string;
  readonly minutes: number;
}

/** `POST /api/devices/join`: who the browser will be, or is when it was sure. */
export interface WireJoin {
  readonly name: string;
}

/** Body of every refused request. `error` is a sentence for the person. */
export interface WireError {
  readonly error: string;
  /** Which picture of a message it is about, from 0. */
  readonly picture?: number;
}
