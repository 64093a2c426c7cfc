import type { WireAdmin, WireAdminJob } from "../../../wire.js";
import { cancelJob } from "../../state/api.js";
import { attempt } from "../../state/toasts.js";
import { duration } from "../../text/amounts.js";
import { sentence } from "../../text/sentences.js";
import { Button, useSecondPress } from "../Button.js";
import { Time } from "../Time.js";
import { Section } from "./Parts.js";

/** Jobs that run, and jobs that wait. */
export function JobList({ admin, elapsed }: { admin: WireAdmin; elapsed: number }) {
  const { jobs, running, waiting } = admin;
  const hidden = running + waiting - jobs.length;
  return (
    <Section title={sentence("admin.jobs")} count={running + waiting}>
      {jobs.length === 0 && <p class="empty">{sentence("admin.jobs.none")}</p>}
      <ol class="jobs">
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} elapsed={elapsed} paused={admin.mode !== "open"} />
        ))}
      </ol>
      {hidden > 0 && <p class="hint">{sentence("admin.jobs.more", { count: hidden })}</p>}
    </Section>
  );
}

function JobRow({ job, elapsed, paused }: { job: WireAdminJob; elapsed: number; paused: boolean }) {
  const { id, state, title, person, channel, worker } = job;
  const percent = `${Math.round(job.progress * 100)}%`;
  const running = state === "running";
  return (
    <li class="job" data-state={state}>
      <span class="job-place">{running ? percent : job.place}</span>
      <div class="job-what">
        <strong>{title}</strong>
        <span>
          {person} · {channel} <i>{job.platform}</i>
          {worker !== undefined && ` · ${sentence("admin.job.worker", { worker })}`}
        </span>
        {running && (
          <div class="job-bar" aria-hidden="true">
            <b style={{ width: percent }} />
          </div>
        )}
      </div>
      <dl class="job-times">
        {factsOf(job, elapsed, paused).map(([name, value]) => (
          <div key={name}>
            <dt>{sentence(`admin.job.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <code class="job-id">{id}</code>
      <CancelButton job={job} />
    </li>
  );
}

type JobFact = readonly [name: "runs" | "left" | "waits" | "starts" | "attempt", value: string];

function factsOf(job: WireAdminJob, elapsed: number, paused: boolean): JobFact[] {
  const about = (seconds: number) => `~${duration(seconds - elapsed)}`;
  const facts: JobFact[] =
    job.state === "running"
      ? [
          ["runs", duration(job.ran + elapsed)],
          ["left", about(job.takes)],
        ]
      : [
          ["waits", duration(job.waited + elapsed)],
          ["starts", paused ? "–" : about(job.startsIn)],
        ];
  return job.attempts > 1 ? [...facts, ["attempt", `${job.attempts}`]] : facts;
}

/** Cancels somebody's job at the second press. */
function CancelButton({ job }: { job: WireAdminJob }) {
  const { sure, press } = useSecondPress(() => void attempt(() => cancelJob(job.id)));
  return (
    <Button
      class="button small danger job-cancel"
      aria-label={sentence(sure ? "admin.job.cancel.sure" : "admin.job.cancel", job)}
      onClick={press}
    >
      {sentence(sure ? "admin.job.cancel.question" : "common.cancel")}
    </Button>
  );
}

/** What went wrong in the last days, and what people were told. */
export function Failures({ failures }: Pick<WireAdmin, "failures">) {
  return (
    <Section title={sentence("admin.failures")} count={failures.length}>
      {failures.length === 0 && <p class="empty">{sentence("admin.failures.none")}</p>}
      <ul class="failures">
        {failures.map((failure) => (
          <li key={failure.job}>
            <div>
              <b class="kind">{failure.kind}</b>
              <strong>{failure.title}</strong>
              <span>
                {failure.person} · {failure.platform} · <Time at={failure.at} />
              </span>
              <code class="job-id">{failure.job}</code>
            </div>
            <p>{failure.message}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
