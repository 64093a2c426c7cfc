import { useEffect } from "preact/hooks";
import { useStore } from "../state/store.js";
import { AdminPage } from "./admin/AdminPage.js";
import { Composer } from "./Composer.js";
import { DropZone } from "./DropZone.js";
import { GalleryPage } from "./gallery/GalleryPage.js";
import { WorkView } from "./gallery/WorkView.js";
import { Mark } from "./Icon.js";
import { MenuButton } from "./MenuButton.js";
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
  if (ready && route.admin) {
    return (
      <div class="app">
        <Sidebar />
        <AdminPage lost={lost} />
        <Overlays />
        <Toasts />
      </div>
    );
  }
  if (!ready || (route.channel === undefined && !route.gallery)) {
    return (
      <main class="splash" aria-busy="true" aria-label="Opening the chat">
        <Mark size={72} />
      </main>
    );
  }
  const { channel, thread } = route;
  if (channel === undefined) {
    return (
      <div class="app">
        <Sidebar />
        <GalleryPage lost={lost} />
        {route.work !== undefined && <WorkView job={route.work} key={route.work} />}
        <Overlays />
        <Toasts />
      </div>
    );
  }
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
  return (
    <header class="pane-header">
      <MenuButton channel={channel} />
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
    const { admin, gallery, channel } = state.route;
    const here = admin ? "Admin · " : gallery ? "Gallery · " : channel === undefined ? "" : `#${channel} · `;
    return `${unread > 0 ? `(${unread}) ` : ""}${here}Dreamloom`;
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}
