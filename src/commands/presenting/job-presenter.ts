import PQueue from "p-queue";
import type { Logger } from "pino";
import {
  type ChannelRef,
  channelKey,
  type Job,
  type JobFailure,
  type JobMessages,
  type MessageRef,
  type MetricsSink,
  messageKey,
} from "../../domain/model.js";
import type { EngineFrame, EngineResult } from "../../engine/process/engine.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError, mayPass } from "../../port/chat-error.js";
import type { OutgoingMessage, Picture, PictureOrigin, Progress } from "../../port/messages.js";
import { FILTERED } from "../../queue/picture-filter.js";
import type { CancelReason, JobQueue, QueuePosition } from "../../queue/queue.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import type { Lesson } from "../looks/keep-look.js";
import type { Recipe } from "../recipes/recipe.js";
import { mayBeCut, variantsOf } from "../recipes/variants.js";
import {
  type Delivery,
  type DeliveryPolicy,
  type Destination,
  destinationIn,
  type Ending,
  LiveMessage,
  postToFirst,
  retryDelivery,
  type Shown,
  tracedBy,
} from "./deliver.js";
import { markedResult } from "./marked-result.js";
import * as texts from "./texts.js";

/** Where a job is shown, and how its first public answer is given. */
export interface JobDestination {
  readonly chat: Chat;
  /** Answers the person who asked; not there when the job is of an earlier process. */
  replyPublic?(message: OutgoingMessage): Promise<MessageRef | undefined>;
  /** Said with its outlook. */
  readonly note?: string;
}

export interface JobPresenterOptions {
  readonly job: Job;
  readonly destination: JobDestination;
  readonly recipe: Recipe;
  readonly queue: JobQueue;
  readonly logger: Logger;
  /** Wait before the second try of a message, in milliseconds. */
  readonly backoffMs: number;
  readonly metrics: MetricsSink;
  /** Where the moderators of a channel's community want reports of results, if they do. */
  readonly reportsChannel: (channel: ChannelRef) => ChannelRef | undefined;
  /** See `ChannelSettings.marksFiles`. */
  readonly marksFiles: (channel: ChannelRef) => boolean;
  /** Where a job's result is as it is, for chats that take only a smaller form; undefined where it is nowhere. */
  readonly linkTo: (job: string) => string | undefined;
  /** Keeps what a job has taught, and says so. See `keepLook`. */
  readonly keepLook: (job: Job, lesson: Lesson) => Promise<string>;
  /** See `madeFrom`. */
  readonly madeFrom: (job: Job, recipe: Recipe) => PictureOrigin | undefined;
  /** See `ChannelSettings.largest`. */
  readonly largest: (recipe: Recipe, channel: ChannelRef) => number | undefined;
  /**
   * Given for a job that an earlier process has begun to show: resolves when its chat can be used, with false when it
   * never can. That process may have posted a message without storing which.
   */
  readonly ready?: Promise<boolean>;
  /** Its end is told once more to a chat that did not take it: nothing is tried twice now. */
  readonly again?: boolean;
  /** Called when the chat has not taken the job's end, but may do so later. */
  readonly owed: (job: Job) => void;
}

/** Whether people know of a job's end, or their chat is still owed it; "unfinished": the next start goes on with it. */
type Told = "told" | "owed" | "unfinished";

/** Octave frames that may wait for a slow chat; older ones are dropped. */
const MAX_FRAMES_WAITING = 12;

/**
 * One job as seen in the chat, from "2nd in line" to the final image. The queue tells it what happens and never waits
 * for it: failures of the chat do not stop the job.
 */
export class JobPresenter {
  /** Messages go out one after the other, in the order of what happened. */
  readonly #outbox = new PQueue({ concurrency: 1 });
  readonly #policy: DeliveryPolicy;
  readonly #frames: EngineFrame[] = [];
  #messages: JobMessages;
  #announcement: LiveMessage | undefined;
  #progress: LiveMessage | undefined;
  /** What the progress message should say, also while it is still being posted. */
  #latest: OutgoingMessage | undefined;
  /** Its newest position, which may come while the announcement is being posted. */
  #position: QueuePosition | undefined;
  /** No place takes its announcement. */
  #unannounced = false;
  /** Frames are refused for good. */
  #frameless = false;
  /** What its pictures are made from, once that was asked. */
  #origin: { readonly is: PictureOrigin | undefined } | undefined;
  #begun = false;
  #painting = false;
  #over = false;

  constructor(private readonly options: JobPresenterOptions) {
    const { job, backoffMs, logger, again = false } = options;
    this.#messages = job.messages;
    this.#policy = {
      attempts: again ? 1 : 6,
      backoffMs,
      logger,
      trace: job.id,
      onFailure: (error) => this.#countFailure(error),
    };
    this.#enqueue(() => this.#open());
  }

  /** Resolves when all that has happened so far has been shown. */
  idle(): Promise<void> {
    return this.#outbox.onIdle();
  }

  #enqueue(task: () => Promise<void>): void {
    const { ready, logger } = this.options;
    const run = async () => {
      if ((await ready) !== false) await task();
    };
    this.#outbox.add(run).catch((error: unknown) => logger.error({ err: error }, "a message could not be delivered"));
  }

  moved(position: QueuePosition): void {
    this.#position = position;
    this.#announcement?.show(this.#outlook(position));
  }

  /** What the announcement says until the job ends. */
  #outlook(position: QueuePosition | undefined): OutgoingMessage {
    return { ...this.#announcementAt(position), passing: true };
  }

  #announcementAt(position: QueuePosition | undefined): OutgoingMessage {
    const { recipe, job, queue, destination } = this.options;
    const { countdowns } = destination.chat.capabilities;
    const { text, ...said } = texts.announcement(recipe, job, position, queue.announcement?.(), countdowns);
    return { ...said, text: destination.note === undefined ? text : `${text}\n${destination.note}` };
  }

  /** The job is taken up again by another process than the one that began to show it. */
  resumed(): void {
    const { job, queue } = this.options;
    this.#enqueue(async () => {
      if (this.#over) return;
      this.#announcement?.show(this.#outlook(queue.position(job.id)));
      if (!this.#progress) return;
      const message = { text: sentence("job.resumed"), key: this.#key("resumed"), perhapsPosted: true };
      await this.#keepFrame(await this.#postFrame(message));
    });
  }

  started(): void {
    this.#begun = true;
    const { recipe, job, queue } = this.options;
    this.#enqueue(async () => {
      if (this.#over) return;
      const position = queue.position(job.id);
      this.#announcement?.show(this.#outlook(position));
      const beginning = texts.beginning(recipe, job, position);
      if (this.#progress) {
        this.#progress.show(this.#latest ?? { ...beginning, passing: true });
        return;
      }
      const ref = await this.#postFrame({ ...beginning, ...this.#once("progress") });
      if (!ref) return;
      const progress = this.#follow(ref);
      if (this.#latest) progress.show(this.#latest);
      await this.#keep({ progress: ref });
    });
  }

  /** The engine is still fetching what it needs. */
  fetching(text: string, progress: Progress): void {
    if (this.#begun && !this.#painting) this.#showProgress({ text, progress });
  }

  frame(frame: EngineFrame): void {
    const { job, queue } = this.options;
    this.#painting = true;
    const left = queue.position(job.id)?.runSeconds;
    const preview = frame.kind !== "octave" ? this.#withOrigin(texts.framePicture(job, frame)) : undefined;
    this.#showProgress(texts.underway(job, frame, left, preview));
    if (frame.kind !== "octave") return;
    this.#frames.push(frame);
    if (this.#frames.length > MAX_FRAMES_WAITING) {
      this.#frames.shift();
      this.#countFrame("overtaken");
    }
    this.#enqueue(async () => {
      const next = this.#frames.shift();
      if (!next) return;
      // An earlier process may have posted octaves beyond the last checkpoint, which are painted again.
      const octave = texts.octaveFrame(job, next, this.#withOrigin(texts.framePicture(job, next)));
      const message = { ...octave, ...this.#once(`octave ${next.octave}`) };
      const ref = await this.#postFrame(message);
      this.#countFrame(ref ? "posted" : "refused");
      await this.#keepFrame(ref);
    });
  }

  retrying(failure: JobFailure): void {
    this.#enqueue(async () => {
      await this.#keepFrame(await this.#postFrame({ text: texts.retryingText(failure) }));
    });
  }

  done(job: Job, result: EngineResult): void {
    this.#end(async () => {
      const { recipe, destination, logger, metrics, again = false, marksFiles, linkTo, keepLook } = this.options;
      const { taught, network } = result;
      const lesson = taught && (await keepLook(job, { taught, network }));
      const made = { ...texts.resultPicture(recipe, job, result), whole: linkTo(job.id) };
      const picture = markedResult(this.#withOrigin(made), { recipe, job, result, marksFiles });
      const known = this.#messages.final;
      const message = { ...texts.finished(recipe, job, result, picture, lesson), ...this.#once("final") };
      const { ref: final, refused } = known ? { ref: known, refused: false } : await this.#post(message);
      if (final || !again) metrics({ kind: final ? "delivered" : "undelivered", platform: destination.chat.platform });
      if (final) logger.info("the final picture has been delivered");
      else if (!again) logger.error({ job: job.id, refused }, "the final picture could not be posted anywhere");
      if (final && !known) await this.#keep({ final });
      const announced = this.#announcement?.ref.channel;
      const below = final !== undefined && announced !== undefined && sameThread(final.channel, announced);
      const text = sentence("result.done", { octaves: result.octaves.length, part: texts.partOf(job) });
      const ends = await Promise.all([
        this.#announcement?.end(
          texts.showpiece(recipe, job, result, below ? undefined : picture, { lesson, buttons: this.#buttons(job) }),
        ),
        this.#progress?.end({ text, progress: { value: 1, label: sentence("done") } }),
      ]);
      // What every place refuses for good stays owed: the next start tries again.
      if (refused) return "unfinished";
      return final !== undefined && !ends.includes("owed") ? "told" : "owed";
    });
  }

  #withOrigin(picture: Picture): Picture {
    const { job, recipe, madeFrom } = this.options;
    this.#origin ??= { is: madeFrom(job, recipe) };
    return { ...picture, ...defined({ madeFrom: this.#origin.is }) };
  }

  /** What the buttons below a result do. */
  #buttons({ channel, ...job }: Job): texts.JobButton[] {
    const { recipe, reportsChannel, largest, destination } = this.options;
    const variants = variantsOf({ recipe, params: job.params, largest: largest(recipe, channel) }, job);
    const emoji = mayBeCut(job.params, destination.chat) ? (["emoji"] as const) : [];
    const reports = reportsChannel(channel) ? (["report"] as const) : [];
    const again = recipe.once === true ? [] : (["again"] as const);
    const always = [...emoji, ...again, "delete", ...reports] as const;
    return [
      ...variants.map(({ variant, ...which }) => ({ verb: variant, ...which })),
      ...always.map((verb) => ({ verb })),
    ];
  }

  failed(job: Job, failure: JobFailure): void {
    if (failure.kind === FILTERED) this.#enqueue(() => this.#tellModerators(job, failure));
    this.#endWithout(job, texts.failureText(failure));
  }

  /** Of a result that the filter has held back: who asked for it, and what was seen; not what it was to show. */
  async #tellModerators({ channel, author, id }: Job, { detail = "" }: JobFailure): Promise<void> {
    const { destination, reportsChannel, logger } = this.options;
    const place = reportsChannel(channel);
    if (!place) return;
    const { chat } = destination;
    const text = sentence("filter.report", { author: plain(author.name), id, seen: detail });
    const message = { text, ...this.#once("filtered") };
    const { ref } = await postToFirst(chat, [destinationIn(chat, place)], message, this.#policyOf(3));
    if (!ref) logger.warn({ channel: place.id }, "the moderators could not be told of a result that was held back");
  }

  cancelled(job: Job, reason: CancelReason): void {
    this.#endWithout(job, sentence("job.cancelled", { by: plain(reason.name) }));
  }

  /** The program stops, and the job with it until the next start. */
  suspended(): void {
    const { recipe, job } = this.options;
    this.#end(async () => {
      await Promise.all([
        this.#announcement?.end(texts.suspended(recipe, job)),
        this.#progress?.end({ text: sentence("job.suspended"), keepPictures: true }),
      ]);
      return "unfinished";
    });
  }

  #showProgress(progress: OutgoingMessage): void {
    const content = { ...progress, passing: true } as const;
    this.#latest = content;
    this.#progress?.show(content);
  }

  /** Says why there is no picture: in the thread, where the frames are, and in the channel's message. */
  #endWithout(job: Job, why: string): void {
    this.#end(async () => {
      const end = texts.ended(this.options.recipe, job, why);
      const ends: (Ending | undefined)[] = [await this.#progress?.end({ text: why, keepPictures: true })];
      if (ends[0] !== "shown" && ends[0] !== "owed" && (job.state === "failed" || job.startedAt !== undefined)) {
        const { ref, refused } = await this.#post({ text: why, ...this.#once("end") });
        await this.#keepFrame(ref);
        ends.push(ref ? "shown" : refused ? "refused" : "owed");
      }
      ends.push(await this.#announcement?.end(end));
      const said = this.#unannounced || ends.some((end) => end !== undefined);
      return said && !ends.includes("owed") ? "told" : "owed";
    });
  }

  /** @param task shows the end, which the chat is owed until it has taken it */
  #end(task: () => Promise<Told>): void {
    this.#over = true;
    this.#progress?.stop();
    this.#announcement?.stop();
    this.#enqueue(async () => {
      // The progress message may have been posted after the job had ended.
      this.#progress?.stop();
      const { job, owed, logger, queue } = this.options;
      const told = await task().catch((err: unknown): Told => {
        logger.error({ err }, "a job's end could not be told");
        return "owed";
      });
      if (told === "told") await queue.markNotified(job.id);
      else if (told === "owed") owed(job);
    });
  }

  async #open(): Promise<void> {
    const { recipe, job, queue, destination } = this.options;
    const known = this.#messages;
    if (known.progress) this.#follow(known.progress);
    const ref = known.announcement ?? (await this.#announce(this.#announcementAt(queue.position(job.id))));
    if (!ref) return;
    this.#announcement = new LiveMessage(destination.chat, ref, this.#policy);
    if (this.#over) this.#announcement.stop();
    else if (this.#position && !this.#begun) this.moved(this.#position);
    if (!known.announcement) await this.#keep({ announcement: ref });
    if (known.thread) return;
    try {
      const open = () => destination.chat.openThread(ref, texts.threadTitle(recipe, job));
      await this.#keep({ thread: await retryDelivery(open, this.#policyOf(3)) });
    } catch (error) {
      this.options.logger.warn({ err: error, job: job.id }, "no thread could be opened; the channel is used instead");
    }
  }

  async #announce(announcement: OutgoingMessage): Promise<MessageRef | undefined> {
    const { destination, job, logger } = this.options;
    let message = { ...announcement, ...this.#once("announcement") };
    try {
      const ref = await destination.replyPublic?.(tracedBy(this.#policy, message));
      if (ref) return ref;
    } catch (error) {
      logger.warn({ err: error, job: job.id }, "the command could not be answered; posting instead");
      // The answer may be there all the same.
      if (mayPass(error)) message = { ...message, perhapsPosted: true };
    }
    const { chat } = destination;
    const { ref, refused } = await postToFirst(chat, [destinationIn(chat, job.channel)], message, this.#policy);
    this.#unannounced = refused;
    return ref;
  }

  #follow(ref: MessageRef): LiveMessage {
    const progress = new LiveMessage(this.options.destination.chat, ref, this.#policy, (what) =>
      this.#countFrame(what),
    );
    this.#progress = progress;
    if (this.#over) progress.stop();
    return progress;
  }

  /** Names one of the job's messages, so that it is not posted twice. */
  #key(what: string): string {
    return messageKey(this.options.job.id, what);
  }

  #once(what: string): Pick<OutgoingMessage, "key" | "perhapsPosted"> {
    return { key: this.#key(what), perhapsPosted: this.options.ready !== undefined };
  }

  /**
   * Says what must be said, to those who were to see it and no others: in the job's own thread, else where it was asked
   * for, by the bot itself or by its answer to the command, else to the author alone. From a thread that people have
   * opened nothing goes to the channel around it, which others read.
   */
  async #post(message: OutgoingMessage): Promise<Delivery> {
    const { destination, job, recipe } = this.options;
    const { chat, replyPublic: answer } = destination;
    const { channel, author, id } = job;
    const { thread } = this.#messages;
    const own = thread && !sameThread(thread, channel) ? [destinationIn(chat, thread)] : [];
    const answers: Destination[] = answer ? [{ channel, post: (said) => answer(said) }] : [];
    const about = { id, title: recipe.title(job.params) };
    const alone: Destination = {
      channel,
      post: (said) =>
        chat.tell(author, channel, { ...said, text: sentence("job.alone", { ...about, text: said.text }) }),
      last: true,
    };
    return postToFirst(chat, [...own, destinationIn(chat, channel), ...answers, alone], message, this.#policy);
  }

  /**
   * Posts in the thread only: when it was deleted, frames do not go to the channel instead. Where one is refused for
   * good, no other one is tried: refusals are counted, and too many of them ban the bot.
   */
  async #postFrame(message: OutgoingMessage): Promise<MessageRef | undefined> {
    if (this.#frameless) return undefined;
    const { destination, job } = this.options;
    const place = destinationIn(destination.chat, this.#messages.thread ?? job.channel);
    const { ref, refused } = await postToFirst(destination.chat, [place], message, this.#policyOf(3));
    this.#frameless = refused;
    return ref;
  }

  #policyOf(attempts: number): DeliveryPolicy {
    return { ...this.#policy, attempts: Math.min(attempts, this.#policy.attempts) };
  }

  async #keepFrame(ref: MessageRef | undefined): Promise<void> {
    const { frames } = this.#messages;
    if (ref && !frames.some(({ id }) => id === ref.id)) await this.#keep({ frames: [...frames, ref] });
  }

  #countFrame(what: Shown): void {
    const { platform } = this.options.destination.chat;
    this.options.metrics(
      what === "posted" ? { kind: "frame-posted", platform } : { kind: "frame-dropped", platform, why: what },
    );
  }

  #countFailure(error: unknown): void {
    const why = error instanceof ChatError ? error.kind : "unforeseen";
    this.options.metrics({ kind: "chat-failed", platform: this.options.destination.chat.platform, why });
  }

  async #keep(messages: Partial<JobMessages>): Promise<void> {
    this.#messages = { ...this.#messages, ...messages };
    await this.options.queue.keepMessages(this.options.job.id, this.#messages);
  }
}

function sameThread(a: ChannelRef, b: ChannelRef): boolean {
  return channelKey(a) === channelKey(b) && a.thread === b.thread;
}
