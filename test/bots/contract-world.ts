import { parseArguments } from "../../src/commands/parsing/command-line.js";
import type { ChannelRef, MessageRef } from "../../src/domain/model.js";
import type { Chat, ChatHandlers } from "../../src/port/adapter.js";
import type { Completion, FormStart } from "../../src/port/commands.js";
import type { ChatEvent, CompletionRequest } from "../../src/port/events.js";
import { patience } from "../support/patience.js";

/** A person in a test's chat. */
export interface Visitor {
  readonly id: string;
  readonly name: string;
}

/** A picture as somebody in the chat sees it. */
export interface SeenPicture {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly spoiler: boolean;
}

/** A message as somebody in the chat sees it. */
export interface Seen {
  readonly id: string;
  readonly byBot: boolean;
  /**
   * As the platform keeps it: its own kind of markup, with progress and mentions where the platform puts them into the
   * text.
   */
  readonly text: string;
  readonly pictures: readonly SeenPicture[];
  readonly buttons: readonly string[];
  /** Emoji that the bot has put on it. */
  readonly botReactions: readonly string[];
  /** Ids of the people whom it notifies. */
  readonly notifies: readonly string[];
}

export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A platform's local server with two people, a moderator and the bot in one open channel: how the contract's tests act
 * and look, without knowing which platform it is.
 */
export interface World {
  readonly ann: Visitor;
  readonly ben: Visitor;
  readonly moderator: Visitor;
  /** An open channel. */
  readonly channel: ChannelRef;
  /** An emoji of the community's own, where it can have some: as the platform hands it over when it is typed. */
  readonly ownEmoji?: { readonly name: string; readonly typed: string };
  /** What a message holds where a person names the bot in it. */
  readonly mention: string;
  /** What a message holds where a person is mentioned in it. */
  mentionOf(who: Visitor): string;
  /** A channel that not everybody can read, where the platform has such. */
  readonly closedChannel?: ChannelRef;
  /**
   * The adapter under test, not started. Called again after `stop()`: a program that was restarted on the same server.
   */
  adapter(): Promise<Chat>;

  /** Says something as a person, in the channel or in a thread. */
  say(who: Visitor, channel: ChannelRef, text: string, uploads?: readonly Upload[]): Promise<MessageRef>;
  /**
   * Gives a command as a person would on this platform, with one picture at most: `options` in their order.
   * Resolves when the platform has taken it; what the bot does comes as events.
   */
  command(
    who: Visitor,
    channel: ChannelRef,
    name: string,
    options: Readonly<Record<string, string>>,
    upload?: Upload,
  ): Promise<void>;
  /** Chooses "Dream this" in a message's menu, or answers the message with `/dream` where there are no menus. */
  pointAt(who: Visitor, message: MessageRef): Promise<void>;
  react(who: Visitor, message: MessageRef, emoji: string, added: boolean): Promise<void>;
  /** A moderator takes back everybody's reactions, or those of one emoji, where the platform lets them. */
  clearReactions?(message: MessageRef, emoji?: string): Promise<void>;
  /** Presses a button by the text on it. */
  press(who: Visitor, message: MessageRef, label: string): Promise<void>;
  /** Somebody deletes a message by hand. */
  erase(message: MessageRef): Promise<void>;
  /** Somebody deletes a thread with all that is in it, or the message that it hangs on. */
  endThread(thread: ChannelRef): Promise<void>;
  /** Everything in a channel or thread that this person sees, oldest first, private answers too. */
  look(who: Visitor, channel: ChannelRef): Promise<readonly Seen[]>;
  /** What completion a person sees while typing an option's value; undefined where the platform has none. */
  complete?(
    who: Visitor,
    channel: ChannelRef,
    command: string,
    option: string,
    typed: string,
  ): Promise<readonly string[]>;
  /** The next calls of the bot fail in the way named, `times` times; then all is well again. */
  trouble?(kind: "rate-limit" | "outage", times: number): void;
  /**
   * The whole platform is out until the function is called that this resolves with; of a chat that depends on no
   * platform, its disk.
   */
  outage(): Promise<() => Promise<void>>;
  /**
   * Cuts the line by which the platform tells the bot what happens; the platform takes it up again when the bot comes
   * back.
   */
  cutLine?(): Promise<void>;
  /**
   * Does something that the bot acknowledges, and puts the disk back to what was on it when the platform was told: the
   * next {@link adapter} is of a program that follows one that was killed at that moment.
   */
  killed(act: () => Promise<unknown>): Promise<void>;
  /** How many calls the bot has made, where they cross a network. */
  calls?(): number;
  /** What the platform would have refused, or what the bot did against its rules. Must stay empty. */
  violations(): readonly string[];
  close(): Promise<void>;
}

/** Handlers that keep what comes, for tests to wait for. */
export class Listener implements ChatHandlers {
  readonly events: ChatEvent[] = [];
  readonly completions: CompletionRequest[] = [];
  /** Jobs of an earlier process. */
  readonly jobs = new Set<string>();
  /** Events come and are never dealt with, as by a program that is killed meanwhile. */
  held = false;
  readonly #waiting = new Set<() => void>();

  constructor(
    readonly commands: ChatHandlers["commands"],
    readonly shortcuts: ChatHandlers["shortcuts"] = [],
    private readonly choices: readonly Completion[] = [],
    private readonly answer: (event: ChatEvent) => Promise<void> = async () => undefined,
  ) {}

  async event(event: ChatEvent): Promise<void> {
    this.events.push(event);
    for (const wake of [...this.#waiting]) wake();
    if (this.held) await new Promise(() => undefined);
    // The test goes on with it.
    void this.answer(event);
  }

  async accepted(job: string): Promise<boolean> {
    return this.jobs.has(job);
  }

  formOf(name: string, given: string | Readonly<Record<string, string>>): FormStart | undefined {
    const known = this.commands.find((command) => command.name === name)?.options;
    if (!known) return undefined;
    const needsPicture = (options: Readonly<Record<string, string>>) =>
      known.some(({ type }) => type === "picture") && (known[0]?.name !== "action" || options.action === "add");
    if (typeof given !== "string") return { options: given, needsPicture: needsPicture(given) };
    const args = parseArguments(given);
    const options: Record<string, string> = {};
    for (const { key, value } of args.ok ? args.value : []) {
      const option = known.find((each) => (key ? each.name === key : each.type === "text" && !(each.name in options)));
      const refused = !option || !(option.choices ?? [{ value }]).some((choice) => choice.value === value);
      if (refused || /^https?:/.test(value) || Number(value) > (option.maximum ?? Infinity)) return undefined;
      options[option.name] = value;
    }
    return { options, needsPicture: needsPicture(options) };
  }

  async complete(request: CompletionRequest): Promise<readonly Completion[]> {
    this.completions.push(request);
    return this.choices.filter(({ value }) => value.startsWith(request.typed));
  }

  async works(): Promise<readonly []> {
    return [];
  }

  /** The first event that fits, come or yet to come. */
  async next<K extends ChatEvent["kind"]>(
    kind: K,
    fits: (event: Extract<ChatEvent, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<ChatEvent, { kind: K }>> {
    const limit = patience();
    for (;;) {
      const found = this.events.find(
        (event): event is Extract<ChatEvent, { kind: K }> => event.kind === kind && fits(event as never),
      );
      if (found) return found;
      if (limit.aborted)
        throw new Error(`no ${kind} came; there were ${this.events.map((event) => event.kind).join(", ") || "none"}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          limit.removeEventListener("abort", wake);
          resolve();
        };
        this.#waiting.add(wake);
        limit.addEventListener("abort", wake);
      });
    }
  }
}

/** Looks again and again until `found` finds something: for what a platform does in its own time. */
export async function eventually<T>(found: () => Promise<T | undefined | false>, what: string): Promise<T> {
  const limit = patience();
  for (;;) {
    const value = await found();
    if (value !== undefined && value !== false) return value;
    if (limit.aborted) throw new Error(`not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
