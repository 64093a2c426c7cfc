import { useEffect, useState } from "preact/hooks";
import type { WireAdmin, WireAdminJob } from "../../../wire.js";
import { cancelJob, errorText } from "../../state/api.js";
import { toast } from "../../state/store.js";
import { duration } from "../../text/amounts.js";

/** Who is being served, and who waits. */
export function JobList({ admin, elapsed }: { admin: WireAdmin; elapsed: number }) {
  const { jobs, running, waiting } = admin;
  const hidden = running + waiting - jobs.length;
  return (
    <section class="sheet-section" aria-label="Jobs">
      <h2>
        Jobs <span>{running + waiting}</span>
      </h2>
      {jobs.length === 0 && <p class="empty">The easel is free.</p>}
      <ol class="jobs">
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} elapsed={elapsed} paused={admin.mode !== "open"} />
        ))}
      </ol>
      {hidden > 0 && <p class="hint">… and {hidden} more that wait.</p>}
    </section>
  );
}

function JobRow({ job, elapsed, paused }: { job: WireAdminJob; elapsed: number; paused: boolean }) {
  const running = job.state === "running";
  const percent = Math.round(job.progress * 100);
  return (
    <li class="job" data-state={job.state}>
      <span class="job-place">{running ? `${percent}%` : job.place}</span>
      <div class="job-what">
        <strong>{job.title}</strong>
        <span>
          {job.person} · {job.channel} <i>{job.platform}</i>
          {job.worker !== undefined && ` · on ${job.worker}`}
        </span>
        {running && (
          <div class="job-bar" aria-hidden="true">
            <b style={{ width: `${percent}%` }} />
          </div>
        )}
      </div>
      <dl class="job-times">
        {running ? (
          <>
            <Fact name="runs for" value={duration(job.ran + elapsed)} />
            <Fact name="left" value={`~${duration(Math.max(0, job.takes - elapsed))}`} />
          </>
        ) : (
          <>
            <Fact name="waits for" value={duration(job.waited + elapsed)} />
            <Fact name="starts in" value={paused ? "–" : `~${duration(Math.max(0, job.startsIn - elapsed))}`} />
          </>
        )}
        {job.attempts > 1 && <Fact name="attempt" value={String(job.attempts)} />}
      </dl>
      <code class="job-id">{job.id}</code>
      <CancelButton job={job} />
    </li>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** How long the second press may take. */
const DOUBT_MS = 4_000;

/** Somebody's work is not ended by a slip: it wants a second press. */
function CancelButton({ job }: { job: WireAdminJob }) {
  const [sure, setSure] = useState(false);
  useEffect(() => {
    if (!sure) return;
    const timer = setTimeout(() => setSure(false), DOUBT_MS);
    return () => clearTimeout(timer);
  }, [sure]);
  const press = async () => {
    if (!sure) return setSure(true);
    setSure(false);
    try {
      await cancelJob(job.id);
    } catch (error) {
      toast(errorText(error));
    }
  };
  return (
    <button
      type="button"
      class="button small danger job-cancel"
      aria-label={sure ? `Really cancel ${job.title} for ${job.person}` : `Cancel ${job.title} for ${job.person}`}
      onClick={() => void press()}
    >
      {sure ? "Really?" : "Cancel"}
    </button>
  );
}
