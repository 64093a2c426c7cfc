import type { ComponentChildren } from "preact";
import { setState, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";
import { Mark } from "./Icon.js";

/** A page beside the channels: the gallery, or the one for moderators. */
export function Page(props: {
  class: string;
  title: string;
  about: string;

  children: ComponentChildren;
}) {
  return (
    <main class={`pane ${props.class}`} aria-label={props.title}>
      <header class="pane-header">
        <MenuButton />
        <h1>{props.title}</h1>
        <p>{props.about}</p>
      </header>
      <Lost said={sentence("page.lost")} />
      {props.children}
    </main>
  );
}

/** Opens the list of channels on a phone. */
export function MenuButton({ channel }: { channel?: string }) {
  const news = useStore((state) => {
    const inThreads = Object.values(state.news).some((each) => each.channel !== channel);
    return inThreads || state.channels.some((each) => each.id !== channel && each.unread > 0);
  });
  return (
    <IconButton
      icon="menu"
      size={20}
      class="quiet only-phone menu-button"
      label={sentence(news ? "nav.channels-unread" : "nav.channels")}
      onClick={() => setState({ drawer: true })}
    >
      {news && <i class="dot" />}
    </IconButton>
  );
}

/** Says that the connection is lost, while it is; over what is below, so that nothing moves when it comes and goes. */
export function Lost({ said }: { said: string }) {
  const lost = useStore((state) => state.connection === "lost");
  if (!lost) return null;
  return (
    <div class="banner-place">
      <p class="banner" role="status">
        <span class="pulse" /> {said}
      </p>
    </div>
  );
}

/** The logo alone, while something loads. */
export function Splash({ size, label }: { size: number; label?: string }) {
  return (
    <div class="splash" role="status" aria-busy="true" aria-label={label}>
      <Mark size={size} />
    </div>
  );
}
