import type { Job } from "../../domain/model.js";
import type { EngineDownload } from "../../engine/process/engine.js";
import type { Chat } from "../../port/adapter.js";
import type { JobEnding } from "../../queue/queue.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Recipe } from "../recipes/recipe.js";
import type { Debts } from "./debts.js";
import { type JobDestination, JobPresenter, type JobPresenterOptions } from "./job-presenter.js";
import { shareUnderway } from "./texts.js";

interface PresenterOptions
  extends Pick<
    JobPresenterOptions,
    | "queue"
    | "logger"
    | "backoffMs"
    | "metrics"
    | "reportsChannel"
    | "largest"
    | "marksFiles"
    | "linkTo"
    | "keepLook"
    | "madeFrom"
  > {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly debts: Debts;
}

/** Shows jobs in chats: passes the queue's events on to each job's presenter. */
export class Presenter {
  readonly #jobs = new Map<string, JobPresenter>();

  constructor(private readonly options: PresenterOptions) {
    const { queue } = options;
    queue.on("moved", (position) => this.#jobs.get(position.job.id)?.moved(position));
    queue.on("started", (job) => this.#jobs.get(job.id)?.started());
    queue.on("frame", (job, frame) => this.#jobs.get(job.id)?.frame(frame));
    queue.on("retrying", (job, failure) => this.#jobs.get(job.id)?.retrying(failure));
    queue.on("done", (...done) => this.#tell(["done", ...done]));
    queue.on("failed", (...failed) => this.#tell(["failed", ...failed]));
    queue.on("resumed", (job) => this.#jobs.get(job.id)?.resumed());
    queue.on("suspended", (job) => this.#end(job, (presenter) => presenter.suspended()));
    queue.on("cancelled", (...cancelled) => this.#tell(["cancelled", ...cancelled]));
  }

  /** Begins to show a job that has just been accepted. */
  open(job: Job, destination: JobDestination): void {
    const { recipes } = this.options;
    const recipe = recipes.get(job.recipe);
    if (!recipe) throw new Error(`No recipe ${job.recipe}.`);
    this.#present(job, { destination, recipe });
  }

  /**
   * Goes on showing a job that an earlier process has begun to show, as soon as its chat is `ready` (never, when that
   * is false). A job of a chat that is not served, or of a recipe that is gone, stays unnotified.
   */
  reopen(job: Job, chats: readonly Chat[], ready: (chat: Chat) => Promise<boolean>): void {
    const recipe = this.options.recipes.get(job.recipe);
    const chat = chats.find(({ platform }) => platform === job.channel.platform);
    const where = { job: job.id, platform: job.channel.platform, recipe: job.recipe };
    if (recipe && chat) this.#present(job, { destination: { chat }, recipe, ready: ready(chat) });
    else this.options.logger.warn(where, "this job has nowhere to be shown now");
  }

  #present(job: Job, more: Pick<JobPresenterOptions, "destination" | "recipe" | "ready" | "again">): void {
    const { chat } = more.destination;
    const owed = ({ id }: Job) => this.#owe(id, chat);
    const logger = this.options.logger.child({ job: job.id });
    this.#jobs.set(job.id, new JobPresenter({ ...this.options, ...more, job, owed, logger }));
  }

  #owe(job: string, chat: Chat): void {
    this.options.debts.owe(chat.platform, `job ${job}`, () => this.#tellAgain(job, chat));
  }

  /** Tells a chat of a job's end that it did not take before. */
  async #tellAgain(id: string, chat: Chat): Promise<void> {
    const ending = await this.options.queue.untold(id);
    // The one that found it owed may not have left yet.
    await this.idle(id);
    if (ending === "unwritten") return this.#owe(id, chat);
    const recipe = ending && this.options.recipes.get(ending[1].recipe);
    if (!recipe) return;
    this.#present(ending[1], { destination: { chat }, recipe, ready: Promise.resolve(true), again: true });
    this.#tell(ending);
    await this.idle(id);
  }

  #tell(ending: JobEnding): void {
    const [, job] = ending;
    this.#end(job, (presenter) => {
      if (ending[0] === "done") presenter.done(job, ending[2]);
      else if (ending[0] === "failed") presenter.failed(job, ending[2]);
      else presenter.cancelled(job, ending[2]);
    });
  }

  /**
   * Shows in the jobs that have begun but not painted yet that a network is being downloaded.
   * @param only the one job that waits for it; all when left out
   */
  downloading({ network, received, total }: EngineDownload, only?: string): void {
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    const all = total === undefined ? undefined : megabytes(total);
    const text = sentence("network.fetching", { network, received: megabytes(received), all });
    const label = sentence("network.fetching-short", { network });
    const progress = { value: total ? shareUnderway(received / total) : 0, label };
    for (const presenter of this.#presenters(only)) presenter?.fetching(text, progress);
  }

  /** Resolves when everything about one job, or all of them, has been said. */
  async idle(job?: string): Promise<void> {
    await Promise.all(this.#presenters(job).map((presenter) => presenter?.idle()));
  }

  #presenters(job: string | undefined): (JobPresenter | undefined)[] {
    return job === undefined ? [...this.#jobs.values()] : [this.#jobs.get(job)];
  }

  #end(job: Job, notify: (presenter: JobPresenter) => void): void {
    const presenter = this.#jobs.get(job.id);
    if (!presenter) return;
    notify(presenter);
    void presenter.idle().finally(() => {
      if (this.#jobs.get(job.id) === presenter) this.#jobs.delete(job.id);
    });
  }
}
