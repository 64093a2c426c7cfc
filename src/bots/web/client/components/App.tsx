import { useEffect } from "preact/hooks";
import { setState, useStore } from "../state/store.js";
import { Composer } from "./Composer.js";
import { DropZone } from "./DropZone.js";
import { Icon, Mark } from "./Icon.js";
import { Overlays } from "./Overlays.js";
import { Sidebar } from "./Sidebar.js";
import { focusComposer, useShortcuts } from "./shortcuts.js";
import { ThreadPanel } from "./ThreadPanel.js";
import { Timeline } from "./Timeline.js";
import { Toasts } from "./Toasts.js";

export function App() {
  const ready = useStore((state) => state.session !== undefined);
  const fatal = useStore((state) => state.fatal);
  const route = useStore((state) => state.route);
  const lost = useStore((state) => state.connection === "lost");
  useShortcuts();
  useTitle();
  if (fatal) {
    return (
      <main class="splash">
        <Mark size={72} />
        <h1>The studio is closed for a moment</h1>
        <p role="alert">{fatal}</p>
        <button type="button" class="button primary" onClick={() => window.location.reload()}>
          Try again
        </button>
      </main>
    );
  }
  if (!ready || route.channel === undefined) {
    return (
      <main class="splash" aria-busy="true" aria-label="Opening the chat">
        <Mark size={72} />
      </main>
    );
  }
  const { channel, thread } = route;
  return (
    <div class="app" data-thread={thread !== undefined}>
      <button type="button" class="skip" onClick={() => focusComposer(".channel-pane")}>
        Skip to the message box
      </button>
      <Sidebar />
      <main class="pane channel-pane" aria-label={`Channel ${channel}`}>
        <DropZone channel={channel}>
          <ChannelHeader channel={channel} />
          {lost && (
            <p class="banner" role="status">
              <span class="pulse" /> Reconnecting… what you write is kept.
            </p>
          )}
          <Timeline channel={channel} key={channel} />
          <Composer channel={channel} key={`composer ${channel}`} />
        </DropZone>
      </main>
      {thread !== undefined && <ThreadPanel channel={channel} thread={thread} key={`${channel}/${thread}`} />}
      <Overlays />
      <Toasts />
    </div>
  );
}

function ChannelHeader({ channel }: { channel: string }) {
  const topic = useStore((state) => state.channels.find((each) => each.id === channel)?.topic);
  const news = useStore((state) => state.channels.some((each) => each.id !== channel && each.unread > 0));
  return (
    <header class="pane-header">
      <button
        type="button"
        class="quiet only-phone menu-button"
        aria-label={news ? "Channels, something is unread" : "Channels"}
        onClick={() => setState({ drawer: true })}
      >
        <Icon name="menu" />
        {news && <i class="dot" />}
      </button>
      <h1>
        <span aria-hidden="true">#</span>
        {channel}
      </h1>
      {topic && <p>{topic}</p>}
    </header>
  );
}

function useTitle(): void {
  const title = useStore((state) => {
    const unread = state.channels.reduce((sum, each) => sum + (each.mentions || (each.unread > 0 ? 1 : 0)), 0);
    return `${unread > 0 ? `(${unread}) ` : ""}${state.route.channel === undefined ? "" : `#${state.route.channel} · `}Dreamloom`;
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}
