import { useEffect, useState } from "preact/hooks";
import type { WireAdmin, WireAdminMode } from "../../../wire.js";
import { errorText, setQueueMode } from "../../state/api.js";
import { toast, useStore } from "../../state/store.js";
import { Icon, Mark } from "../Icon.js";
import { MenuButton } from "../MenuButton.js";
import { Failures } from "./Failures.js";
import { JobList } from "./JobList.js";
import { Facts, Workers } from "./Parts.js";

/** What the program does right now, for those who run it. */
export function AdminPage({ lost }: { lost: boolean }) {
  const admin = useStore((state) => state.admin);
  const elapsed = useElapsed(admin?.receivedAt);
  return (
    <main class="pane admin" aria-label="Admin">
      <header class="pane-header">
        <MenuButton />
        <h1>Admin</h1>
        <p class="not-phone">What runs, what waits, and how the machine is</p>
      </header>
      {lost && (
        <p class="banner" role="status">
          <span class="pulse" /> Reconnecting… this is how it was.
        </p>
      )}
      {admin ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        <div class="admin-content" tabIndex={0}>
          <Mode admin={admin.state} />
          <Problems problems={admin.state.problems} />
          <Facts admin={admin.state} elapsed={elapsed} />
          <JobList admin={admin.state} elapsed={elapsed} />
          <Workers admin={admin.state} elapsed={elapsed} />
          <Failures failures={admin.state.failures} />
        </div>
      ) : (
        <div class="splash" aria-busy="true">
          <Mark size={56} />
        </div>
      )}
    </main>
  );
}

const jobs = (count: number) => `${count} ${count === 1 ? "job" : "jobs"}`;

/** What the queue is doing, in a word and a sentence. */
function telling({ mode, running, waiting }: WireAdmin): {
  readonly kind: string;
  readonly title: string;
  readonly said: string;
} {
  const still = `${jobs(running)} still ${running === 1 ? "runs" : "run"}`;
  if (mode === "draining") {
    const rest =
      waiting === 0 ? "" : ` ${jobs(waiting)} ${waiting === 1 ? "waits" : "wait"} on disk until the next start.`;
    if (running > 0)
      return { kind: "ending", title: "Draining", said: `${still}; nothing else is taken or begun.${rest}` };
    return {
      kind: "paused",
      title: "Drained",
      said: `Nothing runs and nothing is taken: stop the program now.${rest}`,
    };
  }
  if (mode === "paused") {
    if (running > 0)
      return { kind: "ending", title: "Pausing", said: `${still}; nothing else begins. New jobs are taken and wait.` };
    return { kind: "paused", title: "Paused", said: "Nothing runs. New jobs are taken and wait." };
  }
  if (running === 0)
    return { kind: "idle", title: "Ready", said: "Nothing runs and nobody waits: the next job starts at once." };
  const queue = `${jobs(waiting)} ${waiting === 1 ? "waits for its turn" : "wait for their turn"}.`;
  return { kind: "busy", title: "At work", said: waiting > 0 ? queue : "Nobody waits." };
}

function Mode({ admin }: { admin: WireAdmin }) {
  const [busy, setBusy] = useState(false);
  const turn = async (mode: WireAdminMode) => {
    setBusy(true);
    try {
      await setQueueMode(mode);
    } catch (error) {
      toast(errorText(error));
    }
    setBusy(false);
  };
  const { kind, title, said } = telling(admin);
  return (
    <section class="mode" data-kind={kind} aria-label="The queue">
      <span class="lamp" aria-hidden="true" />
      <div role="status">
        <h2>{title}</h2>
        <p>{said}</p>
      </div>
      {admin.mode !== "open" && (
        <button type="button" class="button primary" disabled={busy} onClick={() => void turn("open")}>
          <Icon name="play" size={17} />
          Resume
        </button>
      )}
      {admin.mode === "open" && (
        <button
          type="button"
          class="button"
          disabled={busy}
          title="Takes new jobs and begins none"
          onClick={() => void turn("paused")}
        >
          <Icon name="pause" size={17} />
          Pause
        </button>
      )}
      {admin.mode !== "draining" && (
        <button
          type="button"
          class="button"
          disabled={busy}
          title="Takes no new jobs and begins none, before the program is stopped"
          onClick={() => void turn("draining")}
        >
          <Icon name="drain" size={17} />
          Drain
        </button>
      )}
    </section>
  );
}

function Problems({ problems }: Pick<WireAdmin, "problems">) {
  if (problems.length === 0) return null;
  return (
    <ul class="problems" role="alert">
      {problems.map(({ part, problem }) => (
        <li key={part}>
          <strong>{part}</strong> {problem}
        </li>
      ))}
    </ul>
  );
}

/** Seconds since a moment, counted on every second. */
function useElapsed(since: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return since === undefined ? 0 : Math.max(0, (now - since) / 1000);
}
