import type { WireAdmin, WireAdminMode } from "../../../wire.js";
import { setQueueMode } from "../../state/api.js";
import { useStore } from "../../state/store.js";
import { attempt } from "../../state/toasts.js";
import { sentence } from "../../text/sentences.js";
import { Button, useBusy } from "../Button.js";
import { Page, Splash } from "../Page.js";
import { useNow } from "../Time.js";
import { Failures, JobList } from "./JobList.js";
import { Moderation } from "./Moderation.js";
import { Facts, Workers } from "./Parts.js";

/** What the program does right now, for those who run it. */
export function AdminPage() {
  const admin = useStore((state) => state.admin);
  const moderation = useStore((state) => state.session?.moderation);
  const now = useNow(1000);
  const elapsed = Math.max(0, (now - (admin?.receivedAt ?? now)) / 1000);
  return (
    <Page class="admin" title={sentence("nav.admin")} about={sentence("admin.about")}>
      {admin ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        <div class="admin-content" tabIndex={0}>
          <QueueMode admin={admin.state} />
          <Problems problems={admin.state.problems} />
          <Facts admin={admin.state} elapsed={elapsed} />
          <JobList admin={admin.state} elapsed={elapsed} />
          <Workers admin={admin.state} elapsed={elapsed} />
          <Failures failures={admin.state.failures} />
          {moderation && <Moderation />}
        </div>
      ) : (
        <Splash size={56} />
      )}
    </Page>
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

/** What the queue is doing, and what changes that. */
function QueueMode({ admin }: { admin: WireAdmin }) {
  const [busy, run] = useBusy();
  const { mode } = admin;
  const { kind, state } = stateOf(admin);
  const change = (to: WireAdminMode) => ({
    disabled: busy,
    size: 17,
    onClick: () => run(() => attempt(() => setQueueMode(to))),
  });
  return (
    <section class="mode" data-kind={kind} aria-label={sentence("admin.queue")}>
      <span class="lamp" aria-hidden="true" />
      <div role="status">
        <h2>{sentence(`admin.${state}`)}</h2>
        <p>{sentence(`admin.${state}.hint`, admin)}</p>
      </div>
      {mode === "open" ? (
        <Button class="button" icon="pause" title={sentence("admin.pause.hint")} {...change("paused")}>
          {sentence("admin.pause")}
        </Button>
      ) : (
        <Button class="button primary" icon="play" {...change("open")}>
          {sentence("admin.resume")}
        </Button>
      )}
      {mode !== "draining" && (
        <Button class="button" icon="drain" title={sentence("admin.drain.hint")} {...change("draining")}>
          {sentence("admin.drain")}
        </Button>
      )}
    </section>
  );
}

/** The queue's state, and its colour. */
function stateOf({ mode, running }: WireAdmin) {
  if (mode === "open")
    return running > 0 ? ({ kind: "busy", state: "busy" } as const) : ({ kind: "idle", state: "ready" } as const);
  if (running === 0) return { kind: "paused", state: mode === "paused" ? "paused" : "drained" } as const;
  return { kind: "ending", state: mode === "paused" ? "pausing" : "draining" } as const;
}
