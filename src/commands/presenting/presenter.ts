import type { Logger } from "pino";
import type { Job } from "../../domain/job.js";
import type { MetricsSink } from "../../domain/metric-event.js";
import type { EngineDownload } from "../../engine/process/engine.js";
import type { Chat } from "../../port/adapter.js";
import type { JobQueue } from "../../queue/queue.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Recipe } from "../recipes/recipe.js";
import { type JobDestination, JobPresenter, type JobPresenterOptions } from "./job-presenter.js";

export interface PresenterOptions {
  readonly queue: JobQueue;
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly logger: Logger;
  /** Wait before the second try of a message, in milliseconds; 500 unless told. */
  readonly backoffMs?: number;
  readonly metrics?: MetricsSink;
}

/** Shows jobs in chats: passes what the queue reports on to each job's show. */
export class Presenter {
  readonly #shows = new Map<string, JobPresenter>();

  constructor(private readonly options: PresenterOptions) {
    const { queue } = options;
    queue.on("moved", (position) => this.#shows.get(position.job.id)?.moved(position));
    queue.on("started", (job) => this.#shows.get(job.id)?.started());
    queue.on("frame", (job, frame) => this.#shows.get(job.id)?.frame(frame));
    queue.on("retrying", (job, failure) => this.#shows.get(job.id)?.retrying(failure));
    queue.on("done", (job, result) => this.#end(job, (show) => show.done(job, result)));
    queue.on("failed", (job, failure) => this.#end(job, (show) => show.failed(job, failure)));
    queue.on("resumed", (job) => this.#shows.get(job.id)?.resumed());
    queue.on("suspended", (job) => this.#end(job, (show) => show.suspended()));
    queue.on("cancelled", (job, reason) => this.#end(job, (show) => show.cancelled(job, reason)));
  }

  /** Begins to show a job that has just been accepted. */
  open(job: Job, stage: JobDestination): void {
    const { recipes } = this.options;
    const recipe = recipes.get(job.recipe);
    if (!recipe) throw new Error(`No recipe ${job.recipe}.`);
    this.#show(job, { destination: stage, recipe });
  }

  /**
   * Goes on showing a job that an earlier process has begun to show, as soon as its chat is `ready` (never, when that is false). A job
   * of a chat that is not served, or of a recipe that is gone, is not shown: people are told when it is there again.
   */
  reopen(job: Job, chats: readonly Chat[], ready: (chat: Chat) => Promise<boolean>): void {
    const recipe = this.options.recipes.get(job.recipe);
    const chat = chats.find(({ platform }) => platform === job.channel.platform);
    if (recipe && chat) this.#show(job, { destination: { chat }, recipe, ready: ready(chat) });
    else
      this.options.logger.warn(
        { job: job.id, platform: job.channel.platform, recipe: job.recipe },
        "this job has nowhere to be shown now",
      );
  }

  #show(job: Job, more: Pick<JobPresenterOptions, "destination" | "recipe" | "ready">): void {
    const { queue, logger, backoffMs = 500, metrics: notice = () => undefined } = this.options;
    this.#shows.set(
      job.id,
      new JobPresenter({ job, queue, logger: logger.child({ job: job.id }), backoffMs, metrics: notice, ...more }),
    );
  }

  /**
   * Tells the jobs that have begun but not painted yet that a network is being downloaded.
   * @param only the one job that waits for it; all unless given
   */
  downloading({ network, received, total }: EngineDownload, only?: string): void {
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    const all = total === undefined ? "" : ` of ${megabytes(total)}`;
    const text = sentence("network.fetching", { network, received: megabytes(received), all });
    const progress = {
      value: total ? Math.min(1, received / total) : 0,
      label: sentence("network.fetching-short", { network }),
    };
    const shows = only === undefined ? [...this.#shows.values()] : [this.#shows.get(only)];
    for (const show of shows) show?.fetching(text, progress);
  }

  /** Resolves when everything about one job, or all of them, has been said. */
  async idle(job?: string): Promise<void> {
    const shows = job === undefined ? [...this.#shows.values()] : [this.#shows.get(job)];
    await Promise.all(shows.map((show) => show?.idle()));
  }

  #end(job: Job, tell: (show: JobPresenter) => void): void {
    const show = this.#shows.get(job.id);
    if (!show) return;
    tell(show);
    void show.idle().finally(() => this.#shows.delete(job.id));
  }
}
