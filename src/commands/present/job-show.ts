import type { Logger } from "pino";
import { type Chat, ChatError, type MessageRef, type OutgoingMessage, type Person, type Place, type Progress } from "../../bots/chat.js";
import type { EngineFrame, EngineResult } from "../../engine/process/engine.js";
import type { Job, JobFailure, JobMessages } from "../../queue/job.js";
import type { CancelReason, JobQueue, Standing } from "../../queue/queue.js";
import type { Observer } from "../notices.js";
import type { Recipe } from "../recipes/recipe.js";
import { type Persistence, persist, postSomewhere, tracedBy } from "./deliver.js";
import { LiveMessage, type Shown } from "./live-message.js";
import { Outbox } from "./outbox.js";
import * as texts from "./texts.js";

/** Where a job is shown, and how its first public answer is given. */
export interface Stage {
  readonly chat: Chat;
  readonly person: Person;
  announce(message: OutgoingMessage): Promise<MessageRef | undefined>;
}

export interface JobShowOptions {
  readonly job: Job;
  readonly stage: Stage;
  readonly recipe: Recipe;
  readonly queue: JobQueue;
  readonly logger: Logger;
  readonly backoffMs: number;
  readonly notice: Observer;
}

/** Octave frames that may wait for a slow chat; older ones are dropped. */
const MAX_FRAMES_WAITING = 12;

/**
 * One job as seen in the chat, from "2nd in line" to the final picture. The queue tells it what happens and never waits for it;
 * whatever the chat does, the job goes on.
 */
export class JobShow {
  readonly #outbox: Outbox;
  readonly #persistence: Persistence;
  readonly #frames: EngineFrame[] = [];
  #messages: JobMessages = { frames: [] };
  #announcement: LiveMessage | undefined;
  #progress: LiveMessage | undefined;
  /** What the progress message should say, also while it is still being posted. */
  #latest: OutgoingMessage | undefined;
  #painting = false;
  #over = false;

  constructor(private readonly options: JobShowOptions) {
    this.#outbox = new Outbox(options.logger);
    const { job, backoffMs, logger } = options;
    this.#persistence = { attempts: 6, backoffMs, logger, trace: job.id, onFailure: (error) => this.#noticeFailure(error) };
    this.#outbox.add(() => this.#open());
  }

  /** Resolves when all that has happened so far has been shown. */
  idle(): Promise<void> {
    return this.#outbox.idle();
  }

  moved(standing: Standing): void {
    const { recipe, job } = this.options;
    this.#announcement?.show(texts.announcement(recipe, job, standing));
  }

  started(): void {
    const { recipe, job, queue } = this.options;
    this.#outbox.add(async () => {
      if (this.#over) return;
      const standing = queue.standing(job.id);
      this.#announcement?.show(texts.announcement(recipe, job, standing));
      const ref = await this.#postFrame(texts.beginning(recipe, job, standing));
      if (!ref) return;
      this.#progress = new LiveMessage(this.options.stage.chat, ref, this.#persistence, (what) => this.#noticeFrame(what));
      if (this.#over) this.#progress.stop();
      if (this.#latest) this.#progress.show(this.#latest);
      await this.#keep({ progress: ref });
    });
  }

  /** The engine is still fetching what it needs. */
  fetching(text: string, progress: Progress): void {
    if (!this.#painting) this.#showProgress({ text, progress });
  }

  frame(frame: EngineFrame): void {
    const { job, queue } = this.options;
    this.#painting = true;
    const left = queue.standing(job.id)?.runSeconds;
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
      const ref = await this.#postFrame(texts.octaveFrame(job, next));
      this.#noticeFrame(ref ? "posted" : "refused");
      if (ref) await this.#keep({ frames: [...this.#messages.frames, ref] });
    });
  }

  retrying(failure: JobFailure): void {
    this.#outbox.add(async () => {
      const ref = await this.#post({ text: texts.retryingText(failure) }, 3);
      if (ref) await this.#keep({ frames: [...this.#messages.frames, ref] });
    });
  }

  done(job: Job, result: EngineResult): void {
    this.#end(async () => {
      const { recipe } = this.options;
      const picture = texts.resultPicture(recipe, job, result);
      const final = await this.#post(texts.finished(recipe, job, result, picture));
      this.options.notice({ kind: final ? "delivered" : "undelivered", platform: this.options.stage.chat.platform });
      if (final) this.options.logger.info("the final picture has been delivered");
      if (final) await this.#keep({ final });
      else this.options.logger.error({ job: job.id }, "the final picture could not be posted anywhere");
      const below = final !== undefined && this.#announcement !== undefined && samePlace(final.place, this.#announcement.ref.place);
      const last = result.octaves.length > 1 ? `${result.octaves.length} octaves` : "The picture";
      await Promise.all([
        this.#announcement?.end(texts.showpiece(recipe, job, result, below ? undefined : picture)),
        this.#progress?.end({ text: `${last} done.`, progress: { value: 1, label: "Done" } }),
      ]);
    });
  }

  failed(job: Job, failure: JobFailure): void {
    this.#endWithout(job, texts.failureText(failure));
  }

  cancelled(job: Job, reason: CancelReason): void {
    this.#endWithout(job, texts.cancelText(reason));
  }

  #showProgress(content: OutgoingMessage): void {
    this.#latest = content;
    this.#progress?.show(content);
  }

  /** Tells why there is no picture: in the thread, where the frames are, and in the channel's message. */
  #endWithout(job: Job, why: string): void {
    this.#end(async () => {
      const end = texts.ended(this.options.recipe, job, why);
      const told = this.#progress && (await this.#progress.end({ text: why, keepPictures: true }));
      if (!told && (job.state === "failed" || job.startedAt !== undefined)) {
        const ref = await this.#post({ text: why });
        if (ref) await this.#keep({ frames: [...this.#messages.frames, ref] });
      }
      await this.#announcement?.end(end);
    });
  }

  #end(task: () => Promise<void>): void {
    this.#over = true;
    this.#progress?.stop();
    this.#announcement?.stop();
    this.#outbox.add(async () => {
      // The progress message may have been posted after the job had ended.
      this.#progress?.stop();
      await task();
    });
  }

  async #open(): Promise<void> {
    const { recipe, job, queue, stage } = this.options;
    const ref = await this.#announce(texts.announcement(recipe, job, queue.standing(job.id)));
    if (!ref) return;
    this.#announcement = new LiveMessage(stage.chat, ref, this.#persistence);
    if (this.#over) this.#announcement.stop();
    await this.#keep({ announcement: ref });
    try {
      const open = () => stage.chat.openThread(ref, texts.threadTitle(recipe, job));
      await this.#keep({ thread: await persist(open, { ...this.#persistence, attempts: 3 }) });
    } catch (error) {
      this.options.logger.warn({ err: error, job: job.id }, "no thread could be opened; the channel is used instead");
    }
  }

  async #announce(message: OutgoingMessage): Promise<MessageRef | undefined> {
    const { stage, job, logger } = this.options;
    try {
      const ref = await stage.announce(tracedBy(this.#persistence, message));
      if (ref) return ref;
    } catch (error) {
      logger.warn({ err: error, job: job.id }, "the command could not be answered; posting instead");
    }
    return postSomewhere(stage.chat, [job.place], message, this.#persistence);
  }

  /** Posts in the thread, or in the channel where there is none any more: for what must be said. */
  async #post(message: OutgoingMessage, attempts = this.#persistence.attempts): Promise<MessageRef | undefined> {
    const { stage, job } = this.options;
    const { thread } = this.#messages;
    const { thread: _thread, ...channel } = job.place;
    const places: Place[] = [];
    for (const place of [thread, job.place, channel]) if (place && !places.some((known) => samePlace(known, place))) places.push(place);
    return postSomewhere(stage.chat, places, message, { ...this.#persistence, attempts });
  }

  /** Posts in the thread only: a frame is not worth filling the channel when somebody has deleted the thread. */
  async #postFrame(message: OutgoingMessage): Promise<MessageRef | undefined> {
    const { stage, job } = this.options;
    return postSomewhere(stage.chat, [this.#messages.thread ?? job.place], message, { ...this.#persistence, attempts: 3 });
  }

  #noticeFrame(what: Shown): void {
    const { platform } = this.options.stage.chat;
    this.options.notice(what === "posted" ? { kind: "frame-posted", platform } : { kind: "frame-dropped", platform, why: what });
  }

  #noticeFailure(error: unknown): void {
    const why = error instanceof ChatError ? error.kind : "unforeseen";
    this.options.notice({ kind: "chat-failed", platform: this.options.stage.chat.platform, why });
  }

  async #keep(messages: Partial<JobMessages>): Promise<void> {
    this.#messages = { ...this.#messages, ...messages };
    await this.options.queue.keepMessages(this.options.job.id, this.#messages);
  }
}

function samePlace(a: Place, b: Place): boolean {
  return a.platform === b.platform && a.community === b.community && a.channel === b.channel && a.thread === b.thread;
}
