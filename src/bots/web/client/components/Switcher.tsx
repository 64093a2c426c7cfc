import { useState } from "preact/hooks";
import { galleryHref, go } from "../state/route.js";
import { setState, useStore } from "../state/store.js";
import { rank } from "../text/slash.js";
import { Dialog } from "./Dialog.js";
import { Icon } from "./Icon.js";

/** No channel can be called this. */
const GALLERY = "Gallery";

/** Ctrl/Cmd+K: type a few letters of a channel's name and go there. */
export function Switcher() {
  const channels = useStore((state) => state.channels);
  const [typed, setTyped] = useState("");
  const [index, setIndex] = useState(0);
  const gallery = useStore((state) => state.session?.gallery)
    ? [{ name: GALLERY, topic: "All that was made here", unread: 0 }]
    : [];
  const found = rank(
    [...channels.map((channel) => ({ name: channel.id, topic: channel.topic, unread: channel.unread })), ...gallery],
    typed.replace(/^#/, ""),
  );
  const choose = (name: string | undefined) => {
    if (name === undefined) return;
    setState({ overlay: undefined });
    if (name === GALLERY) window.location.hash = galleryHref();
    else go(name);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") choose(found[index]?.name);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (found.length > 0) setIndex((index + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length);
    } else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Jump to a channel" class="switcher">
      <label class="switcher-input">
        <Icon name="search" />
        <input
          autoFocus
          placeholder="Jump to a channel"
          value={typed}
          role="combobox"
          aria-expanded="true"
          aria-controls="switcher-list"
          aria-activedescendant={found[index] ? `switch-${index}` : undefined}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setIndex(0);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <div class="options" role="listbox" id="switcher-list" aria-label="Channels">
        {found.map(({ name, topic, unread }, place) => (
          <div
            key={name}
            id={`switch-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === index}
            onMouseMove={() => setIndex(place)}
            onClick={() => choose(name)}
          >
            <Icon name={name === GALLERY ? "gallery" : "hash"} size={17} />
            <strong>{name}</strong>
            <span>{topic}</span>
            {unread > 0 && <b class="badge">{unread}</b>}
          </div>
        ))}
        {found.length === 0 && <div class="none">No channel has this name.</div>}
      </div>
    </Dialog>
  );
}
