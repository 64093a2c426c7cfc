import type { WireMessage, WireReaction } from "../../wire.js";
import { toggleReaction } from "../state/actions.js";
import { setState } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";

export function Reactions({ message, me }: { message: WireMessage; me: string | undefined }) {
  return (
    <div class="reactions" role="group" aria-label={sentence("reactions.label")}>
      {message.reactions.map(({ emoji, people }) => {
        const who = names(people, me);
        return (
          <button
            type="button"
            key={emoji}
            class="reaction"
            aria-pressed={people.some(({ id }) => id === me)}
            aria-label={sentence("reactions.count", { emoji, count: people.length, people: who })}
            data-who={sentence("reactions.who", { emoji, people: who })}
            onClick={() => toggleReaction(message, emoji)}
          >
            <span aria-hidden="true">{emoji}</span>
            <b aria-hidden="true">{people.length}</b>
          </button>
        );
      })}
      <AddReaction message={message} class="reaction add" size={17} />
    </div>
  );
}

interface AddReactionProps {
  readonly message: WireMessage;
  readonly class: string;
  readonly size: number;
  readonly shortcut?: string;
}

export function AddReaction({ message, ...look }: AddReactionProps) {
  return (
    <IconButton
      icon="smile"
      label={sentence("message.react")}
      onClick={(event) => openEmojiPicker(message, event.currentTarget)}
      {...look}
    />
  );
}

export function openEmojiPicker(message: WireMessage, beside: HTMLElement): void {
  setState({ overlay: { kind: "emoji", message, anchor: beside.getBoundingClientRect() } });
}

function names(people: WireReaction["people"], me: string | undefined): string {
  const list = people.map(({ id, name }) => (id === me ? sentence("reactions.you") : name));
  if (list.length > 4)
    return sentence("reactions.others", { first: list.slice(0, 3).join(", "), count: list.length - 3 });
  const last = list.pop() ?? "";
  return list.length === 0 ? last : sentence("reactions.two", { first: list.join(", "), last });
}
