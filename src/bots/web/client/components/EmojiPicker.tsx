import { useState } from "preact/hooks";
import type { WireMessage } from "../../wire.js";
import { toggleReaction } from "../state/actions.js";
import { emojiGroups, searchEmoji } from "../text/emoji.js";
import { sentence } from "../text/sentences.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { SearchInput } from "./Options.js";
import { placeBeside } from "./place-beside.js";

const size = { width: 332, height: 380 };

/** Emoji by group or by word. Arrow keys move, Enter takes. */
export function EmojiPicker({ message, anchor }: { message: WireMessage; anchor: DOMRect }) {
  const [query, setQuery] = useState("");
  const found = query.trim() ? [{ name: "found" as const, emoji: searchEmoji(query) }] : emojiGroups;
  const take = (emoji: string) => {
    closeOverlay();
    toggleReaction(message, emoji);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const first = found[0]?.emoji[0];
    if (event.key === "Enter" && query.trim() && first) take(first.char);
    else if (event.key === "ArrowDown") document.querySelector<HTMLElement>(".emoji-grid button")?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={sentence("emoji.label")} class="emoji-picker" style={placeBeside(anchor, size)}>
      <SearchInput label={sentence("emoji.find")} value={query} change={setQuery} onKeyDown={onKeyDown} />
      <div class="emoji-groups" onKeyDown={moveInGrid}>
        {found.map(({ name, emoji }) => (
          <section key={name} aria-label={sentence(`emoji.${name}`)}>
            <h3>{sentence(`emoji.${name}`)}</h3>
            <div class="emoji-grid">
              {emoji.map(({ char, words }) => (
                <button type="button" key={char} title={words} aria-label={words} onClick={() => take(char)}>
                  {char}
                </button>
              ))}
            </div>
          </section>
        ))}
        {found[0]?.emoji.length === 0 && <p class="hint">{sentence("emoji.none")}</p>}
      </div>
    </Dialog>
  );
}

function moveInGrid(event: KeyboardEvent): void {
  const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -8, ArrowDown: 8 };
  const step = steps[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement)) return;
  event.preventDefault();
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("button")];
  const index = all.indexOf(event.target) + step;
  if (index < 0) document.querySelector<HTMLElement>(".emoji-picker input")?.focus();
  else all[Math.min(index, all.length - 1)]?.focus();
}
