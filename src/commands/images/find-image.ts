import type { Among, ChannelRef, User } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { CommandEvent } from "../../port/events.js";
import type { Picture, PictureSource } from "../../port/messages.js";
import { type NewestPicture, type ShownPicture, shownTogether } from "../../port/newest.js";
import { withTimeout } from "../../shared/async.js";
import { defined } from "../../shared/defined.js";
import type { Mark } from "../../shared/metadata/mark.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { BotOptions } from "../bot-options.js";
import { UserError } from "../user-error.js";
import { checkImage, tooLarge, tooSlow } from "./check-image.js";
import type { LinkRules } from "./fetch/download.js";
import { fetchImage } from "./fetch/fetch-image.js";
import { isNumbered, isWritten, linkIn, type Numbered, type WantedImage, type Written } from "./image-option.js";
import { checkMayUse, checkNotWithheld, type MayUseServices, NOT_THEIRS, WITHHELD } from "./may-use.js";
import { type OwnerServices, ownersOf, worksShown } from "./shown-works.js";

/** An image with where it came from. */
export interface FoundImage extends Picture {
  readonly source?: Omit<PictureSource, "fetch">;
  /** What its file says of its making: anybody's word. */
  readonly mark?: Mark;
  /** Its message has others that could have been meant, and no one has said which. */
  readonly among?: Among;
}

/** The most bytes of an image, and the most time that it may take to arrive. */
export type ImageLimits = BotOptions["pictures"];

/** Who wants an image: each person may have a few downloads under way. */
interface ImageRequester {
  readonly user: Pick<User, "id">;
  readonly channel: ChannelRef;
}

/** What tells whose an image is, and whether it may be used. */
export type ImageServices = MayUseServices & OwnerServices;

/** A command that works on an image. */
export interface ImageRequest extends ImageRequester {
  readonly chat: Pick<Chat, "latestPicture" | "picturesOf" | "picturesBehind" | "pictureOf">;
  readonly event: Pick<CommandEvent, "attachments" | "latestPicture" | "pointedAt" | "repliesTo">;
  readonly app: ImageServices;
  /** Tells only the person who asked what goes on. */
  note(text: string): Promise<void>;
}

/** How long a picture is looked for before its user is told so: some platforms let a bot look once a minute only. */
const UNTOLD_MS = 3_000;

/** Such a file cannot be meant: in search of the newest picture it is skipped, and the one before taken. */
const NO_IMAGE: ReadonlySet<string> = new Set([
  ...["image.empty", "image.unreadable", "image.pretends", "image.damaged"],
  ...["film.not-taken", "film.unreadable", "film.codec"],
]);
/** Files that are tried, newest first, and pictures that are skipped unseen. */
const MOST_TRIED = 5;
const MOST_SKIPPED = 20;

/** Downloads under way in the whole process, and of one user: each may hold as many bytes as an image may have. */
const MOST_DOWNLOADS = 16;
const MOST_DOWNLOADS_EACH = 2;
/** The user of each download under way. */
const downloading: string[] = [];

/**
 * The image that a command means: attached to it, else on the message it answers, else behind the link in its line,
 * else the newest in the thread or channel. Undefined when there is none anywhere, or none is wanted. A message that is
 * answered and shows none is never replaced by another one.
 *
 * @param wanted what `imageOption` read
 * @param rules where links may lead; for tests
 * @throws UserError when there is one that cannot be used.
 */
export async function findImage(
  request: ImageRequest,
  limits: ImageLimits,
  wanted: WantedImage = "latest",
  rules: LinkRules = {},
): Promise<FoundImage | undefined> {
  if (wanted === "none") return undefined;
  return forUser(async () => {
    const given = await toldOfWait(request, () => findGiven(request, wanted));
    if (given) return counted(request, () => downloadTheirs(given, request, limits));
    const link = linkIn(wanted);
    if (link) return findLinkedImage(request, limits, link, rules, wanted);
    if (isWritten(wanted)) return counted(request, () => findWritten(request, limits, wanted));
    if (request.event.repliesTo) throw new UserError("chat.no-image");
    const latest = await toldOfWait(request, () => findLatest(request));
    if (!latest || !isNumbered(wanted)) return latest && counted(request, () => newestUsable(latest, request, limits));
    const beside = await toldOfWait(request, async () => shownBeside(latest, request));
    return counted(request, () => downloadTheirs(numbered(beside, wanted), request, limits));
  });
}

/** All images that come with a command, or are on the message that it answers. */
export function givenImages(request: ImageRequest): Promise<readonly PictureSource[]> {
  return forUser(() => toldOfWait(request, () => givenSources(request)));
}

/** The image that is attached to a command, or on the message that it answers, where there is one. */
export function findGivenImage(request: ImageRequest, limits: ImageLimits): Promise<FoundImage | undefined> {
  return forUser(async () => {
    const given = await toldOfWait(request, () => findGiven(request));
    return given && counted(request, () => downloadTheirs(given, request, limits));
  });
}

/**
 * The second image attached to a command, or a further one.
 * @param index 1 for the second
 * @throws UserError when it cannot be used.
 */
export async function findFurtherImage(
  request: ImageRequest,
  limits: ImageLimits,
  index: number,
): Promise<FoundImage | undefined> {
  const source = request.event.attachments[index];
  return source && downloadImage(source, request, limits, request.app);
}

/**
 * The image behind a link, or on the message that it names, whatever is attached to the command.
 *
 * @param wanted which one of a message
 * @throws UserError when there is none, or it cannot be used
 */
export function findLinkedImage(
  request: ImageRequest,
  limits: ImageLimits,
  link: URL,
  rules: LinkRules = {},
  wanted: WantedImage = link,
): Promise<FoundImage> {
  return forUser(async () => {
    const linked = await toldOfWait(request, () => findLinked(request, link, wanted));
    return counted(request, () =>
      linked instanceof URL ? fetchLink(linked, { ...rules, ...limits }) : downloadTheirs(linked, request, limits),
    );
  });
}

/**
 * Downloads an image that a platform knows of, within limits, and checks it.
 * @throws UserError when it cannot be used.
 */
export function downloadImage(
  source: PictureSource,
  requester: ImageRequester,
  limits: ImageLimits,
  app: ImageServices,
): Promise<FoundImage> {
  return forUser(() => counted(requester, () => downloadTheirs(source, { ...requester, app }, limits)));
}

type Theirs = ImageRequester & { readonly app: ImageServices };

/** Downloads an image that may be another person's. @throws UserError when its author lets no one else use it */
async function downloadTheirs(
  source: ShownPicture,
  { user, channel, app }: Theirs,
  limits: ImageLimits,
  decoding = false,
): Promise<FoundImage> {
  for (const work of await worksShown(source, app.jobs)) checkNotWithheld(work);
  for (const owner of await ownersOf(source, app)) checkMayUse(owner, { user, channel }, app);
  return download(source, limits, decoding);
}

/** What a platform says of an image is a sentence for the person who wants it. */
async function forUser<T>(find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ChatError) throw new UserError(error);
    throw error;
  }
}

/** @throws UserError instead of waiting when too many downloads are under way */
async function counted<T>({ channel, user }: ImageRequester, work: () => Promise<T>): Promise<T> {
  const key = `${channel.platform} ${channel.community} ${user.id}`;
  if (downloading.filter((other) => other === key).length >= MOST_DOWNLOADS_EACH)
    throw new UserError("link.busy-person", { count: MOST_DOWNLOADS_EACH });
  if (downloading.length >= MOST_DOWNLOADS) throw new UserError("link.busy");
  downloading.push(key);
  try {
    return await work();
  } finally {
    downloading.splice(downloading.indexOf(key), 1);
  }
}

/** The author of an image behind a link is unknown; its host is named instead. */
async function fetchLink(link: URL, rules: Parameters<typeof fetchImage>[1]): Promise<FoundImage> {
  const image = await fetchImage(link, rules);
  return { ...image, source: { name: image.name, credit: link.hostname } };
}

/** The one that came with the command, or on the message that it answers. */
async function findGiven(request: ImageRequest, wanted: WantedImage = "latest"): Promise<ShownPicture | undefined> {
  const given = await givenSources(request);
  if (isNumbered(wanted) && !wanted.link && given.length > 0) return numbered(given, wanted);
  // Of those that come with a line the first one is meant, and the others have meanings of their own.
  return request.event.attachments.length > 0 ? given[0] : shownTogether(given)[0];
}

async function givenSources({ chat, event }: ImageRequest): Promise<readonly PictureSource[]> {
  if (event.attachments.length > 0 || !event.repliesTo) return event.attachments;
  return event.pointedAt ?? chat.picturesOf(event.repliesTo);
}

/** All that the message of a picture shows. */
async function shownBeside(source: PictureSource, { chat }: ImageRequest): Promise<readonly PictureSource[]> {
  return source.message ? chat.picturesOf(source.message) : [source];
}

/** @throws UserError where there are fewer */
function numbered(sources: readonly PictureSource[], { number }: Numbered): PictureSource {
  const source = sources[number - 1];
  if (!source) throw new UserError("image.no-number", { number, count: sources.length });
  return source;
}

/** @throws UserError where the platform shows no picture for what was written */
async function findWritten(request: ImageRequest, limits: ImageLimits, { written }: Written): Promise<FoundImage> {
  const source = await toldOfWait(request, async () => request.chat.pictureOf?.(written, request.channel));
  if (!source) throw new UserError("image.not-written", { written: written.replaceAll("`", "") });
  return downloadTheirs(source, request, limits);
}

/** The picture on the message that the link names, else the link itself. */
async function findLinked(request: ImageRequest, link: URL, wanted: WantedImage): Promise<ShownPicture | URL> {
  const { chat, user, channel } = request;
  const shown = await chat.picturesBehind?.(link, { user, channel });
  if (isNumbered(wanted) && shown) return numbered(shown, wanted);
  if (isNumbered(wanted) && wanted.number > 1)
    throw new UserError("image.no-number", { number: wanted.number, count: 1 });
  return (shown && shownTogether(shown)[0]) ?? link;
}

/** Tells the person who waits for `search` that it takes long. */
async function toldOfWait<T>({ note }: ImageRequest, search: () => Promise<T>): Promise<T> {
  // Who cannot be told has the result all the same.
  const tell = () => void note(sentence("image.search")).catch(() => undefined);
  const timer = setTimeout(tell, UNTOLD_MS);
  try {
    return await search();
  } finally {
    clearTimeout(timer);
  }
}

/** In a thread that a job has opened, what is newest in the channel is meant as long as the job has shown nothing. */
async function findLatest({ chat, channel, event, app }: ImageRequest): Promise<NewestPicture | undefined> {
  if (event.latestPicture) return event.latestPicture === "none" ? undefined : event.latestPicture;
  const latest = await chat.latestPicture(channel);
  const { thread, ...parent } = channel;
  if (latest || thread === undefined) return latest;
  const job = await app.jobs.ofMessage({ channel: parent, id: thread });
  return job && chat.latestPicture(parent);
}

async function newestUsable(latest: NewestPicture, request: ImageRequest, limits: ImageLimits): Promise<FoundImage> {
  let failure: unknown;
  let next: NewestPicture | undefined = latest;
  let [tried, skipped] = [0, 0];
  while (next && tried < MOST_TRIED && skipped < MOST_SKIPPED) {
    const image = await downloadTheirs(next, request, limits, true).catch((error: unknown) => {
      // Nor can one that its author lets no one else use, or that moderators have hidden.
      const isTheirs = error instanceof UserError && [NOT_THEIRS, WITHHELD].includes(error.identifier);
      if (isTheirs) skipped += 1;
      else if (error instanceof UserError && NO_IMAGE.has(error.identifier)) tried += 1;
      else throw error;
      failure ??= error;
      return undefined;
    });
    if (image) return image;
    const newer: NewestPicture = next;
    next = await toldOfWait(request, async () => newer.older?.());
  }
  throw failure;
}

async function download(
  source: ShownPicture,
  { maxBytes, seconds }: ImageLimits,
  decoding = false,
): Promise<FoundImage> {
  if (source.size !== undefined && source.size > maxBytes) throw tooLarge(source.name, maxBytes);
  const aborter = new AbortController();
  // The adapter should obey the signal; the time-out makes sure that a job never waits for one that does not.
  const image = await withTimeout(source.fetch({ maxBytes, signal: aborter.signal }), seconds * 1000, () => {
    aborter.abort();
    throw tooSlow(source.name, seconds);
  });
  if (image.bytes.byteLength > maxBytes) throw tooLarge(source.name, maxBytes);
  const { type, bytes, mark } = await checkImage(image.bytes, source.name, decoding);
  return { ...image, bytes, type, source, ...defined({ mark, among: source.among }) };
}
