import { useState } from "preact/hooks";
import { galleryHref, hrefOf } from "../state/route.js";
import { useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { rank } from "../text/slash.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { Icon, type IconName } from "./Icon.js";
import { arrowStep, Options, optionId, SearchInput } from "./Options.js";

interface Target {
  readonly name: string;
  readonly topic: string;
  readonly unread: number;
  readonly icon: IconName;
  readonly href: string;
}

/** Ctrl/Cmd+K: type a few letters of a channel's name and go there. */
export function Switcher() {
  const targets = useTargets();
  const [typed, setTyped] = useState("");
  const [index, setIndex] = useState(0);
  const found = rank(targets, typed.replace(/^#/, ""));
  const choose = (target: Target | undefined) => {
    if (!target) return;
    closeOverlay();
    window.location.hash = target.href;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = arrowStep(event);
    if (event.key === "Enter") choose(found[index]);
    else if (step === undefined) return;
    else if (found.length > 0) setIndex((index + step + found.length) % found.length);
    event.preventDefault();
  };
  return (
    <Dialog label={sentence("switcher.label")} class="switcher">
      <SearchInput
        label={sentence("switcher.label")}
        value={typed}
        role="combobox"
        aria-expanded="true"
        aria-controls="switcher-list"
        aria-activedescendant={found[index] && optionId("switcher-list", index)}
        change={(text) => {
          setTyped(text);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Options
        id="switcher-list"
        label={sentence("nav.channels")}
        items={found}
        keyOf={({ href }) => href}
        selected={index}
        onSelect={setIndex}
        onChoose={choose}
        empty={<div class="none">{sentence("switcher.none")}</div>}
      >
        {showTarget}
      </Options>
    </Dialog>
  );
}

function showTarget({ name, topic, unread, icon }: Target) {
  return (
    <>
      <Icon name={icon} size={17} />
      <strong>{name}</strong>
      <span>{topic}</span>
      {unread > 0 && <b class="badge">{unread}</b>}
    </>
  );
}

function useTargets(): Target[] {
  const channels = useStore((state) => state.channels);
  const hasGallery = useStore((state) => state.session?.gallery);
  const targets = channels.map(({ id, name, topic, unread }): Target => {
    return { name, topic, unread, icon: "hash", href: hrefOf(id) };
  });
  const [name, topic] = [sentence("gallery.title"), sentence("gallery.about")];
  return hasGallery ? [...targets, { name, topic, unread: 0, icon: "gallery", href: galleryHref() }] : targets;
}
