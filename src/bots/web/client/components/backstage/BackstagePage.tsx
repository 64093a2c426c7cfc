import { useEffect, useState } from "preact/hooks";
import type { WireAdmin } from "../../../wire.js";
import { errorText, pauseQueue } from "../../state/api.js";
import { toast, useStore } from "../../state/store.js";
import { Icon, Mark } from "../Icon.js";
import { MenuButton } from "../MenuButton.js";
import { Failures } from "./Failures.js";
import { Line } from "./Line.js";
import { Facts, Workers } from "./Parts.js";

/** What the program does right now, for those who run it. */
export function BackstagePage({ lost }: { lost: boolean }) {
  const admin = useStore((state) => state.admin);
  const elapsed = useElapsed(admin?.receivedAt);
  return (
    <main class="pane backstage" aria-label="Backstage">
      <header class="pane-header">
        <MenuButton />
        <h1>Backstage</h1>
        <p class="not-phone">What runs, what waits, and how the machine is</p>
      </header>
      {lost && (
        <p class="banner" role="status">
          <span class="pulse" /> Reconnecting… this is how it was.
        </p>
      )}
      {admin ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        <div class="backstage-floor" tabIndex={0}>
          <Mode admin={admin.state} />
          <Problems problems={admin.state.problems} />
          <Facts admin={admin.state} elapsed={elapsed} />
          <Line admin={admin.state} elapsed={elapsed} />
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

function Mode({ admin: { paused, running, waiting } }: { admin: WireAdmin }) {
  const [busy, setBusy] = useState(false);
  const turn = async () => {
    setBusy(true);
    try {
      await pauseQueue(!paused);
    } catch (error) {
      toast(errorText(error));
    }
    setBusy(false);
  };
  const kind = paused ? (running > 0 ? "ending" : "paused") : running > 0 ? "busy" : "idle";
  const title = { ending: "Pausing", paused: "Paused", busy: "At work", idle: "Ready" }[kind];
  const jobs = (count: number) => `${count} ${count === 1 ? "job" : "jobs"}`;
  const said = {
    ending: `${jobs(running)} still ${running === 1 ? "runs" : "run"}; nothing else begins. New jobs are taken and wait.`,
    paused: "Nothing runs: this is a good moment to stop or update the program. New jobs are taken and wait.",
    busy:
      waiting > 0 ? `${jobs(waiting)} ${waiting === 1 ? "waits" : "wait"} for ${waiting === 1 ? "its" : "their"} turn.` : "Nobody waits.",
    idle: "Nothing runs and nobody waits: the next job starts at once.",
  }[kind];
  return (
    <section class="mode" data-kind={kind} aria-label="The queue">
      <span class="lamp" aria-hidden="true" />
      <div role="status">
        <h2>{title}</h2>
        <p>{said}</p>
      </div>
      <button type="button" class={paused ? "button primary" : "button"} disabled={busy} onClick={() => void turn()}>
        <Icon name={paused ? "play" : "pause"} size={17} />
        {paused ? "Go on" : "Pause"}
      </button>
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
