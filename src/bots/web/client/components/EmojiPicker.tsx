import { useState } from "preact/hooks";
import type { WireMessage } from "../../wire.js";
import { toggleReaction } from "../state/actions.js";
import { emojiGroups, searchEmoji } from "../text/emoji.js";
import { sentence } from "../text/sentences.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { SearchInput } from "./Options.js";

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
    <Dialog label={sentence("emoji.label")} class="emoji-picker" style={placeBeside(anchor)}>
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

/** Beside the thing that opened it, and inside the window. A phone's style sheet puts it at the bottom instead. */
function placeBeside(anchor: DOMRect) {
  const left = Math.max(8, Math.min(window.innerWidth - size.width - 8, anchor.right - size.width));
  const below = anchor.bottom + 6 + size.height < window.innerHeight;
  const top = below ? anchor.bottom + 6 : Math.max(8, Math.min(anchor.top, window.innerHeight) - size.height - 6);
  return { "--left": `${left}px`, "--top": `${top}px` };
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
