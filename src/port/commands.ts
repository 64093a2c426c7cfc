/** What a platform needs to know of the commands: for slash menus, forms, completion and help. */

/** One choice of a completion list. */
export interface Completion {
  readonly value: string;
  readonly label: string;
  /** {@link ChatHandlers.preview} has a picture of what it gives. */
  readonly preview?: true;
}

/** What values are completed from, where they depend on the channel or are too many for a list. */
export type CompletedFrom = "styles" | "classes" | "commands" | "looks" | "where" | "presets";

/** One option of a command, as a platform needs to know it: for slash menus, completion and help. */
export interface CommandOptionSummary {
  readonly name: string;
  readonly help: string;
  readonly type: "text" | "number" | "integer" | "flag" | "picture";
  readonly required: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** What moderators may go up to, where that is more. */
  readonly forModerators?: number;
  readonly choices?: readonly Completion[];
  /** Values are completed by asking {@link ChatHandlers.complete}. */
  readonly completes?: CompletedFrom;
  readonly default?: string;
  /** It may be given without its name, as in `/stylize winter`; or takes all words that have none, as in `/blend`. */
  readonly unnamed?: "one" | "many";
  /** Of a picture option: how many pictures the command works on, where that is more than two. */
  readonly many?: number;
  /**
   * Of a picture option: what a second picture is for, where the command takes one. It comes second in {@link
   * CommandEvent.attachments}.
   */
  readonly second?: string;
  /** Menus with too little room leave it to lines that are typed. */
  readonly seldom?: true;
}

/** What a form begins with that takes over from a typed line. */
export interface FormStart {
  /** What the line gives, as typed, by option. */
  readonly options: Readonly<Record<string, string>>;
  /** Whether the command works on a picture that the line does not give. */
  readonly needsPicture: boolean;
}

export interface CommandSummary {
  readonly name: string;
  readonly help: string;
  readonly options: readonly CommandOptionSummary[];
  /** Whole lines, such as `/dream look:creatures strength:0.6`. */
  readonly examples: readonly string[];
  /**
   * It is for moderators: platforms that can offer it to them only, in communities. What it does for everybody is found
   * in direct messages there.
   */
  readonly moderators?: true;
}

/**
 * A command given by pointing at a message ("Apps > Dream this"), for platforms that have such menus. The adapter
 * reports it as a {@link CommandEvent} with `options`, the message as `repliesTo` and its pictures as `pointedAt`.
 * Where it has several and {@link whichOption} names an option, the user is asked for that as well.
 */
export interface MessageShortcut {
  /** Lower-case words joined by "_", such as "dream_this". */
  readonly id: string;
  /** What the menu says, 24 characters at most, such as "Dream this". */
  readonly title: string;
  readonly command: string;
  readonly options: Readonly<Record<string, string>>;
  /** Names of options that the user is asked for first, in a form. */
  readonly ask: readonly string[];
}

/**
 * The option that says which of a message's pictures is meant, from "1"; undefined where that need not be asked: there
 * is one, or the command works on several.
 */
export function whichOption(command: CommandSummary | undefined, pictures: number): string | undefined {
  const option = command?.options.find(({ type }) => type === "picture");
  return pictures > 1 && option?.many === undefined ? option?.name : undefined;
}

/** The same by pointing at a person: their avatar is the command's attachment. */
export type PersonShortcut = Omit<MessageShortcut, "ask">;

/** The largest number that anybody may give: whether somebody may is decided when the command has come. */
export function largestFor({ maximum, forModerators }: Pick<CommandOptionSummary, "maximum" | "forModerators">) {
  return forModerators ?? maximum;
}
