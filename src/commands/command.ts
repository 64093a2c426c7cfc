import type { ChannelRef, Member } from "../domain/model.js";
import type { Chat } from "../port/adapter.js";
import type { CommandOptionSummary, CommandSummary, MessageShortcut, PersonShortcut } from "../port/commands.js";
import type { CommandEvent } from "../port/events.js";
import type { Button, OutgoingFile, OutgoingMessage } from "../port/messages.js";
import { defined } from "../shared/defined.js";
import { kebab } from "../shared/text.js";
import type { AppContext } from "./context.js";
import type { Palettes } from "./interactive/palettes.js";
import type { Votes } from "./interactive/votes/votes.js";
import type { Lessons } from "./looks/lessons.js";
import type { Option, Options, ValuesOf } from "./parsing/options.js";

/** What a command is given to answer with. */
export interface CommandContext {
  readonly chat: Chat;
  readonly app: AppContext;
  readonly registry: CommandRegistry;
  /** Ask people to choose by reactions. */
  readonly palettes: Pick<Palettes, "open">;
  readonly votes: Pick<Votes, "open">;
  /** Asks people whether a look may be taught from their works. */
  readonly lessons: Pick<Lessons, "open">;
  readonly user: Member;
  readonly channel: ChannelRef;
  readonly event: Pick<CommandEvent, "attachments" | "latestPicture" | "pointedAt" | "repliesTo">;
  /** See `JobRequester.jobId`. */
  readonly jobId?: string | undefined;
  /** Only the person who asked sees the answer. What is longer than a message comes as several, the buttons last. */
  replyEphemeral(text: string, buttons?: readonly Button[]): Promise<void>;
  /** Tells them what goes on, before the answer. */
  note(text: string): Promise<void>;
  /** The same as an answer with a file to keep, no larger than the chat's `privateFileBytes`. */
  replyWithFile(text: string, file: OutgoingFile): Promise<void>;
  /**
   * Everybody sees the answer; what is longer than a message comes as several.
   * @returns the first; undefined where the platform does not say which message it became
   */
  replyPublic(message: OutgoingMessage): ReturnType<CommandEvent["reply"]>;
}

/** One command: the single place that says what it is called, takes and does. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly help: string;
  readonly options: O;
  /** Whole lines; tests read each of them. */
  readonly examples: readonly string[];
  /** Platforms may offer it to moderators only, see {@link CommandSummary.moderators}. */
  readonly moderators?: true;
  /** Whether it works on a picture that these values do not give; never, where left out. */
  needsPicture?(values: ValuesOf<O>): boolean;
  run(values: ValuesOf<O>, context: CommandContext): Promise<void>;
}

/** All commands, by name. */
export interface CommandRegistry {
  readonly all: readonly Command[];
  /** @throws UserError with the nearest command's name. */
  find(name: string): Command;
}

/** Checks the types of a definition; does nothing else. */
export function defineCommand<O extends Options>(command: Command<O>): Command<O> {
  return command;
}

/** What chat platforms need to know of a command. */
export function summarise(command: Command): CommandSummary {
  const options = Object.entries(command.options).map(([key, option]) => summariseOption(key, option));
  const { name, help, examples, moderators } = command;
  return { name, help, options, examples, ...defined({ moderators }) };
}

function summariseOption(key: string, option: Option): CommandOptionSummary {
  const {
    help,
    unit,
    type,
    required = false,
    minimum,
    maximum,
    forModerators,
    choices,
    completes,
    second,
    many,
    seldom,
  } = option;
  const unnamed: CommandOptionSummary["unnamed"] = option.collects ? "many" : option.positional ? "one" : undefined;
  return {
    name: kebab(key),
    help: unit ? `${help} (${unit})` : help,
    type,
    required,
    ...defined({
      minimum,
      maximum,
      forModerators,
      choices,
      completes,
      default: option.default,
      unnamed,
      second,
      many,
      seldom,
    }),
  };
}

/** Commands that are given by pointing at a message, on platforms with menus for that. */
export const SHORTCUTS: readonly MessageShortcut[] = [
  { id: "dream_this", title: "Dream this", command: "dream", options: {}, ask: [] },
  { id: "stylize_this", title: "Stylize this", command: "stylize", options: {}, ask: [] },
  { id: "use_as_style", title: "Use as style", command: "style", options: { action: "add" }, ask: ["name", "emoji"] },
  { id: "what_do_you_see", title: "What do you see?", command: "see", options: {}, ask: [] },
  { id: "how_it_was_made", title: "Show how it was made", command: "made", options: {}, ask: [] },
  { id: "report", title: "Report", command: "report", options: {}, ask: [] },
];

/** Those that are given by pointing at a person. */
export const PERSON_SHORTCUTS: readonly PersonShortcut[] = [
  { id: "dream_avatar", title: "Dream this avatar", command: "dream", options: {} },
];
