import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { WireChannel } from "../../wire.js";
import { adminHref, galleryHref, hrefOf } from "../state/route.js";
import { setState, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { Avatar } from "./Avatar.js";
import { Button, IconButton } from "./Button.js";
import { Icon, type IconName, Mark } from "./Icon.js";

const close = () => setState({ drawer: false });

export function Sidebar() {
  const drawer = useStore((state) => state.drawer);
  const route = useStore((state) => state.route);
  const session = useStore((state) => state.session);
  return (
    <>
      <button type="button" class="drawer-veil" data-open={drawer} tabIndex={-1} aria-hidden="true" onClick={close} />
      <aside class="sidebar" data-open={drawer} aria-label={sentence("nav.label")}>
        <div class="brand">
          <Mark size={32} />
          <span>Dreamloom</span>
        </div>
        <Button
          class="jump"
          icon="search"
          size={17}
          onClick={() => setState({ overlay: { kind: "switcher" }, drawer: false })}
        >
          <span>{sentence("nav.jump")}</span>
          <kbd>{/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</kbd>
        </Button>
        {session?.gallery && (
          <NavLink look="gallery-link" icon="gallery" href={galleryHref()} current={route.gallery && !route.work}>
            <span>{sentence("gallery.title")}</span>
          </NavLink>
        )}
        <Channels current={route.channel} />
        {session?.me.moderator && session.admin && (
          <NavLink look="admin-link" icon="gauge" href={adminHref} current={route.admin}>
            <span>{sentence("nav.admin")}</span>
          </NavLink>
        )}
        <Me />
      </aside>
    </>
  );
}

function Channels({ current }: { current: string | undefined }) {
  const channels = useStore((state) => state.channels);
  const archived = channels.filter((channel) => channel.archived);
  return (
    <>
      <div class="sidebar-heading">
        <h2>{sentence("nav.channels")}</h2>
        <IconButton
          icon="plus"
          label={sentence("channel.new")}
          onClick={() => setState({ overlay: { kind: "channel" }, drawer: false })}
        />
      </div>
      <nav aria-label={sentence("nav.channels")}>
        {channels.map(
          (channel) =>
            !channel.archived && <ChannelLink key={channel.id} channel={channel} current={channel.id === current} />,
        )}
        {archived.length > 0 && (
          <details class="archived" open={archived.some(({ id }) => id === current)}>
            <summary>{sentence("nav.archived", { count: archived.length })}</summary>
            {archived.map((channel) => (
              <ChannelLink key={channel.id} channel={channel} current={channel.id === current} />
            ))}
          </details>
        )}
      </nav>
    </>
  );
}

function ChannelLink({ channel, current }: { channel: WireChannel; current: boolean }) {
  const { id, name } = channel;
  const news = useStore((state) => state.news);
  const threads = Object.values(news).filter((each) => each.channel === id);
  const unread = threads.reduce((sum, each) => sum + each.unread, channel.unread);
  const mentions = threads.reduce((sum, each) => sum + each.mentions, channel.mentions);
  const label = unread > 0 ? sentence("nav.unread", { name, unread, mentions }) : name;
  return (
    <NavLink look={unread > 0 ? "unread" : ""} icon="hash" href={hrefOf(id)} current={current} label={label}>
      <span>{name}</span>
      {unread > 0 && (
        // The label says the number in words; as text it would have to be in the label just so.
        <b
          class={mentions ? "badge badge-mention" : "badge"}
          data-count={mentions || (unread >= 99 ? "99+" : unread)}
        />
      )}
    </NavLink>
  );
}

function NavLink({
  look,
  icon,
  current,
  label,
  ...link
}: {
  look: string;
  icon: IconName;
  href: string;
  current: boolean | undefined;
  label?: string;
  children: ComponentChildren;
}) {
  return (
    <a
      class={`channel-link ${look}`}
      aria-current={current ? "page" : undefined}
      aria-label={label}
      onClick={close}
      href={link.href}
    >
      <Icon name={icon} size={17} />
      {link.children}
    </a>
  );
}

function Me() {
  const me = useStore((state) => state.session?.me);
  const { sound, desktop } = useStore((state) => state.alerts);
  if (!me) return null;
  const open = () => setState({ overlay: { kind: "profile" }, drawer: false });
  return (
    <div class="me">
      <button type="button" class="me-name" onClick={open} title={sentence("nav.rename")}>
        <Avatar user={me} size={34} />
        <span>
          <strong>{me.name}</strong>
          <small>{sentence(me.moderator ? "nav.moderator" : "nav.you")}</small>
        </span>
      </button>
      <IconButton
        icon={sound || desktop ? "bell" : "bellOff"}
        size={19}
        label={sentence("alerts.title")}
        onClick={() => setState({ overlay: { kind: "alerts" }, drawer: false })}
      />
      <ThemeToggle />
    </div>
  );
}

const themes = {
  auto: { next: "light", icon: "auto" },
  light: { next: "dark", icon: "sun" },
  dark: { next: "auto", icon: "moon" },
} as const;
type Theme = keyof typeof themes;

function ThemeToggle() {
  const { dataset } = document.documentElement;
  const [theme, setTheme] = useState<Theme>(() => (dataset.theme as Theme | undefined) ?? "auto");
  const { next, icon } = themes[theme];
  const change = () => {
    setTheme(next);
    if (next === "auto") delete dataset.theme;
    else dataset.theme = next;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  };
  const [now, then] = [sentence(`nav.theme.${theme}`), sentence(`nav.theme.${next}`)];
  return (
    <IconButton
      icon={icon}
      size={19}
      onClick={change}
      label={sentence("nav.theme.change", { theme: now, next: then })}
      title={sentence("nav.theme", { theme: now })}
    />
  );
}
