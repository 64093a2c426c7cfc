import { useEffect, useRef } from "preact/hooks";
import { plainText } from "../../../markdown/plain-text.js";
import { hrefOf } from "../state/route.js";
import { timelineKey, useChannelName, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { tooltip } from "./Button.js";
import { Composer } from "./Composer.js";
import { DropZone } from "./DropZone.js";
import { Icon } from "./Icon.js";
import { Timeline } from "./Timeline.js";

/** A thread beside its channel; on a phone, instead of it. */
export function ThreadPanel({ channel, thread }: { channel: string; thread: string }) {
  const root = useStore((state) => state.timelines[timelineKey(channel, thread)]?.root);
  const name = useChannelName(channel);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    // Only from the keyboard or a click here: a page opened at a thread must not grab the phone's keyboard.
    if (window.matchMedia("(hover: hover)").matches) panel.current?.querySelector("textarea")?.focus();
  }, []);
  const title =
    root?.hasThread?.title || (root && [...plainText(root.text)].slice(0, 60).join("")) || sentence("thread.title");
  // On a phone the channel is not there beside it.
  const Pane = window.matchMedia("(max-width: 820px)").matches ? "main" : "section";
  return (
    <Pane class="pane thread-pane" aria-label={sentence("thread.label", { title })} ref={panel}>
      <DropZone channel={channel} thread={thread}>
        <header class="pane-header">
          <a class="quiet only-phone" href={hrefOf(channel)} aria-label={sentence("thread.back", { channel: name })}>
            <Icon name="left" />
          </a>
          <h1>{sentence("thread.title")}</h1>
          <p>{title}</p>
          <a
            class="quiet not-phone"
            href={hrefOf(channel)}
            aria-label={sentence("thread.close")}
            title={tooltip(sentence("thread.close"), "Esc")}
          >
            <Icon name="close" />
          </a>
        </header>
        <Timeline channel={channel} thread={thread} />
        <Composer channel={channel} thread={thread} />
      </DropZone>
    </Pane>
  );
}
