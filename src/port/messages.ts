import type { MessageRef, User } from "../domain/model.js";

/** A picture as it came from, or goes to, a platform: encoded bytes. Hostile until `engine/images` has decoded it. */
export interface Picture {
  readonly bytes: Uint8Array;
  /** A file name with extension, for instance "dream-7.png". */
  readonly name: string;
  /** A media type such as "image/png". */
  readonly type: string;
  /** What the picture shows, for people who do not see it. */
  readonly description?: string | undefined;
  /** Hidden until a user asks to see it, where the platform can do that. */
  readonly spoiler?: boolean | undefined;
  /** Who must be named wherever it is shown, as a licence asks, for instance "Aitzol Berasategi, CC BY 4.0". */
  readonly credit?: string | undefined;
  /** Parts of it that stand for reactions, where the platform can make them buttons. */
  readonly tiles?: readonly PictureTile[] | undefined;
  /** Several pictures side by side. */
  readonly sheet?: true | undefined;
  /** To be held beside it, where the platform can do that; left out of films, sheets, and what began with noise. */
  readonly madeFrom?: PictureOrigin | undefined;
  /** Address of the file as it is, for those who see the message: told where the chat takes only a smaller form. */
  readonly whole?: string | undefined;
}

/** The picture that another one was made from. */
export interface PictureOrigin {
  /** SHA-256 of its file, in hex. */
  readonly sha: string;
  /** Where it is another job's result, a message that shows it. */
  readonly message?: MessageRef | undefined;
}

/** A part of a picture that, pressed, gives or takes back a reaction to its message. */
export interface PictureTile {
  readonly emoji: string;
  readonly label: string;
  /** Shares of the picture's width and height. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A picture that a platform knows of but that has not been downloaded yet. */
export interface PictureSource {
  readonly name: string;
  /** Bytes as declared by the platform, where it does. */
  readonly size?: number | undefined;
  /** The message it is attached to, if any. */
  readonly message?: MessageRef | undefined;
  /** Who posted it, where the platform says; left out when the bot itself did. */
  readonly author?: User | undefined;
  /** Credit in place of its author: the {@link Picture.credit} it was posted with, where the platform keeps that. */
  readonly credit?: string | undefined;
  /** Its author has hidden it; what is made of it is hidden as well. */
  readonly spoiler?: boolean | undefined;
  /** It stands beside what its message is about: a small preview of a linked page, a sticker, an emoji. */
  readonly aside?: boolean | undefined;
  /** Downloads it. Rejects with a {@link ChatError} on a time-out, a refusal, or more than `maxBytes`. */
  fetch(options: { readonly maxBytes: number; readonly signal: AbortSignal }): Promise<Picture>;
}

/** A file for one user to keep, such as what is stored about them. */
export interface OutgoingFile {
  /** With its extension. */
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/**
 * A button under a message. `id` comes back in {@link ActionEvent.action}, also after a restart; 100 characters at
 * most.
 */
export interface Button {
  readonly id: string;
  readonly label: string;
  readonly emoji?: string;
  readonly style?: "primary" | "secondary" | "danger";
  /** It does not stand in a row with the one before it, where there is room for another row. */
  readonly startsRow?: true;
}

/** Buttons in rows of at most so many; where those are more rows than a platform has, they fill one after the other. */
export function buttonRows(buttons: readonly Button[], most: { readonly inRow: number; readonly rows: number }) {
  const rows: Button[][] = [];
  for (const button of buttons) {
    const row = rows.at(-1);
    if (row && row.length < most.inRow && !button.startsRow) row.push(button);
    else rows.push([button]);
  }
  if (rows.length <= most.rows) return rows;
  const full = buttons.slice(0, most.inRow * most.rows);
  return Array.from({ length: Math.ceil(full.length / most.inRow) }, (_, row) =>
    full.slice(row * most.inRow, (row + 1) * most.inRow),
  );
}

/** How far a job is, for platforms that can draw it; the same is always said in `text` too. */
export interface Progress {
  /** 0..1. */
  readonly value: number;
  readonly label: string;
}

/** When a job is expected to start or to end, for platforms that can count the time down; `text` says the same. */
export interface Countdown {
  readonly to: "start" | "end";
  /** From when the message is posted or edited. */
  readonly seconds: number;
}

/** What is posted or edited. An edit replaces all of the message: text, pictures, buttons. */
export interface OutgoingMessage {
  /**
   * Markdown in the small common subset: `**bold**`, `*italic*`, `` `code` ``, links, line breaks, ``` blocks. Adapters
   * translate and escape.
   */
  readonly text: string;
  readonly pictures?: readonly Picture[];
  /** Keep the pictures that the message already shows (an edit of the text only). */
  readonly keepPictures?: boolean;
  readonly buttons?: readonly Button[];
  /** In private answers only, and only where the platform has {@link ChatCapabilities.privateFileBytes}. */
  readonly file?: OutgoingFile;
  readonly progress?: Progress;
  readonly countdown?: Countdown;
  /**
   * Of use only while a job runs or is about to: where a platform takes few messages, it may refuse it. As a reply it
   * is no answer yet. An edit's need not outlive this process: the next one makes its own.
   */
  readonly passing?: true;
  /** As a reply: nothing came of what was asked for. A platform may give the line back to be mended. */
  readonly refusal?: true;
  /** Users notified by this message. The text itself never notifies anyone else. */
  readonly mention?: readonly User[];
  /**
   * Names the message for ever, 25 characters at most, such as "7KQ4M9XA final". A {@link Chat.post} that is tried
   * again with the same key in the same channel or thread does not post a second message.
   */
  readonly key?: string;
  /** A process that was killed may have posted it: look for a message with this `key` first, and return that one. */
  readonly perhapsPosted?: boolean;
  /**
   * The job that this message belongs to, as logs call it: an adapter adds it as `job` to each line about the message.
   */
  readonly trace?: string;
}

/** Whether another edit will follow, so that this one may be dropped. */
export function isPreview({ progress }: OutgoingMessage): boolean {
  return progress !== undefined && progress.value < 1;
}
