import { loadTimeline } from "./actions.js";
import { enterGallery } from "./gallery.js";
import { watchAdmin } from "./live.js";
import { hrefOf, readRoute } from "./route.js";
import { getState, setState } from "./store.js";

/** Follows the address bar, and loads what it points to. */
export function followRoute(): void {
  const follow = () => {
    const route = readRoute();
    const { channels, session } = getState();
    if (route.admin && session?.admin && session.me.moderator) {
      setState({ route });
      watchAdmin();
      return;
    }
    if (route.gallery && session?.gallery) {
      setState({ route });
      watchAdmin();
      enterGallery(route.work);
      return;
    }
    const channel = channels.some((each) => each.id === route.channel)
      ? route.channel
      : (channels.find((each) => each.id === "art") ?? channels[0])?.id;
    if (channel === undefined) return;
    if (channel !== route.channel) return window.location.replace(hrefOf(channel));
    setState({ route });
    watchAdmin();
    void loadTimeline(channel);
    if (route.thread !== undefined) void loadTimeline(channel, route.thread);
  };
  window.addEventListener("hashchange", follow);
  follow();
}
