import { ChatError } from "../../port/chat-error.js";
import type { Picture, PictureSource } from "../../port/messages.js";
import { withTimeout } from "../../shared/timeout.js";
import type { CommandContext } from "../command.js";
import { UserError } from "../user-error.js";
import { checkImage } from "./check-image.js";
import type { LinkRules } from "./fetch/download.js";
import { Downloads } from "./fetch/downloads.js";
import { fetchImage } from "./fetch/fetch-image.js";
import { tooLarge, tooSlow } from "./fetch/limits.js";
import type { WantedImage } from "./image-option.js";

/** A picture with where it came from. */
export interface FoundImage extends Picture {
  readonly source?: Omit<PictureSource, "fetch">;
}

/** One for the whole process, whose memory it guards. */
const downloads = new Downloads();

/**
 * The picture that a command means: attached to it, else on the message it answers, else behind the link in its line, else the newest in the
 * thread or channel. Undefined when there is none anywhere, or none is wanted.
 *
 * @param wanted what `pictureOption` read
 * @param rules where links may lead; for tests
 * @throws UserError when there is one that cannot be used.
 */
export async function findImage(
  context: CommandContext,
  wanted: WantedImage = "latest",
  rules: LinkRules = {},
): Promise<FoundImage | undefined> {
  if (wanted === "none") return undefined;
  try {
    const { user, channel, app } = context;
    const source = (await findGiven(context)) ?? (wanted instanceof URL ? wanted : await findLatest(context));
    return (
      source &&
      (await downloads.run(`${channel.platform} ${channel.community} ${user.id}`, () =>
        source instanceof URL ? fetchLink(source, { ...rules, ...app.botOptions.pictures }) : take(context, source),
      ))
    );
  } catch (error) {
    if (error instanceof ChatError) throw new UserError(error);
    throw error;
  }
}

/**
 * The second picture attached to a command, for those that know what to do with one.
 * @throws UserError when it cannot be used.
 */
export async function findSecondImage(context: CommandContext): Promise<FoundImage | undefined> {
  const source = context.event.attachments[1];
  if (!source) return undefined;
  return downloadImage(context, source);
}

/**
 * A picture that a platform knows of, for whoever wants to use it.
 * @throws UserError when it cannot be used.
 */
export async function downloadImage(
  context: Pick<CommandContext, "app" | "user" | "channel">,
  source: PictureSource,
): Promise<FoundImage> {
  const { user, channel } = context;
  try {
    return await downloads.run(`${channel.platform} ${channel.community} ${user.id}`, () => take(context, source));
  } catch (error) {
    if (error instanceof ChatError) throw new UserError(error);
    throw error;
  }
}

/** Nobody knows who made what is behind a link; its host is named instead. */
async function fetchLink(link: URL, rules: Parameters<typeof fetchImage>[1]): Promise<FoundImage> {
  const picture = await fetchImage(link, rules);
  return { ...picture, source: { name: picture.name, credit: link.hostname } };
}

/** The one that came with the command. */
async function findGiven({ chat, event }: CommandContext): Promise<PictureSource | undefined> {
  const [attached] = event.attachments;
  if (attached || !event.repliesTo) return attached;
  const [answered] = await chat.picturesOf(event.repliesTo);
  return answered;
}

async function findLatest({ chat, channel: place }: CommandContext): Promise<PictureSource | undefined> {
  const here = await chat.latestPicture(place);
  if (here || place.thread === undefined) return here;
  const { thread: _thread, ...channel } = place;
  return chat.latestPicture(channel);
}

/** Downloads a picture from its platform, within limits, and checks it. */
async function take(context: Pick<CommandContext, "app">, source: PictureSource): Promise<FoundImage> {
  const { maxBytes, seconds } = context.app.botOptions.pictures;
  if (source.size !== undefined && source.size > maxBytes) throw tooLarge(source.name, maxBytes);
  const signal = AbortSignal.timeout(seconds * 1000);
  // The adapter should obey the signal; the time-out makes sure that a job never waits for one that does not.
  const picture = await withTimeout(source.fetch({ maxBytes, signal }), seconds * 1000, () => {
    throw tooSlow(source.name, seconds);
  });
  if (picture.bytes.byteLength > maxBytes) throw tooLarge(source.name, maxBytes);
  const { type } = await checkImage(picture.bytes, source.name);
  return { ...picture, type, source };
}
