/** A palette: a message with a style's emoji each, where the author's reactions choose what a picture is painted in. */

import type { MessageRef } from "../../domain/message.js";
import type { Member } from "../../domain/user.js";
import type { Chat } from "../../port/adapter.js";
import type { ReactionEvent } from "../../port/events.js";
import type { OutgoingMessage, Picture } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { InteractiveMessage } from "../../store/interactive-messages.js";
import type { CommandContext } from "../command.js";
import type { AppContext } from "../context.js";
import type { FoundImage } from "../images/find-image.js";
import { type Provenance, provenanceOf } from "../images/provenance.js";
import { fitToChannel } from "../presenting/fit-channel.js";
import { plain } from "../presenting/plain.js";
import type { Params, Recipe } from "../recipes/recipe.js";
import { order, scopeOf } from "../recipes/recipe-command.js";
import { startJob } from "../recipes/start-job.js";
import { contactSheet } from "../styles/contact-sheet.js";
import { MAX_SHARES } from "../styles/shares.js";
import { type Style, sameEmoji } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import { explain } from "./explain.js";

export const PALETTE = "palette";
/** How long a palette answers. */
const LASTS_MS = 7 * 24 * 3600 * 1000;

/**
 * Posts a palette for a picture, already carrying its reactions.
 *
 * The picture is part of the message, so that choosing works after any restart, on every platform.
 * @param given the other options of the line, which the painting will have
 */
export async function postPalette(context: CommandContext, photo: FoundImage, given: Params): Promise<void> {
  const { chat, app, channel, user } = context;
  const styles = (await app.styles.list(channel)).slice(0, chat.capabilities.reactions);
  if (styles.length === 0) throw new UserError("styles.none");
  const { source: _source, ...picture } = photo;
  const provenance = await provenanceOf([photo], user, app);
  const shown = provenance.spoiler ? { ...picture, spoiler: true } : picture;
  const message = await fitToChannel(
    chat,
    channel,
    paletteMessage(styles, user.name, [await contactSheet(styles), shown]),
  );
  const ref = (await context.replyPublic(message)) ?? (await chat.post(channel, message));
  const author = { id: user.id, name: user.name };
  app.store.interactiveMessages.put({
    message: ref,
    kind: PALETTE,
    payload: { given, provenance },
    author,
    expiresAt: Date.now() + LASTS_MS,
  });
  for (const { emoji } of styles) await chat.react(ref, emoji);
}

function paletteMessage(styles: readonly Style[], name: string, pictures: readonly Picture[]): OutgoingMessage {
  const names = styles.map((style) => `${style.emoji} ${style.name}`).join("  ");
  return { text: sentence("palette.question", { name: plain(name), styles: names }), pictures };
}

/** Which picture of a palette's message is the one to paint. */
const PHOTO = 1;

/** Palettes whose author is choosing: the painting starts when no reaction has come for a moment. */
export class Palettes {
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #starting = new Set<Promise<void>>();
  #stopped = false;

  /** @param settleMs how long after the last reaction the painting starts, so that several can be chosen */
  constructor(private readonly settleMs: number) {}

  /** Takes a reaction on a palette. Those of others, and of emoji that are no style's, mean nothing here. */
  async react(event: ReactionEvent, interactive: InteractiveMessage, chat: Chat, app: AppContext): Promise<void> {
    if (event.user.id !== interactive.author.id) return;
    const styles = await app.styles.list(event.message.channel);
    const style = styles.find(({ emoji }) => sameEmoji(emoji, event.emoji));
    if (
      !style ||
      !app.store.interactiveMessages.vote(event.message, { user: event.user.id, choice: style.name }, event.added)
    )
      return;
    this.#settle(event.message, event.user, interactive, chat, app);
  }

  /** Goes on with palettes of a chat whose author had chosen when the program stopped. */
  resume(chat: Chat, app: AppContext): void {
    for (const interactive of app.store.interactiveMessages.list(PALETTE)) {
      const { message, author } = interactive;
      if (message.channel.platform === chat.platform)
        this.#settle(message, { ...author, moderator: false }, interactive, chat, app);
    }
  }

  /** No painting starts any more; what was chosen waits for the next start. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #settle(message: MessageRef, user: Member, interactive: InteractiveMessage, chat: Chat, app: AppContext): void {
    const key = `${message.channel.id} ${message.id}`;
    clearTimeout(this.#waiting.get(key));
    this.#waiting.delete(key);
    if (this.#stopped || app.store.interactiveMessages.votes(message).length === 0) return;
    const timer = setTimeout(() => {
      this.#waiting.delete(key);
      const work = this.#start(message, user, interactive, chat, app);
      this.#starting.add(work);
      void work.finally(() => this.#starting.delete(work));
    }, this.settleMs);
    timer.unref();
    this.#waiting.set(key, timer);
  }

  /** Resolves when paintings that were about to start have been handed in. */
  async idle(): Promise<void> {
    while (this.#starting.size > 0) await Promise.all(this.#starting);
  }

  async #start(
    message: MessageRef,
    user: Member,
    interactive: InteractiveMessage,
    chat: Chat,
    app: AppContext,
  ): Promise<void> {
    try {
      // As many as a blend takes, the first ones: twenty reactions may stand there.
      const chosen = app.store.interactiveMessages
        .votes(message)
        .map(({ choice }) => choice)
        .slice(0, MAX_SHARES);
      // Of two that act on a palette at once, only one starts; then it is ready for another choice.
      if (!app.store.interactiveMessages.clear(message)) return;
      const recipe = recipeFor(chosen, app);
      const source = (await chat.picturesOf(message))[PHOTO];
      if (!recipe || !source) throw new UserError("palette.image-gone");
      const { maxBytes, seconds } = app.botOptions.pictures;
      const photo = await source.fetch({ maxBytes, signal: AbortSignal.timeout(seconds * 1000) });
      const given = (interactive.payload.given ?? {}) as Params;
      const provenance = (interactive.payload.provenance ?? {}) as Provenance;
      const choice = recipe.name === "stylize" ? { style: chosen[0] } : { styles: chosen.join(" ") };
      const channel = message.channel;
      const start = { params: app.settings.defaults(recipe, channel), pictures: { image: photo.bytes } };
      const draft = await recipe.change(start, { ...given, ...choice }, scopeOf({ channel, chat, app }));
      await startJob(
        { chat, app, user, channel, replyPublic: (content) => chat.post(channel, content) },
        order(recipe, draft, provenance),
      );
    } catch (error) {
      await explain(error, message, { ...interactive.author, moderator: false }, chat, app);
    }
  }
}

function recipeFor(chosen: readonly string[], app: AppContext): Recipe | undefined {
  return app.recipes.get(chosen.length === 1 ? "stylize" : "blend");
}
