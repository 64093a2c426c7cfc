import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import type { Job, JobFailure, JobMessages } from "../../domain/job.js";
import type { MessageRef } from "../../domain/message.js";
import type { MetricsSink } from "../../domain/metric-event.js";
import type { EngineFrame, EngineResult } from "../../engine/process/engine.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage, Progress } from "../../port/messages.js";
import type { CancelReason, JobQueue, QueuePosition } from "../../queue/queue.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Recipe } from "../recipes/recipe.js";
import { type Delivery, type DeliveryPolicy, postToFirst, retryDelivery, tracedBy } from "./deliver.js";
import { LiveMessage, type Shown } from "./live-message.js";
import { SerialQueue } from "./serial-queue.js";
import * as texts from "./texts.js";

/** Where a job is shown, and how its first public answer is given. */
export interface JobDestination {
  readonly chat: Chat;
  /** Answers whoever asked; there is nobody to answer when the job is of an earlier process. */
  replyPublic?(message: OutgoingMessage): Promise<MessageRef | undefined>;
}

export interface JobPresenterOptions {
  readonly job: Job;
  readonly destination: JobDestination;
  readonly recipe: Recipe;
  readonly queue: JobQueue;
  readonly logger: Logger;
  readonly backoffMs: number;
  readonly metrics: MetricsSink;
  /**
   * Given for a job that an earlier process has begun to show: resolves when its chat can be used, with false when it never can.
   * That process may have posted a message without living to note it.
   */
  readonly ready?: Promise<boolean>;
}

/** Octave frames that may wait for a slow chat; older ones are dropped. */
const MAX_FRAMES_WAITING = 12;

/**
 * One job as seen in the chat, from "2nd in line" to the final picture. The queue tells it what happens and never waits for it;
 * whatever the chat does, the job goes on.
 */
export class JobPresenter {
  readonly #outbox: SerialQueue;
  readonly #persistence: DeliveryPolicy;
  readonly #frames: EngineFrame[] = [];
  #messages: JobMessages;
  #announcement: LiveMessage | undefined;
  #progress: LiveMessage | undefined;
  /** What the progress message should say, also while it is still being posted. */
  #latest: OutgoingMessage | undefined;
  #begun = false;
  #painting = false;
  #over = false;

  constructor(private readonly options: JobPresenterOptions) {
    const { job, ready, backoffMs, logger } = options;
    this.#messages = job.messages;
    this.#outbox = new SerialQueue(logger, ready);
    this.#persistence = {
      attempts: 6,
      backoffMs,
      logger,
      trace: job.id,
      onFailure: (error) => this.#noticeFailure(error),
    };
    this.#outbox.add(() => this.#open());
  }

  /** Resolves when all that has happened so far has been shown. */
  idle(): Promise<void> {
    return this.#outbox.idle();
  }

  moved(position: QueuePosition): void {
    const { recipe, job, queue } = this.options;
    this.#announcement?.show(texts.announcement(recipe, job, position, queue.announcement?.()));
  }

  /** The job is taken up again by another process than the one that began to show it. */
  resumed(): void {
    const { recipe, job, queue } = this.options;
    this.#outbox.add(async () => {
      if (this.#over) return;
      this.#announcement?.show(texts.announcement(recipe, job, queue.position(job.id), queue.announcement?.()));
      if (!this.#progress) return;
      await this.#keepFrame(
        await this.#postFrame({ text: texts.resumedText(), key: this.#key("resumed"), perhapsPosted: true }),
      );
    });
  }

  started(): void {
    this.#begun = true;
    const { recipe, job, queue } = this.options;
    this.#outbox.add(async () => {
      if (this.#over) return;
      const position = queue.position(job.id);
      this.#announcement?.show(texts.announcement(recipe, job, position));
      const beginning = texts.beginning(recipe, job, position);
      if (this.#progress) {
        this.#progress.show(this.#latest ?? beginning);
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
    const preview = frame.kind !== "octave" ? texts.framePicture(job, frame) : undefined;
    this.#showProgress(texts.underway(frame, left, preview));
    if (frame.kind !== "octave") return;
    this.#frames.push(frame);
    if (this.#frames.length > MAX_FRAMES_WAITING) {
      this.#frames.shift();
      this.#noticeFrame("overtaken");
    }
    this.#outbox.add(async () => {
      const next = this.#frames.shift();
      if (!next) return;
      // An earlier process may have posted octaves beyond the last checkpoint, which are painted again.
      const message = { ...texts.octaveFrame(job, next), ...this.#once(`octave ${next.octave}`) };
      const ref = await this.#postFrame(message);
      this.#noticeFrame(ref ? "posted" : "refused");
      await this.#keepFrame(ref);
    });
  }

  retrying(failure: JobFailure): void {
    this.#outbox.add(async () => {
      const { ref } = await this.#post({ text: texts.retryingText(failure) }, 3);
      await this.#keepFrame(ref);
    });
  }

  done(job: Job, result: EngineResult): void {
    this.#end(async () => {
      const { recipe } = this.options;
      const picture = texts.resultPicture(recipe, job, result);
      const known = this.#messages.final;
      const message = { ...texts.finished(recipe, job, result, picture), ...this.#once("final") };
      const { ref: final, refused } = known ? { ref: known, refused: false } : await this.#post(message);
      this.options.metrics({
        kind: final ? "delivered" : "undelivered",
        platform: this.options.destination.chat.platform,
      });
      if (final) this.options.logger.info("the final picture has been delivered");
      else this.options.logger.error({ job: job.id, refused }, "the final picture could not be posted anywhere");
      if (final && !known) await this.#keep({ final });
      const below =
        final !== undefined &&
        this.#announcement !== undefined &&
        samePlace(final.channel, this.#announcement.ref.channel);
      const last =
        result.octaves.length > 1
          ? sentence("result.octaves", { count: result.octaves.length })
          : sentence("result.picture");
      await Promise.all([
        this.#announcement?.end(texts.showpiece(recipe, job, result, below ? undefined : picture)),
        this.#progress?.end({
          text: sentence("result.done", { what: last }),
          progress: { value: 1, label: sentence("done") },
        }),
      ]);
      return final !== undefined || refused;
    });
  }

  failed(job: Job, failure: JobFailure): void {
    this.#endWithout(job, texts.failureText(failure));
  }

  cancelled(job: Job, reason: CancelReason): void {
    this.#endWithout(job, texts.cancelText(reason));
  }

  /** The program stops, and the job with it until the next start. */
  suspended(): void {
    const { recipe, job } = this.options;
    this.#end(async () => {
      await Promise.all([
        this.#announcement?.end(texts.suspendedAnnouncement(recipe, job)),
        this.#progress?.end(texts.suspendedProgress()),
      ]);
      return false;
    });
  }

  #showProgress(content: OutgoingMessage): void {
    this.#latest = content;
    this.#progress?.show(content);
  }

  /** Tells why there is no picture: in the thread, where the frames are, and in the channel's message. */
  #endWithout(job: Job, why: string): void {
    this.#end(async () => {
      const end = texts.ended(this.options.recipe, job, why);
      let told = this.#progress !== undefined && (await this.#progress.end({ text: why, keepPictures: true }));
      if (!told && (job.state === "failed" || job.startedAt !== undefined)) {
        const { ref, refused } = await this.#post({ text: why, ...this.#once("end") });
        await this.#keepFrame(ref);
        told = ref !== undefined || refused;
      }
      const announced = await this.#announcement?.end(end);
      return told || announced === true;
    });
  }

  /** @param task Says the last words; resolves with false when they are still to be said, at the next start. */
  #end(task: () => Promise<boolean>): void {
    this.#over = true;
    this.#progress?.stop();
    this.#announcement?.stop();
    this.#outbox.add(async () => {
      // The progress message may have been posted after the job had ended.
      this.#progress?.stop();
      if (await task()) await this.options.queue.markNotified(this.options.job.id);
    });
  }

  async #open(): Promise<void> {
    const { recipe, job, queue, destination: stage } = this.options;
    const known = this.#messages;
    if (known.progress) this.#follow(known.progress);
    const ref =
      known.announcement ??
      (await this.#announce(texts.announcement(recipe, job, queue.position(job.id), queue.announcement?.())));
    if (!ref) return;
    this.#announcement = new LiveMessage(stage.chat, ref, this.#persistence);
    if (this.#over) this.#announcement.stop();
    if (!known.announcement) await this.#keep({ announcement: ref });
    if (known.thread) return;
    try {
      const open = () => stage.chat.openThread(ref, texts.threadTitle(recipe, job));
      await this.#keep({ thread: await retryDelivery(open, { ...this.#persistence, attempts: 3 }) });
    } catch (error) {
      this.options.logger.warn({ err: error, job: job.id }, "no thread could be opened; the channel is used instead");
    }
  }

  async #announce(announcement: OutgoingMessage): Promise<MessageRef | undefined> {
    const { destination: stage, job, logger } = this.options;
    const message = { ...announcement, ...this.#once("announcement") };
    try {
      const ref = await stage.replyPublic?.(tracedBy(this.#persistence, message));
      if (ref) return ref;
    } catch (error) {
      logger.warn({ err: error, job: job.id }, "the command could not be answered; posting instead");
    }
    return (await postToFirst(stage.chat, [job.channel], message, this.#persistence)).ref;
  }

  #follow(ref: MessageRef): LiveMessage {
    const progress = new LiveMessage(this.options.destination.chat, ref, this.#persistence, (what) =>
      this.#noticeFrame(what),
    );
    this.#progress = progress;
    if (this.#over) progress.stop();
    return progress;
  }

  /** Names one of the job's messages for ever: it is not posted twice. */
  #key(what: string): string {
    return `${this.options.job.id} ${what}`;
  }

  #once(what: string): Pick<OutgoingMessage, "key" | "perhapsPosted"> {
    return { key: this.#key(what), perhapsPosted: this.options.ready !== undefined };
  }

  /** Posts in the thread, or in the channel where there is none any more: for what must be said. */
  async #post(message: OutgoingMessage, attempts = this.#persistence.attempts): Promise<Delivery> {
    const { destination: stage, job } = this.options;
    const { thread } = this.#messages;
    const { thread: _thread, ...channel } = job.channel;
    const places: ChannelRef[] = [];
    for (const place of [thread, job.channel, channel])
      if (place && !places.some((known) => samePlace(known, place))) places.push(place);
    return postToFirst(stage.chat, places, message, { ...this.#persistence, attempts });
  }

  /** Posts in the thread only: a frame is not worth filling the channel when somebody has deleted the thread. */
  async #postFrame(message: OutgoingMessage): Promise<MessageRef | undefined> {
    const { destination: stage, job } = this.options;
    const persistence = { ...this.#persistence, attempts: 3 };
    return (await postToFirst(stage.chat, [this.#messages.thread ?? job.channel], message, persistence)).ref;
  }

  async #keepFrame(ref: MessageRef | undefined): Promise<void> {
    const { frames } = this.#messages;
    if (ref && !frames.some(({ id }) => id === ref.id)) await this.#keep({ frames: [...frames, ref] });
  }

  #noticeFrame(what: Shown): void {
    const { platform } = this.options.destination.chat;
    this.options.metrics(
      what === "posted" ? { kind: "frame-posted", platform } : { kind: "frame-dropped", platform, why: what },
    );
  }

  #noticeFailure(error: unknown): void {
    const why = error instanceof ChatError ? error.kind : "unforeseen";
    this.options.metrics({ kind: "chat-failed", platform: this.options.destination.chat.platform, why });
  }

  async #keep(messages: Partial<JobMessages>): Promise<void> {
    this.#messages = { ...this.#messages, ...messages };
    await this.options.queue.keepMessages(this.options.job.id, this.#messages);
  }
}

function samePlace(a: ChannelRef, b: ChannelRef): boolean {
  return a.platform === b.platform && a.community === b.community && a.id === b.id && a.thread === b.thread;
}
