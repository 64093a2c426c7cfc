import type { Member, MessageRef, PublicChoices, PublicQuery, PublicScope, User } from "../domain/model.js";
import type { Button, Picture } from "./messages.js";

/** One finished job, for a user's home page on platforms that have one. */
export interface Work {
  readonly job: string;
  /** In plain words, such as "Dream of creatures". */
  readonly title: string;
  /** The line that makes it again. */
  readonly line: string;
  /** What belongs to the line without being part of it: images to be sent with it, the recipe's version. */
  readonly lineNotes?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The message with the picture, as long as it is known. */
  readonly message?: MessageRef;
  /** A small preview; rejects when the picture is no longer kept. */
  thumbnail(side: number): Promise<Picture>;
}

/** What a link to a result as it is says: see `ChatHandlers.wholeResult`. */
export interface LinkedResult {
  readonly job: string;
  /** Seconds since the epoch. */
  readonly until: string;
  readonly proof: string;
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
  /** The thread in it, if it is one. */
  readonly thread?: string;
}

export interface GalleryQuery {
  readonly by: "favourites" | "date";
  /** One user's works, by the user's id. */
  readonly author?: string;
  /** Works whose title, line, kind or author has all of these words, or words that begin so. */
  readonly words?: readonly string[];
  /** Works of one command, such as "dream". */
  readonly command?: string;
  /** Works painted in a style, among others, and dreams of a look: by their names. */
  readonly style?: string;
  readonly look?: string;
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
  /** Its file is no picture: MP4. */
  readonly video?: true;
  /** Several variations side by side. */
  readonly sheet?: true;
  /** How many people have it among their favourites, and whether the viewer does. */
  readonly hearts: number;
  readonly loved: boolean;
  /** Hidden until a user asks to see it. */
  readonly spoiler: boolean;
  /** It has the pictures of what it came from, with other values; otherwise it was made from that one's result. */
  readonly variation: boolean;
}

/** A work's own file, which may be large. */
export interface WorkFile {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  /** Looks at the file. Rejects with a {@link ChatError} "gone" when it is not kept any more. */
  open(): Promise<OpenFile>;
}

/** It is read while it is sent: however slow a line is, the program does not hold it. */
export interface OpenFile {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `start` up to, without, `end`. Rejects when the file goes meanwhile. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
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
  /** See {@link Work.lineNotes}. */
  readonly lineNotes?: string;
  /** Every parameter, and what came of it, in the order in which people read them. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Who is named beside the author, in one line; empty where there are no credits. */
  readonly credits: string;
  /** The messages that show it, the one with the picture first. */
  readonly messages: readonly MessageRef[];
  /** Its author has taken it out of the gallery. */
  readonly hidden: boolean;
  /** Whether the viewer may take it out and put it back. */
  readonly mayHide: boolean;
  /** The {@link ActionEvent.action} that makes it again. */
  readonly again: string;
  /** What makes something new of it: the buttons below its message, but for those of the message itself. */
  readonly makes: readonly Button[];
  /**
   * What it was made from, nearest first, and what was made from it, oldest first, as far as the viewer may see them.
   */
  readonly origins: readonly GalleryWork[];
  /**
   * The SHA-256, in hex, of the file that the first of them began with, or this work where there are none: a photo.
   * Whether the viewer may see that is the adapter's to know.
   */
  readonly photo?: string;
  readonly remixes: readonly GalleryWork[];
}

/**
 * A community's finished works. Calls reject with a {@link ChatError}: "gone" for what is not there or not for the
 * viewer to see.
 */
export interface Gallery {
  page(query: GalleryQuery, viewer: GalleryViewer): Promise<GalleryPage>;
  /** Who has works there, those with the most first. */
  authors(viewer: GalleryViewer): Promise<readonly (User & { readonly works: number })[]>;
  work(job: string, viewer: GalleryViewer): Promise<GalleryDetail>;
  /** A still of at most `side` pixels; always the same bytes for the same job and side. */
  thumbnail(job: string, side: number, viewer: GalleryViewer): Promise<Picture>;
  /** The work itself: to be posted, and to be sent as it is read. */
  picture(job: string, viewer: GalleryViewer): Promise<Picture>;
  file(job: string, viewer: GalleryViewer): Promise<WorkFile>;
  /** Puts it among the viewer's favourites, or takes it out. Resolves with how many people have it there then. */
  favourite(job: string, on: boolean, viewer: GalleryViewer): Promise<number>;
  /** Takes a work out of the gallery, or puts it back. Rejects "forbidden" for all but its author and moderators. */
  hide(job: string, hidden: boolean, viewer: GalleryViewer): Promise<void>;
}

/** A work as people from outside see it: no ids of people, no line, nothing that it was made from. */
export interface PublicWork
  extends Pick<GalleryWork, "job" | "title" | "at" | "width" | "height" | "film" | "video" | "sheet"> {
  /** The author's name. */
  readonly author: string;
  /** See {@link GalleryDetail.credits}. */
  readonly credits: string;
}

export interface PublicPage {
  readonly works: readonly PublicWork[];
  /** See {@link GalleryPage.next}. */
  readonly next?: string;
}

/**
 * The part of a community's gallery that is for everybody: nothing that is hidden, veiled or not for the whole
 * community, and nothing of people who have opted out. Calls reject with a {@link ChatError} "gone" for all else.
 */
export interface PublicGallery {
  page(query: PublicQuery, scope: PublicScope): Promise<PublicPage>;
  /** What there is to choose by among the newest works. */
  choices(scope: PublicScope): Promise<PublicChoices>;
  work(job: string, scope: PublicScope): Promise<PublicWork>;
  /** See {@link Gallery.thumbnail} and {@link Gallery.file}. */
  thumbnail(job: string, side: number, scope: PublicScope): Promise<Picture>;
  file(job: string, scope: PublicScope): Promise<WorkFile>;
}
