import type PQueue from "p-queue";
import { newJobId } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { mayPass } from "../../port/chat-error.js";
import type { ReactionEvent } from "../../port/events.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import { sameEmoji } from "../../shared/typed.js";
import type { InteractiveMessage, Vote } from "../../store/interactive-messages.js";
import { isRefusal } from "../moderation/refusal.js";
import { stylesFor } from "../outsiders.js";
import { MAX_SHARES } from "../styles/shares.js";
import type { Style } from "../styles/style-library.js";
import { explainError, UserError } from "../user-error.js";
import { type CollectorRequest, type CollectorServices, ReactionCollector } from "./reaction-collector.js";
import { keyOf } from "./timed-messages.js";

/** How long a palette answers. */
const LASTS_MS = 7 * 24 * 3600 * 1000;

/** A painting that is being started: on disk before there is such a job, so a kill neither loses nor doubles it. */
interface Start {
  readonly job: string;
  /** Names of styles. */
  readonly choices: readonly string[];
}

/**
 * Palettes: messages with an emoji for each style, where the author's reactions choose what a photo is painted in. The
 * painting starts a moment after the last reaction, so that several can be chosen; then the palette takes another
 * choice.
 */
export class Palettes extends ReactionCollector {
  /** Palettes whose painting is being started: of two that act on one at once, only one does. */
  readonly #starting = new Set<string>();

  /** @param settleMs how long after the last reaction the painting starts */
  constructor(
    chat: Chat,
    services: CollectorServices,
    private readonly settleMs: number,
    reads: PQueue,
  ) {
    super(chat, services, "palette", reads);
  }

  async open(request: CollectorRequest): Promise<void> {
    const { user } = request;
    const styles = (await stylesFor(user, this.services.styles).list(request.channel)).slice(
      0,
      this.chat.capabilities.reactions,
    );
    if (styles.length === 0) throw new UserError("styles.none");
    const names = styles.map(({ emoji, name }) => `${emoji} ${name}`).join("  ");
    const { among } = request.photo;
    const question = sentence("palette.question", { name: plain(user.name), styles: names });
    const others = among && sentence("image.among", { ...among, command: "stylize" });
    const content = { text: others === undefined ? question : `${question}\n${others}` };
    await this.post(request, {
      styles,
      content,
      expiresAt: Date.now() + LASTS_MS,
      payload: { painted: [], ...(user.outsider && { outsider: true }) },
    });
  }

  /** Only the author chooses, and only emoji of styles mean something. */
  protected async take({ emoji, added, user, message }: ReactionEvent, interactive: InteractiveMessage): Promise<void> {
    if (user.id !== interactive.author.id) return;
    const style = (await this.choices(interactive)).find((known) => sameEmoji(known.emoji, emoji));
    if (style && added && isOver(interactive)) throw new UserError("palette.over");
    if (style && !added) this.#setPainted(interactive, (painted) => painted.filter((name) => name !== style.name));
    if (style && this.messages.vote(message, { user: user.id, choice: style.name }, added)) this.#settle(interactive);
  }

  protected choices({ message, author, payload }: InteractiveMessage): Promise<readonly Style[]> {
    const reader = { id: author.id, ...(payload.outsider === true && { outsider: true as const }) };
    return stylesFor(reader, this.services.styles).list(message.channel);
  }

  /** The newest first: somebody may be waiting for those. */
  protected override resumable(): readonly InteractiveMessage[] {
    return [...super.resumable()].reverse();
  }

  /** Palettes of earlier versions do not say what they have painted. */
  protected counting(interactive: InteractiveMessage): ((vote: Vote) => boolean) | undefined {
    if (isOver(interactive)) return undefined;
    const painted = paintedOf(interactive);
    return painted && (({ user, choice }) => user === interactive.author.id && !painted.includes(choice));
  }

  protected takenBack(interactive: InteractiveMessage, names: ReadonlySet<string>): void {
    this.#setPainted(interactive, (painted) => painted.filter((name) => !names.has(name)));
    this.#settle(interactive);
  }

  protected resumeMessage(interactive: InteractiveMessage): void {
    // What the program was about to start when it stopped is dealt with in any case.
    if (startOf(interactive)) this.scheduleIn(0, interactive);
    else this.#settle(interactive);
  }

  /** Notes which choices are done: their reactions are still on the message. */
  #setPainted({ message }: InteractiveMessage, change: (painted: readonly string[]) => readonly string[]): void {
    const interactive = this.messages.get(message);
    const before = interactive && paintedOf(interactive);
    if (!before) return;
    const painted = change(before);
    if (painted.length !== before.length)
      this.messages.put({ ...interactive, payload: { ...interactive.payload, painted } });
  }

  protected async expire({ message }: InteractiveMessage): Promise<void> {
    const key = keyOf(message);
    if (this.#starting.has(key)) return;
    this.#starting.add(key);
    try {
      const palette = this.messages.get(message);
      if (!palette || !(await this.#paintChosen(palette))) return;
    } finally {
      this.#starting.delete(key);
    }
    // More may have been chosen meanwhile.
    const left = this.messages.get(message);
    if (left) this.#settle(left);
  }

  /** Starts what is chosen. Returns whether that is dealt with; else it is owed. */
  async #paintChosen(palette: InteractiveMessage): Promise<boolean> {
    const { message, author } = palette;
    const before = startOf(palette);
    const isStarted = before !== undefined && this.services.store.jobs.get(before.job) !== undefined;
    const choices = isStarted ? before.choices : this.messages.votes(message).map(({ choice }) => choice);
    try {
      if (!isStarted && choices.length > 0) await this.#start(palette, { job: before?.job ?? newJobId(), choices });
    } catch (error) {
      const { chat, services } = this;
      const explained = { message, user: author };
      if (isRefusal(error)) {
        // As reactions are where nothing is taken from them.
        services.logger.info({ message: message.id, why: error.identifier }, "a palette's choice was refused");
        this.#finish(palette, choices);
        return true;
      }
      const isOut = mayPass(error) && !(error instanceof UserError);
      // A picture that the chat does not hand out is explained; where it takes no word of that either, it is out.
      if (isOut || (!(await explainError(error, explained, { chat, logger: services.logger })) && mayPass(error))) {
        this.owe(message, () => this.expire(palette));
        return false;
      }
    }
    this.#finish(palette, choices);
    return true;
  }

  async #start(palette: InteractiveMessage, start: Start): Promise<void> {
    this.messages.put({ ...palette, payload: { ...palette.payload, start } });
    // More may be chosen than a blend takes.
    const shares = start.choices.slice(0, MAX_SHARES).map((style) => ({ style }));
    await this.paint(palette, shares, { gone: "palette.image-gone", id: start.job });
  }

  /** Makes the palette ready for another choice. A choice that was taken back meanwhile can be made again. */
  #finish({ message, author }: InteractiveMessage, choices: readonly string[]): void {
    const done = choices.filter((choice) => this.messages.vote(message, { user: author.id, choice }, false));
    const palette = this.messages.get(message);
    if (!palette) return;
    const { start: _started, ...payload } = palette.payload;
    this.messages.put({ ...palette, payload });
    this.#setPainted(palette, (painted) => [...new Set([...painted, ...done])]);
  }

  #settle(interactive: InteractiveMessage): void {
    if (this.messages.votes(interactive.message).length === 0) this.unschedule(interactive);
    else this.scheduleIn(this.settleMs, interactive);
  }
}

/** Whether it takes no more choices. */
function isOver({ expiresAt = Number.POSITIVE_INFINITY }: InteractiveMessage): boolean {
  return expiresAt <= Date.now();
}

function paintedOf({ payload: { painted } }: InteractiveMessage): readonly string[] | undefined {
  return Array.isArray(painted) ? (painted as string[]) : undefined;
}

function startOf({ payload: { start } }: InteractiveMessage): Start | undefined {
  return start as Start | undefined;
}
