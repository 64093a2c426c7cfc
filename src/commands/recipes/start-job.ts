import type { ChannelRef, Credit, Job, Member, MessageRef, MetricsSink, User } from "../../domain/model.js";
import { filmOfOctaves, MORPH_COST_KEY, octaveOf } from "../../engine/recipes/morph-options.js";
import { isMorph } from "../../engine/recipes/outcome.js";
import type { Chat } from "../../port/adapter.js";
import type { OutgoingMessage } from "../../port/messages.js";
import type { ShownPicture } from "../../port/newest.js";
import type { JobMemory } from "../../queue/job-request.js";
import { type JobQueue, QueueError } from "../../queue/queue.js";
import { defined } from "../../shared/defined.js";
import { filmKind, mayMove } from "../../shared/films/kind.js";
import type { BotOptions } from "../bot-options.js";
import { downloadImage, type FoundImage, type ImageServices } from "../images/find-image.js";
import { hasFrames, movingFrames } from "../images/moving-frames.js";
import { type Provenance, provenanceOf, withChosenCredits } from "../images/provenance.js";
import type { LookLibrary } from "../looks/taught-look.js";
import { ARCHIVED } from "../moderation/refusal.js";
import { looksFor, stylesFor } from "../outsiders.js";
import type { Presenter } from "../presenting/presenter.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import type { StyleLibrary } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import { commandLine, type Draft, type Params, type Recipe } from "./recipe.js";

/** What is asked for: a recipe with values of its options, and the images that it works on. */
interface RecipeRequest {
  readonly recipe: Recipe;
  /** Values of the recipe's options that were chosen. */
  readonly given: Params;
  /** The parameters that `given` changes, of an earlier job; the channel's defaults when left out. */
  readonly params?: Params;
  /** By role: those that were checked already, and those still to be downloaded. */
  readonly images: Readonly<Record<string, JobImage>>;
  /** The longer side of the result that it goes on from, in pixels: the rest costs less. */
  readonly done?: number | undefined;
  /** Where the images came from; found out from `images` when left out. */
  readonly provenance?: Provenance;
  /** To be named besides the makers of images and styles. */
  readonly credits?: readonly Credit[];
  /** Said where the job is told of until it ends. */
  readonly note?: string;
}

/** Bytes that were checked already, or where to download them. */
type JobImage = CheckedImage | ShownPicture;

type CheckedImage = Pick<FoundImage, "bytes" | "source"> & Partial<Pick<FoundImage, "description" | "among">>;

/** Who asks for a job, and where. */
export interface JobRequester {
  readonly chat: Chat;
  readonly channel: ChannelRef;
  readonly user: Pick<User, "id" | "name"> & Partial<Pick<Member, "moderatesAll">>;
  /** The id of the job that comes of it, where that was written down before; see `Receipt.job`. */
  readonly jobId?: string | undefined;
  /** Gives the first public answer; it is posted in the channel when left out. */
  replyPublic?(message: OutgoingMessage): Promise<MessageRef | undefined>;
}

/** What starting a job needs of the program. */
export interface JobServices extends ImageServices {
  readonly queue: Pick<JobQueue, "submit">;
  readonly presenter: Pick<Presenter, "open">;
  readonly settings: Pick<ChannelSettings, "defaults" | "checkSize" | "caps">;
  readonly styles: StyleLibrary;
  readonly store: ImageServices["store"] & { readonly looks: LookLibrary };
  readonly botOptions: Pick<BotOptions, "pictures">;
  readonly metrics: MetricsSink;
}

/**
 * Starts a job: downloads and checks its images, settles its parameters, hands it to the queue, and has it shown.
 * Commands, palettes, votes, art channels, reactions on results, buttons and `/again` all start jobs here.
 *
 * @throws UserError when an image cannot be used, the values do not go together, it is larger than the channel allows,
 * the channel is archived, or the queue does not take it.
 */
export async function startJob(request: RecipeRequest, requester: JobRequester, services: JobServices): Promise<Job> {
  const { recipe, given } = request;
  const { chat, channel, user } = requester;
  const { settings, styles, store } = services;
  const scope = { channel, chat, styles: stylesFor(user, styles), looks: looksFor(user, store.looks) };
  const images = await downloaded(request.images, requester, services);
  const provenance = request.provenance ?? (await provenanceOf(Object.values(images), user, services.jobs));
  const pictures = Object.fromEntries(Object.entries(images).map(([role, { bytes }]) => [role, bytes]));
  const params = request.params ?? settings.defaults(recipe, channel);
  const { format } = given;
  const main = pictures[recipe.imageRole ?? ""];
  const film = main !== undefined && mayMove(main) ? main : undefined;
  const moving = await framesOf(recipe, film, { ...params, ...given, format }, services);
  const draft = await recipe.change({ params, pictures }, { ...given, ...moving }, scope);
  settings.checkSize(recipe, draft.params, channel, user);
  const still = film !== undefined && !recipe.options.moving && (await hasFrames(film));
  return submit(draft, { ...provenance, ...(still && { still }) }, request, requester, services);
}

/** Of a moving picture every frame is worked on, unless something else is said. */
async function framesOf(
  { options, defaults }: Recipe,
  film: Uint8Array | undefined,
  { moving, format, size }: Params,
  { botOptions }: Pick<JobServices, "botOptions">,
): Promise<Params> {
  if (!options.moving) return {};
  const usual = Number(defaults().size);
  const sides = { side: typeof size === "number" ? size : usual, usual };
  const filmFrames = film && (await movingFrames(film, moving, botOptions.pictures, sides));
  // A film with sound stays one, unless something else is said.
  const staysFilm = film !== undefined && filmFrames !== undefined && filmKind(film) !== undefined;
  return { filmFrames, format: format ?? (staysFilm ? "mp4" : undefined) };
}

async function downloaded(
  images: RecipeRequest["images"],
  { user, channel }: JobRequester,
  services: JobServices,
): Promise<Record<string, CheckedImage>> {
  const { pictures } = services.botOptions;
  const found: Record<string, CheckedImage> = {};
  for (const [role, image] of Object.entries(images)) {
    found[role] = "fetch" in image ? await downloadImage(image, { user, channel }, pictures, services) : image;
  }
  return found;
}

async function submit(
  { params, pictures, styleCredits: styles, lookCredits: look }: Draft,
  provenance: Provenance & Pick<Job, "still">,
  { recipe, done, note, credits: more = [] }: RecipeRequest,
  { chat, channel, user, jobId: id, replyPublic }: JobRequester,
  { queue, presenter, settings, metrics }: JobServices,
): Promise<Job> {
  const { name, archived, closed, restricted, ownMembers } = await chat.describe(channel);
  if (archived) throw new UserError(ARCHIVED, { name });
  const { credits: before, ...origin } = provenance;
  const credits = [...withChosenCredits(before, { styles, look }), ...more];
  try {
    return await queue.submit(
      {
        ...origin,
        channel,
        author: { id: user.id, name: user.name },
        recipe: recipe.name,
        ...(recipe.version > 1 && { version: recipe.version }),
        params,
        pictures,
        called: { title: recipe.title(params), line: commandLine(recipe, params, Object.keys(pictures)) },
        ...workOf(recipe, { params, pictures }, done),
        memory: jobMemory(recipe, params),
        ...defined({ id, address: chat.addressOf?.(user) }),
        ...(credits.length === 0 ? {} : { credits }),
        caps: settings.caps(channel),
        audience: ownMembers ? "thread" : closed || restricted ? "channel" : "community",
      },
      (job) => presenter.open(job, { chat, ...defined({ replyPublic, note }) }),
    );
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    metrics({ kind: "refused", why: error.kind });
    throw new UserError(error);
  }
}

/** How much is to be done, and what its time depends on: of octaves that were kept only a film is made. */
function workOf(recipe: Recipe, { params, pictures }: Pick<Draft, "params" | "pictures">, done: number | undefined) {
  const kept = isMorph(params) && Object.keys(pictures).some((role) => octaveOf(role) !== undefined);
  if (kept) return { cost: filmOfOctaves(recipe.side(params)), costKey: MORPH_COST_KEY };
  return { cost: recipe.cost(params, done), costKey: recipe.costKey(params) };
}

const SIDES = ["size", "width", "height"] as const;
/** Sides that are offered instead are multiples of it, in pixels. */
const ROUND = 64;

/** What a job takes, and what it would take in smaller sizes. */
export function jobMemory(recipe: Recipe, params: Params): JobMemory {
  // Where width and height are given, the size says nothing.
  const given = SIDES.filter((side) => typeof params[side] === "number");
  const sides = given.includes("height") && given.includes("width") ? given.filter((side) => side !== "size") : given;
  const longest = Math.max(0, ...sides.map((side) => Number(params[side])));
  const smaller: { line: string; megabytes: number }[] = [];
  for (let side = Math.ceil(longest / ROUND) * ROUND - ROUND; side >= ROUND; side -= ROUND) {
    const sized = Object.fromEntries(sides.map((key) => [key, Math.round((Number(params[key]) * side) / longest)]));
    const line = Object.entries(sized).map(([key, value]) => `${key}:${value}`);
    smaller.push({ line: line.join(" "), megabytes: recipe.memory({ ...params, ...sized }) });
  }
  return { megabytes: recipe.memory(params), smaller };
}
