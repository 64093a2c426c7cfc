/** Art channels: there a style's emoji on anybody's picture paints it in that style, and 👁 dreams it. */

import type { MessageRef } from "../../domain/message.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { ReactionEvent } from "../../port/events.js";
import type { PictureSource } from "../../port/messages.js";
import type { AppContext } from "../context.js";
import { downloadImage } from "../images/find-image.js";
import { provenanceOf } from "../images/provenance.js";
import type { Params, Recipe } from "../recipes/recipe.js";
import { order, scopeOf } from "../recipes/recipe-command.js";
import { startJob } from "../recipes/start-job.js";
import { sameEmoji } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import { explain } from "./explain.js";

/** What the board is called that remembers what was already asked for on a message. */
export const ART = "art";
const DREAM_EMOJI = "👁️";
/** A person who is refused is told so once in this time: reactions are quickly given. */
const TOLD_MS = 60_000;
const TOLD_AT_MOST = 1_000;
/** A channel whose messages the bot may not see is told so once in this time: most reactions there are about words. */
const CLOSED_MS = 24 * 60 * 60_000;

interface Wish {
  readonly recipe: Recipe;
  readonly given: Params;
  /** What is remembered of it. */
  readonly choice: string;
}

export class ArtChannels {
  /** When a person was last told, by person and channel, and when a channel was. */
  readonly #told = new Map<string, number>();

  /** Takes a reaction on a message that has no other meaning there. One person's emoji on one message starts one job, also through restarts. */
  async react(event: ReactionEvent, chat: Chat, app: AppContext): Promise<void> {
    const { message, user } = event;
    if (!event.added || !app.settings.isArtChannel(message.channel)) return;
    const wish = await wishOf(event, app);
    if (!wish) return;
    const source = await firstPicture(message, chat);
    if (source instanceof ChatError) {
      if (this.#mayTell(event, CLOSED_MS)) await explain(new UserError(source), message, user, chat, app);
      return;
    }
    if (!source) return;
    const { interactiveMessages } = app.store;
    // The board is nobody's: it goes with none of those who reacted.
    if (!interactiveMessages.get(message))
      interactiveMessages.put({ message, kind: ART, payload: {}, author: { id: "", name: "" } });
    const vote = { user: user.id, choice: wish.choice };
    if (!interactiveMessages.vote(message, vote, true)) return;
    try {
      await start(wish, source, event, chat, app);
    } catch (error) {
      // It came to nothing, so it may be asked for again.
      interactiveMessages.vote(message, vote, false);
      if (this.#mayTell(event, TOLD_MS, user.id)) await explain(error, message, user, chat, app);
    }
  }

  #mayTell({ message: { channel } }: ReactionEvent, pauseMs: number, person?: string): boolean {
    const key = JSON.stringify([channel.platform, channel.community, channel.id, person]);
    const now = Date.now();
    if (now - (this.#told.get(key) ?? 0) < pauseMs) return false;
    if (this.#told.size >= TOLD_AT_MOST) this.#told.clear();
    this.#told.set(key, now);
    return true;
  }
}

async function wishOf({ emoji, message: { channel } }: ReactionEvent, app: AppContext): Promise<Wish | undefined> {
  const style = (await app.styles.list(channel)).find((known) => sameEmoji(known.emoji, emoji));
  const recipe = app.recipes.get(style ? "stylize" : "dream");
  if (!recipe || (!style && !sameEmoji(emoji, DREAM_EMOJI))) return undefined;
  return style
    ? { recipe, given: { style: style.name }, choice: `style ${style.name}` }
    : { recipe, given: {}, choice: "dream" };
}

/** Undefined for messages without a picture, and for those that are gone; the error "forbidden" for those that the bot may not see. */
async function firstPicture(message: MessageRef, chat: Chat): Promise<PictureSource | ChatError | undefined> {
  try {
    return (await chat.picturesOf(message))[0];
  } catch (error) {
    if (error instanceof ChatError && error.kind === "gone") return undefined;
    if (error instanceof ChatError && error.kind === "forbidden") return error;
    throw error;
  }
}

async function start(
  { recipe, given }: Wish,
  source: PictureSource,
  event: ReactionEvent,
  chat: Chat,
  app: AppContext,
): Promise<void> {
  const {
    user,
    message: { channel },
  } = event;
  const picture = await downloadImage({ app, user, channel }, source);
  const begin = { params: app.settings.defaults(recipe, channel), pictures: { image: picture.bytes } };
  const draft = await recipe.change(begin, given, scopeOf({ channel, chat, app }));
  const provenance = await provenanceOf([picture], user, app);
  await startJob(
    { chat, app, user, channel, replyPublic: (content) => chat.post(channel, content) },
    order(recipe, draft, provenance),
  );
}
