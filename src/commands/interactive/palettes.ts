import type { Chat } from "../../port/adapter.js";
import { mayPass } from "../../port/chat-error.js";
import type { ReactionEvent } from "../../port/events.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import { sameEmoji } from "../../shared/typed.js";
import type { InteractiveMessage, Vote } from "../../store/interactive-messages.js";
import { MAX_SHARES } from "../styles/shares.js";
import type { Style } from "../styles/style-library.js";
import { explainError, UserError } from "../user-error.js";
import { type CollectorRequest, type CollectorServices, ReactionCollector } from "./reaction-collector.js";

/** How long a palette answers. */
const LASTS_MS = 7 * 24 * 3600 * 1000;

/**
 * Palettes: messages with an emoji for each style, where the author's reactions choose what a photo is painted in. The
 * painting starts a moment after the last reaction, so that several can be chosen; then the palette takes another
 * choice.
 */
export class Palettes extends ReactionCollector {
  /** @param settleMs how long after the last reaction the painting starts */
  constructor(
    chat: Chat,
    services: CollectorServices,
    private readonly settleMs: number,
  ) {
    super(chat, services, "palette");
  }

  async open(request: CollectorRequest): Promise<void> {
    const styles = (await this.services.styles.list(request.channel)).slice(0, this.chat.capabilities.reactions);
    if (styles.length === 0) throw new UserError("styles.none");
    const names = styles.map(({ emoji, name }) => `${emoji} ${name}`).join("  ");
    const content = { text: sentence("palette.question", { name: plain(request.user.name), styles: names }) };
    await this.post(request, { styles, content, expiresAt: Date.now() + LASTS_MS, payload: { painted: [] } });
  }

  /** Only the author chooses, and only emoji of styles mean something. */
  protected async take({ emoji, added, user, message }: ReactionEvent, interactive: InteractiveMessage): Promise<void> {
    if (user.id !== interactive.author.id) return;
    const style = (await this.choices(interactive)).find((known) => sameEmoji(known.emoji, emoji));
    if (style && !added) this.#setPainted(interactive, (painted) => painted.filter((name) => name !== style.name));
    if (style && this.messages.vote(message, { user: user.id, choice: style.name }, added)) this.#settle(interactive);
  }

  protected choices({ message }: InteractiveMessage): Promise<readonly Style[]> {
    return this.services.styles.list(message.channel);
  }

  /** Palettes of earlier versions do not say what they have painted. */
  protected counting(interactive: InteractiveMessage): ((vote: Vote) => boolean) | undefined {
    const painted = paintedOf(interactive);
    return painted && (({ user, choice }) => user === interactive.author.id && !painted.includes(choice));
  }

  protected takenBack(interactive: InteractiveMessage, names: ReadonlySet<string>): void {
    this.#setPainted(interactive, (painted) => painted.filter((name) => !names.has(name)));
    this.#settle(interactive);
  }

  protected resumeMessage(interactive: InteractiveMessage): void {
    this.#settle(interactive);
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

  protected async expire(interactive: InteractiveMessage): Promise<void> {
    const { message, author } = interactive;
    const chosen = this.messages.votes(message);
    try {
      // Of two that act on a palette at once, only one starts.
      if (!this.messages.clear(message)) return;
      this.#setPainted(interactive, (painted) => [...new Set([...painted, ...chosen.map(({ choice }) => choice)])]);
      // More may be chosen than a blend takes.
      const shares = chosen.slice(0, MAX_SHARES).map(({ choice }) => ({ style: choice }));
      await this.paint(interactive, shares, { gone: "palette.image-gone" });
    } catch (error) {
      const { chat, services } = this;
      const explained = { message, user: author };
      const isOut = mayPass(error) && !(error instanceof UserError);
      // A picture that the chat does not hand out is explained; where it takes no word of that either, it is out.
      if (!isOut && ((await explainError(error, explained, { chat, logger: services.logger })) || !mayPass(error)))
        return;
      for (const vote of chosen) this.messages.vote(message, vote, true);
      this.#setPainted(interactive, (painted) =>
        painted.filter((name) => !chosen.some((vote) => vote.choice === name)),
      );
      this.owe(message, () => this.expire(interactive));
    }
  }

  #settle(interactive: InteractiveMessage): void {
    if (this.messages.votes(interactive.message).length === 0) this.unschedule(interactive);
    else this.schedule(interactive, Date.now() + this.settleMs);
  }
}

function paintedOf({ payload: { painted } }: InteractiveMessage): readonly string[] | undefined {
  return Array.isArray(painted) ? (painted as string[]) : undefined;
}
