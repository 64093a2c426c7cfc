import { loadTimelines } from "./actions.js";
import { enterGallery } from "./gallery.js";
import { watchRoute } from "./live.js";
import { hrefOf, joinCode, readRoute } from "./route.js";
import { getState, type Route, setState, timelineKey } from "./store.js";

/** Follows the address bar, and loads what it points to. */
export function followRoute(): void {
  window.addEventListener("hashchange", follow);
  follow();
}

function follow(): void {
  const code = joinCode();
  if (code !== undefined) setState({ overlay: { kind: "join", code } });
  const route = readRoute();
  const { channels, session } = getState();
  if ((route.admin && session?.admin && session.me.moderator) || (route.gallery && session?.gallery)) {
    show(route);
    if (route.gallery) enterGallery(route.work);
    return;
  }
  const known = channels.find(({ id }) => id === route.channel);
  const channel = (known ?? channels.find(({ archived }) => !archived) ?? channels[0])?.id;
  if (channel === undefined) return;
  if (channel === route.channel) {
    show(route);
    loadTimelines(channel, route.thread);
  } else window.location.replace(hrefOf(channel));
}

function show(route: Route): void {
  // A thread that is not open is not followed, and is loaded when it is opened again.
  const open = route.channel !== undefined && timelineKey(route.channel, route.thread);
  const kept = Object.entries(getState().timelines).filter(([key]) => key === open || !key.includes("/"));
  setState({ route, timelines: Object.fromEntries(kept) });
  watchRoute();
}
