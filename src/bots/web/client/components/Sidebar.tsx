import type { WireChannel } from "../../wire.js";
import { adminHref, galleryHref, hrefOf } from "../state/route.js";
import { setState, useStore } from "../state/store.js";
import { Avatar } from "./Avatar.js";
import { Icon, Mark } from "./Icon.js";
import { ThemeToggle } from "./Theme.js";

export function Sidebar() {
  const channels = useStore((state) => state.channels);
  const route = useStore((state) => state.route);
  const me = useStore((state) => state.session?.me);
  const admin = useStore((state) => state.session?.admin === true);
  const drawer = useStore((state) => state.drawer);
  const gallery = useStore((state) => state.session?.gallery);
  const close = () => setState({ drawer: false });
  return (
    <>
      <button type="button" class="drawer-veil" data-open={drawer} tabIndex={-1} aria-hidden="true" onClick={close} />
      <aside class="sidebar" data-open={drawer} aria-label="Channels and profile">
        <div class="brand">
          <Mark size={32} />
          <span>Dreamloom</span>
        </div>
        <button type="button" class="jump" onClick={() => setState({ overlay: { kind: "switcher" }, drawer: false })}>
          <Icon name="search" size={17} />
          <span>Jump to</span>
          <kbd>{/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        {gallery && (
          <a
            class="channel-link gallery-link"
            href={galleryHref()}
            aria-current={route.gallery && route.work === undefined ? "page" : undefined}
            onClick={close}
          >
            <Icon name="gallery" size={18} />
            <span>Gallery</span>
          </a>
        )}
        <div class="sidebar-heading">
          <h2>Channels</h2>
          <button
            type="button"
            class="quiet"
            aria-label="New channel"
            title="New channel"
            onClick={() => setState({ overlay: { kind: "channel" } })}
          >
            <Icon name="plus" size={18} />
          </button>
        </div>
        <nav aria-label="Channels">
          {channels.map((channel) => (
            <ChannelLink key={channel.id} channel={channel} current={channel.id === route.channel} onClick={close} />
          ))}
        </nav>
        {me?.moderator && admin && (
          <a
            class="channel-link admin-link"
            href={adminHref}
            aria-current={route.admin ? "page" : undefined}
            onClick={close}
          >
            <Icon name="gauge" size={17} />
            <span>Admin</span>
          </a>
        )}
        {me && (
          <div class="me">
            <button
              type="button"
              class="me-name"
              onClick={() => setState({ overlay: { kind: "profile" }, drawer: false })}
              title="Change your name"
            >
              <Avatar user={me} size={34} />
              <span>
                <strong>{me.name}</strong>
                <small>{me.moderator ? "Moderator" : "That's you"}</small>
              </span>
            </button>
            <ThemeToggle />
          </div>
        )}
      </aside>
    </>
  );
}

function ChannelLink({ channel, current, onClick }: { channel: WireChannel; current: boolean; onClick: () => void }) {
  const news = channel.unread > 0;
  const label = `${channel.id}${news ? `, ${channel.unread} unread${channel.mentions ? `, ${channel.mentions} for you` : ""}` : ""}`;
  return (
    <a
      class={`channel-link${news ? " unread" : ""}`}
      href={hrefOf(channel.id)}
      aria-current={current ? "page" : undefined}
      aria-label={label}
      onClick={onClick}
    >
      <Icon name="hash" size={17} />
      <span>{channel.id}</span>
      {news && (
        <b class={channel.mentions ? "badge badge-mention" : "badge"}>
          {channel.mentions || (channel.unread >= 99 ? "99+" : channel.unread)}
        </b>
      )}
    </a>
  );
}
