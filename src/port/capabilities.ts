/** A square picture that a platform shows of people or communities, as it takes it. */
export interface SquarePicture {
  readonly use: "emoji" | "sticker" | "avatar";
  /** In pixels, exactly. */
  readonly side: number;
  /** Largest file, a PNG or a GIF. */
  readonly bytes: number;
  /** It may be a GIF that moves, of at most so many frames and seconds; left out where only stills are taken. */
  readonly moving?: { readonly frames?: number; readonly seconds?: number };
}

/** What a platform can do and takes; the caller stays inside it. */
export interface ChatCapabilities {
  /** Largest file in bytes. */
  readonly uploadBytes: number;
  /** Largest {@link OutgoingMessage.file} in bytes; left out where a platform has no ephemeral files. */
  readonly privateFileBytes?: number;
  /** Least time between two edits of one message, in milliseconds; the platform's budget for frames. */
  readonly editIntervalMs: number;
  /** Characters in a message; of longer ones the adapter shows the beginning. */
  readonly textLength: number;
  /** Different reactions that the bot can put on one message. */
  readonly reactions: number;
  /** Communities have emoji of their own, called by their names: ":partyparrot:". */
  readonly ownEmoji?: boolean;
  /** The pictures of their own that people and communities have here, or carry elsewhere from here. */
  readonly squares: readonly SquarePicture[];
  /** It shows a message's countdown second by second. */
  readonly countdowns?: boolean;
  /** Entries of a completion list. */
  readonly completions: number;
  /** It has a page for operators, see {@link ChatHandlers.admin}. */
  readonly admin?: boolean;
  /** Runs inside this program: it depends on no service that may be out for a while. */
  readonly local?: boolean;
}

/** What a caller needs to know of a channel besides its ids. */
export interface ChannelInfo {
  /** As people call it, for instance "#art"; "a direct message" where it has no name. */
  readonly name: string;
  /** Not everybody in the community can read it (private, or direct messages): results are shown here only. */
  readonly closed: boolean;
  /** A thread with members of its own: not all who read its channel read it, and results are shown in it only. */
  readonly ownMembers?: boolean;
  /** Marked by the platform as for adults: results are shown here only, too. */
  readonly restricted: boolean;
  /** People of another community are in it too: what is posted there goes out of the house. */
  readonly outsiders?: true;
  /** It can be read, and nothing is started there. */
  readonly archived?: true;
  /** False where the platform tells of no reactions; left out where it does. */
  readonly reactions?: false;
  /**
   * Largest file in bytes that may be posted here; {@link ChatCapabilities.uploadBytes} where it is the same in every
   * channel.
   */
  readonly uploadBytes: number;
}
