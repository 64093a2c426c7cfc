import { useEffect } from "preact/hooks";
import { showBadge } from "../state/alerts.js";
import { setState, useChannelName, useModerates, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { AlertsDialog } from "./AlertsDialog.js";
import { AdminPage } from "./admin/AdminPage.js";
import { Button, IconButton } from "./Button.js";
import { Composer } from "./Composer.js";
import { DevicesDialog, JoinDialog } from "./Devices.js";
import { NewChannelDialog, ProfileDialog } from "./Dialogs.js";
import { DropZone } from "./DropZone.js";
import { EmojiPicker } from "./EmojiPicker.js";
import { Finder } from "./Finder.js";
import { GalleryPage } from "./gallery/GalleryPage.js";
import { WorkView } from "./gallery/WorkView.js";
import { Mark } from "./Icon.js";
import { Lightbox } from "./Lightbox.js";
import { MessageMask } from "./MaskDialog.js";
import { MessageMenu } from "./MessageMenu.js";
import { ChannelTools } from "./moderation/ChannelTools.js";
import { PersonMenu } from "./moderation/PersonMenu.js";
import { Lost, MenuButton, Splash } from "./Page.js";
import { ShortcutsDialog } from "./ShortcutsDialog.js";
import { Sidebar } from "./Sidebar.js";
import { focusComposer, useShortcuts } from "./shortcuts.js";
import { ThreadPanel } from "./ThreadPanel.js";
import { Timeline } from "./Timeline.js";
import { Toasts } from "./Toasts.js";
import { Tour } from "./Tour.js";

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
  const name = useChannelName(channel);
  const moderates = useModerates();
  return (
    <main class="pane channel-pane" aria-label={sentence("channel.label", { channel: name })}>
      <DropZone channel={channel}>
        <header class="pane-header">
          <MenuButton channel={channel} />
          <h1>
            <span aria-hidden="true">#</span>
            {name}
          </h1>
          <p>{topic}</p>
          {moderates && (
            <IconButton
              icon="more"
              size={20}
              label={sentence("channel.tools", { channel: name })}
              onClick={() => setState({ overlay: { kind: "channel-tools", channel } })}
            />
          )}
        </header>
        <Lost said={sentence("page.lost.chat")} />
        <Timeline channel={channel} />
        <Tour channel={channel} />
        <Composer channel={channel} />
      </DropZone>
    </main>
  );
}

function useTitle(): void {
  const unread = useStore(({ channels, news }) => {
    const inChannels = channels.reduce((sum, each) => sum + (each.mentions || (each.unread > 0 ? 1 : 0)), 0);
    return Object.values(news).reduce((sum, each) => sum + each.unread, inChannels);
  });
  const title = useStore(({ channels, route: { admin, gallery, channel } }) => {
    const inChannel = channel === undefined ? "" : `#${channels.find(({ id }) => id === channel)?.name ?? channel}`;
    const name = admin ? sentence("nav.admin") : gallery ? sentence("gallery.title") : inChannel;
    return name ? sentence("page.title", { name }) : "Dreamloom";
  });
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  }, [title, unread]);
  useEffect(() => {
    void showBadge(unread);
  }, [unread]);
}

/** What lies over every page: a dialog, and toasts. */
function Overlays() {
  const overlay = useStore((state) => state.overlay);
  return (
    <>
      {overlay?.kind === "profile" && <ProfileDialog />}
      {overlay?.kind === "devices" && <DevicesDialog />}
      {overlay?.kind === "join" && <JoinDialog code={overlay.code} />}
      {overlay?.kind === "channel" && <NewChannelDialog />}
      {overlay?.kind === "switcher" && <Finder />}
      {overlay?.kind === "alerts" && <AlertsDialog />}
      {overlay?.kind === "shortcuts" && <ShortcutsDialog />}
      {overlay?.kind === "picture" && <Lightbox overlay={overlay} />}
      {overlay?.kind === "menu" && <MessageMenu {...overlay} />}
      {overlay?.kind === "mask" && <MessageMask {...overlay} />}
      {overlay?.kind === "emoji" && <EmojiPicker message={overlay.message} anchor={overlay.anchor} />}
      {overlay?.kind === "person" && <PersonMenu person={overlay.person} anchor={overlay.anchor} />}
      {overlay?.kind === "channel-tools" && <ChannelTools channel={overlay.channel} />}
      <Toasts depth={0} />
    </>
  );
}
