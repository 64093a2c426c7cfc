import { useEffect } from "preact/hooks";
import { useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { AdminPage } from "./admin/AdminPage.js";
import { Button } from "./Button.js";
import { Composer } from "./Composer.js";
import { DropZone } from "./DropZone.js";
import { GalleryPage } from "./gallery/GalleryPage.js";
import { WorkView } from "./gallery/WorkView.js";
import { Mark } from "./Icon.js";
import { Overlays } from "./Overlays.js";
import { Lost, MenuButton, Splash } from "./Page.js";
import { Sidebar } from "./Sidebar.js";
import { focusComposer, useShortcuts } from "./shortcuts.js";
import { ThreadPanel } from "./ThreadPanel.js";
import { Timeline } from "./Timeline.js";

export function App() {
  const ready = useStore((state) => state.session !== undefined);
  const fatal = useStore((state) => state.fatal);
  const { admin, gallery, work, channel, thread } = useStore((state) => state.route);
  useShortcuts();
  useTitle();
  if (fatal) return <Closed why={fatal} />;
  if (!ready || !(admin || gallery || channel !== undefined))
    return <Splash size={72} label={sentence("page.opening")} />;
  return (
    <div class="app" data-thread={thread !== undefined}>
      {channel !== undefined && (
        <button type="button" class="skip" onClick={() => focusComposer(".channel-pane")}>
          {sentence("page.skip")}
        </button>
      )}
      <Sidebar />
      {admin && <AdminPage />}
      {gallery && <GalleryPage />}
      {work !== undefined && <WorkView job={work} key={work} />}
      {channel !== undefined && <ChannelPane channel={channel} key={channel} />}
      {channel !== undefined && thread !== undefined && (
        <ThreadPanel channel={channel} thread={thread} key={`${channel}/${thread}`} />
      )}
      <Overlays />
    </div>
  );
}

function Closed({ why }: { why: string }) {
  return (
    <main class="splash">
      <Mark size={72} />
      <h1>{sentence("page.closed")}</h1>
      <p role="alert">{why}</p>
      <Button class="button primary" onClick={() => window.location.reload()}>
        {sentence("common.retry")}
      </Button>
    </main>
  );
}

function ChannelPane({ channel }: { channel: string }) {
  const topic = useStore((state) => state.channels.find((each) => each.id === channel)?.topic);
  return (
    <main class="pane channel-pane" aria-label={sentence("channel.label", { channel })}>
      <DropZone channel={channel}>
        <header class="pane-header">
          <MenuButton channel={channel} />
          <h1>
            <span aria-hidden="true">#</span>
            {channel}
          </h1>
          {topic && <p>{topic}</p>}
        </header>
        <Lost said={sentence("page.lost.chat")} />
        <Timeline channel={channel} />
        <Composer channel={channel} />
      </DropZone>
    </main>
  );
}

function useTitle(): void {
  const title = useStore(({ channels, route: { admin, gallery, channel } }) => {
    const unread = channels.reduce((sum, each) => sum + (each.mentions || (each.unread > 0 ? 1 : 0)), 0);
    const inChannel = channel === undefined ? "" : `#${channel}`;
    const name = admin ? sentence("nav.admin") : gallery ? sentence("gallery.title") : inChannel;
    const here = name ? sentence("page.title", { name }) : "Dreamloom";
    return unread > 0 ? `(${unread}) ${here}` : here;
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}
