import { loadTimelines } from "./actions.js";
import { enterGallery } from "./gallery.js";
import { watchAdmin } from "./live.js";
import { hrefOf, readRoute } from "./route.js";
import { getState, type Route, setState } from "./store.js";

/** Follows the address bar, and loads what it points to. */
export function followRoute(): void {
  window.addEventListener("hashchange", follow);
  follow();
}

function follow(): void {
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
  setState({ route });
  watchAdmin();
}
