import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChannelHub } from "./channel-hub.js";
import type { Opened } from "./sockets.js";

/** After more changes than this while away, a client starts afresh. */
const RESUME_LIMIT = 500;
/** So many of them are sent at a time; then others have their turn. */
const RESUME_SLICE = 25;

/**
 * Sends what a page has missed, a part when the one before is on its way, and goes on until there is nothing more;
 * then it is `ready`. A page that is cut off before goes on after what has come.
 */
export async function catchUp(
  hub: ChannelHub,
  { user, since }: { readonly user: string; readonly since: number },
  { send, ready, isOpen }: Opened,
): Promise<void> {
  const { store } = hub.parts;
  // What changes from now on is sent when the disk has it: here, or with what all are sent.
  await store.synced();
  const rev = store.syncedRev;
  // A counter behind the client's means another or an older database: what the client holds is of no use then.
  const afresh = since > rev || store.countChanges(since, user, RESUME_LIMIT + 1) > RESUME_LIMIT;
  for (let at = since; !afresh; ) {
    const missed = store.changedSince(at, user, RESUME_SLICE);
    const sent = missed.map((row) => send(hub.stateFrame(row)));
    // From here to `ready` nothing is waited for: what changes meanwhile would not be sent.
    if (missed.length < RESUME_SLICE) break;
    at = missed.at(-1)?.rev ?? at;
    await Promise.all([...sent, nextTurn()]);
    if (!isOpen()) return;
  }
  const passing = afresh ? [] : hub.passingSince(since, user);
  if (passing.length > 0) void send(passing);
  const now = afresh ? rev : store.syncedRev;
  void send({ kind: afresh ? "reset" : "synced", rev: now });
  ready(now);
}
