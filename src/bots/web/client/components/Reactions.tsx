import type { WireMessage, WireReaction } from "../../wire.js";
import { toggleReaction } from "../state/actions.js";
import { setState } from "../state/store.js";
import { Icon } from "./Icon.js";

export function Reactions({ message, me }: { message: WireMessage; me: string | undefined }) {
  return (
    <div class="reactions" role="group" aria-label="Reactions">
      {message.reactions.map((reaction) => {
        const mine = reaction.people.some((user) => user.id === me);
        const who = names(reaction, me);
        return (
          <button
            type="button"
            key={reaction.emoji}
            class="reaction"
            aria-pressed={mine}
            aria-label={`${reaction.emoji} ${reaction.people.length}: ${who}`}
            data-who={`${who} reacted with ${reaction.emoji}`}
            onClick={() => toggleReaction(message, reaction.emoji)}
          >
            <span aria-hidden="true">{reaction.emoji}</span>
            <b aria-hidden="true">{reaction.people.length}</b>
          </button>
        );
      })}
      <button
        type="button"
        class="reaction add"
        aria-label="Add a reaction"
        onClick={(event) =>
          setState({ overlay: { kind: "emoji", message, anchor: event.currentTarget.getBoundingClientRect() } })
        }
      >
        <Icon name="smile" size={17} />
      </button>
    </div>
  );
}

function names({ people: users }: WireReaction, me: string | undefined): string {
  const list = users.map((user) => (user.id === me ? "you" : user.name));
  if (list.length <= 4) return list.join(", ").replace(/, ([^,]*)$/, " and $1");
  return `${list.slice(0, 3).join(", ")} and ${list.length - 3} others`;
}
