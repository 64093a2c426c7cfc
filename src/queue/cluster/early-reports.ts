/** As many as BullMQ keeps events, from the beginning of which the bots read. */
const MOST = 10_000;

/** Reports of jobs that this program does not run yet: a start joins its jobs after they were reported of. */
export class EarlyReports<R> {
  readonly #byJob = new Map<string, R[]>();
  #count = 0;

  /** @param most reports that are kept; beyond, those of the job that was reported of first are dropped */
  constructor(private readonly most = MOST) {}

  keep(job: string, report: R): void {
    const reports = this.#byJob.get(job) ?? [];
    this.#byJob.set(job, reports);
    reports.push(report);
    this.#count += 1;
    const [first] = this.#byJob.keys();
    if (this.#count > this.most && first !== undefined) this.take(first);
  }

  /** A job's reports, in their order; they are not kept any more. */
  take(job: string): readonly R[] {
    const reports = this.#byJob.get(job) ?? [];
    this.#byJob.delete(job);
    this.#count -= reports.length;
    return reports;
  }
}
