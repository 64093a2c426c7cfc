/**
 * The domain: communities and channels, people, messages, credits, jobs. Plain data that can be stored, sent to another
 * process, and read after a restart.
 */

/** A community of a platform: a Discord guild, a Slack workspace, "local" in the web chat. */
export interface Community {
  /** The adapter's name: "web", "discord", "slack". */
  readonly platform: string;
  readonly community: string;
}

/** What people from outside, whom the chat does not know, are shown of a community: works of these channels alone. */
export interface PublicScope extends Community {
  readonly channels: readonly string[];
}

/** What people from outside can ask for: only by what they are shown. */
export interface PublicQuery {
  /** Works whose title, kind or author has all of these words, or words that begin so. */
  readonly words?: readonly string[];
  /** Painted in the style of this name, among others; dreamt with the look of this name. */
  readonly style?: string;
  readonly look?: string;
  /** The author's name, as the works have it. */
  readonly person?: string;
  readonly limit: number;
  /** A page's `next`, to read on after it. */
  readonly after?: string;
}

/** Names by which people from outside can choose works, those with the most works first. */
export interface PublicChoices {
  readonly styles: readonly string[];
  readonly looks: readonly string[];
  readonly people: readonly string[];
}

/** The community of direct messages on platforms where they belong to none, as Discord's own links call it. */
export const NO_COMMUNITY = "@me";

/** A channel, or a thread inside it. Plain data, so that it can be stored and used after a restart. */
export interface ChannelRef extends Community {
  readonly id: string;
  /** Set when it is a thread of the channel. */
  readonly thread?: string;
}

/** A channel as a key. A thread has its channel's. */
export function channelKey({ platform, community, id }: ChannelRef): string {
  return JSON.stringify([platform, community, id]);
}

/** A community as a key. */
export function communityKey({ platform, community }: Community): string {
  return JSON.stringify([platform, community]);
}

export function sameCommunity(a: Community, b: Community): boolean {
  return a.platform === b.platform && a.community === b.community;
}

/** A person on a platform, as others read the name. */
export interface User {
  readonly id: string;
  readonly name: string;
}

/** A user as a member of a channel, with what the platform lets them do there. */
export interface Member extends User {
  /** May manage the channel (settings, other people's results). */
  readonly moderator: boolean;
  /** May manage all of the community, not this channel alone; false where the platform does not tell. */
  readonly moderatesAll?: boolean;
  /**
   * Somebody who is in the community's chat and not of it, as a guest or one of another organisation: they read some of
   * its channels only, and the program does not know which besides the one where they write.
   */
  readonly outsider?: true;
  /** Ids of the roles that they have there, on platforms with roles and as far as it says which. */
  readonly roles?: readonly string[];
}

/** One person everywhere on a platform. */
export interface UserKey {
  readonly platform: string;
  readonly user: string;
}

/** A person or a role that was mentioned, or is barred. */
export interface Mentioned extends User {
  readonly kind: "person" | "role";
}

/** Whether somebody may do what concerns all of a community. Direct messages are no community of anybody's. */
export function moderatesAll({ moderatesAll: all = false }: Member, { community }: Community): boolean {
  return all && community !== NO_COMMUNITY;
}

/**
 * Whether somebody moderates a channel: all of its community, or that channel alone.
 * @param here where they are a member as it says; left out where that is in no channel
 */
export function moderates(user: Member, there: ChannelRef, here: ChannelRef | undefined): boolean {
  if (moderatesAll(user, there)) return true;
  return user.moderator && here !== undefined && channelKey(here) === channelKey(there);
}

/** Whether somebody may cancel, change or delete what an author has made in a channel. */
export function mayManage(
  user: Member,
  { author, channel }: { readonly author: Pick<User, "id">; readonly channel: ChannelRef },
  here: ChannelRef | undefined,
): boolean {
  return user.id === author.id || moderates(user, channel, here);
}

/** A posted message, addressable after a restart. */
export interface MessageRef {
  readonly channel: ChannelRef;
  readonly id: string;
}

/** Who is named beside a job's author: who made the image or the style that it uses, or who chose. */
export interface Credit {
  /** "look": who has taught it, and who made what it was taught from; "choice": who has chosen the styles' shares. */
  readonly role: "picture" | "style" | "look" | "choice";
  /** A person or an artist. */
  readonly by: string;
  /** What of theirs was used, where it has a name: a style's, a look's. */
  readonly what?: string;
  /** The id of the person whose own picture this very job began with, not a work that somebody made of it. */
  readonly person?: string;
}

/** What happens between jobs and chats that only operators want to know: plain facts, to be counted. */
type MetricEvent =
  /** A frame, or another state of the message that shows progress, is in the chat. */
  | { readonly kind: "frame-posted"; readonly platform: string }
  /** "overtaken": a newer one came before the platform took it; "refused": the platform did not take it. */
  | { readonly kind: "frame-dropped"; readonly platform: string; readonly why: "overtaken" | "refused" }
  /** A final picture has been posted, or could not be posted anywhere. */
  | { readonly kind: "delivered" | "undelivered"; readonly platform: string }
  /**
   * A chat did not do what was asked of it, once; it may have been asked again. `why` is the error's kind, or
   * "unforeseen".
   */
  | { readonly kind: "chat-failed"; readonly platform: string; readonly why: string }
  /** The queue has not taken a job; `why` is the error's kind. */
  | { readonly kind: "refused"; readonly why: string };

/** Receives events. Returns quickly and does not throw. */
export type MetricsSink = (event: MetricEvent) => void;

/** Every message posted for a job, so that later presses of a button find them. */
export interface JobMessages<M = MessageRef, C = ChannelRef> {
  /** The public answer in the channel; shows the final image in the end. */
  readonly announcement?: M;
  readonly thread?: C;
  readonly progress?: M;
  readonly frames: readonly M[];
  readonly final?: M;
}

export type JobState = "waiting" | "running" | "done" | "failed" | "cancelled";

/** Whether a job in this state never runs again. */
export function isFinal(state: JobState): boolean {
  return state !== "waiting" && state !== "running";
}

/** Why a job has failed: `message` is a sentence for the person who asked. */
export interface JobFailure {
  readonly kind: string;
  readonly message: string;
  /** What only moderators are told. */
  readonly detail?: string;
}

/** What is kept of a result besides the image. */
export interface JobResult {
  readonly width: number;
  readonly height: number;
  /** Seconds the engine worked. */
  readonly seconds: number;
  readonly network: string;
  readonly runtime: string;
  readonly seed: number;
  /** Every parameter as used, defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The version of the recipe that made it; default: 1. */
  readonly version?: number;
  /** What networks see in it, in the engine's own form, which `shared/sighting.ts` describes. */
  readonly seen?: readonly object[];
  /** What the channels stand for that it shows, in the same way. */
  readonly meanings?: object;
  /** What was taught, in the engine's own form. */
  readonly taught?: object;
}

/** Who may see a result: everybody in the community, those in its channel, or those in its thread alone. */
export type JobAudience = "community" | "channel" | "thread";

/** A picture's place among those that its message is about, from 1, where there are several. */
export interface Among {
  readonly number: number;
  readonly count: number;
}

export interface Job {
  /** Short and readable, see `newJobId`. */
  readonly id: string;
  readonly channel: ChannelRef;
  readonly author: User;
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The recipe's version when the job was asked for; default: 1. */
  readonly version?: number;
  /** Roles of the input images, for instance ["image"]; the bytes are in the repository. */
  readonly pictures: readonly string[];
  /** Size of the task in megapixel-steps: what the expected time is computed from. */
  readonly cost: number;
  /** What the time of one megapixel-step depends on, for instance "dream resnet50 creatures". */
  readonly costKey: string;
  /** Larger goes first; 0 for what people ask. */
  readonly priority: number;
  /** Estimated peak memory in megabytes, besides the program and its networks, where it is known. */
  readonly megabytes?: number;
  readonly state: JobState;
  /** How often the engine has begun it since its last checkpoint. */
  readonly attempts: number;
  /** Milliseconds since the epoch, like the next two. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Milliseconds that earlier processes worked on it, up to the checkpoint from which it resumed; default: 0. */
  readonly workedMs?: number;
  readonly messages: JobMessages;
  readonly failure?: JobFailure;
  readonly result?: JobResult;
  /** It has ended, and people have yet to be told. */
  readonly unnotified?: boolean;
  /** The job this one repeats or works on, if any. It may have been removed since. */
  readonly from?: string;
  /** It repeats that job, from the same images, and does not work on its result: a variation, not a remix. */
  readonly repeats?: boolean;
  readonly credits?: readonly Credit[];
  /** Made from a hidden image: its frames and its result are posted hidden. */
  readonly spoiler?: boolean;
  /** What the image that it works on shows, as the one who posted it has described it. */
  readonly about?: string;
  /** Its image's place among several that could have been meant, where no one has said which. */
  readonly among?: Among;
  /** Its image is one frame of a film: the recipe makes none of films. */
  readonly still?: boolean;
  /** By what it is found later: its title, and its line as it was begun. Written only; a job that is read has none. */
  readonly called?: { readonly title: string; readonly line: string };
  /** Default: "community". */
  readonly audience?: JobAudience;
  /** A moderator has taken it out of the gallery: its author cannot put it back, and nothing is made of it. */
  readonly withheld?: boolean;
}

/** Whether a work is for somebody to see who is in a channel or thread; in none where it is left out. */
export function isSeenFrom(
  { channel, audience = "community" }: Pick<Job, "channel" | "audience">,
  place: Partial<Pick<ChannelRef, "id" | "thread">>,
  { outsider = false }: { readonly outsider?: boolean },
): boolean {
  if (audience === "community") return !outsider || channel.id === place.id;
  return channel.id === place.id && (audience === "channel" || channel.thread === place.thread);
}

/** What may change in a job's life. */
export type JobChange = Partial<
  Pick<
    Job,
    "state" | "attempts" | "startedAt" | "workedMs" | "finishedAt" | "messages" | "failure" | "result" | "unnotified"
  >
>;

/** How long a job has been worked on until then, in milliseconds, by all processes together; 0 before it has begun. */
export function workedMs(
  { startedAt, workedMs: before = 0 }: Pick<Job, "startedAt" | "workedMs">,
  until: number,
): number {
  return before + (startedAt === undefined ? 0 : Math.max(0, until - startedAt));
}

/** The version of the recipe that has made its image, or is to make it. */
export function versionOf({ version = 1, result }: Pick<Job, "version" | "result">): number {
  return result ? (result.version ?? 1) : version;
}

/** One person everywhere on a platform: whom fairness and caps count. */
export function userKey(job: Pick<Job, "channel" | "author">): string {
  return `${job.channel.platform}:${job.author.id}`;
}

/** Digits and letters that are not mistaken for one another when read aloud: no 0/O, 1/I/L, 5/S, 8/B, 2/Z, U/V. */
const ALPHABET = "34679ACDEFGHJKMNPQRTWXY";
const LENGTH = 8;
/** What a job's id looks like, for regular expressions. */
const JOB_ID = `[${ALPHABET}]{${LENGTH}}`;

/** A new job's name, for instance "7KQ4M9XA": 8 characters, about 78 thousand million different ones. */
export function newJobId(): string {
  const drawn = crypto.getRandomValues(new Uint32Array(LENGTH));
  return Array.from(drawn, (number) => ALPHABET.charAt(number % ALPHABET.length)).join("");
}

/**
 * An id, or at least its first 4 characters, as a person types it: any case, "#" before it; undefined when it cannot be
 * one.
 */
export function readJobId(typed: string): string | undefined {
  const id = typed.trim().replace(/^#/, "").toUpperCase();
  if (id.length < 4 || id.length > LENGTH) return undefined;
  return [...id].every((character) => ALPHABET.includes(character)) ? id : undefined;
}

/** The file name of a job's result; `part` for what it shows on the way there, such as "octave-2". */
export function pictureName(recipe: string, job: string, extension: string, part?: string): string {
  return `${[recipe, job, ...(part === undefined ? [] : [part])].join("-")}.${extension}`;
}

/** The key of one of a job's messages. In the end the announcement shows the result, where no final message does. */
export function messageKey(job: string, what: string): string {
  return `${job} ${what}`;
}

/** The jobs that the name of a file tells of, which the bot has posted to show their results again. */
export function jobsInName(name: string): readonly string[] {
  return name.match(new RegExp(`(?<![A-Za-z0-9])${JOB_ID}(?![A-Za-z0-9])`, "g")) ?? [];
}

const RESULT_NAME = new RegExp(`^[a-z-]+-${JOB_ID}\\.[a-z0-9]+$`);
const RESULT_KEY = new RegExp(`^${JOB_ID} (?:final|announcement)$`);

/**
 * Whether a picture of the bot's own is a result, by its file's name or by its message's key, whichever the platform
 * keeps.
 */
export function isResult({ name = "", key = "" }: { readonly name?: string; readonly key?: string | undefined }) {
  return RESULT_NAME.test(name) || RESULT_KEY.test(key);
}
