import { setState, useStore } from "../state/store.js";
import { Icon } from "./Icon.js";

/** Opens the list of channels on a phone. */
export function MenuButton({ channel }: { channel?: string }) {
  const news = useStore((state) => state.channels.some((each) => each.id !== channel && each.unread > 0));
  return (
    <button
      type="button"
      class="quiet only-phone menu-button"
      aria-label={news ? "Channels, something is unread" : "Channels"}
      onClick={() => setState({ drawer: true })}
    >
      <Icon name="menu" />
      {news && <i class="dot" />}
    </button>
  );
}
