import { useState } from "preact/hooks";
import type { WireMessage } from "../../wire.js";
import { removeMessage, toggleReaction } from "../state/actions.js";
import { go } from "../state/route.js";
import { setState, useStore } from "../state/store.js";
import { quickReactions } from "../text/emoji.js";
import { Icon } from "./Icon.js";
import { startReply } from "./reply.js";

/** What one can do with a message: shown while the pointer or the keyboard is on it, or after a tap. */
export function MessageTools({ message, inThread }: { message: WireMessage; inThread: boolean }) {
  const me = useStore((state) => state.session?.me);
  const [sure, setSure] = useState(false);
  if (message.private) return null;
  const mayDelete = me?.moderator || message.author.id === me?.id;
  const remove = () => {
    if (sure) void removeMessage(message);
    setSure(!sure);
  };
  return (
    <div class="tools" role="toolbar" aria-label="Message" onMouseLeave={() => setSure(false)}>
      {quickReactions.slice(0, 3).map((emoji) => (
        <button
          type="button"
          key={emoji}
          class="quiet quick"
          aria-label={`React with ${emoji}`}
          onClick={() => toggleReaction(message, emoji)}
        >
          {emoji}
        </button>
      ))}
      <button
        type="button"
        class="quiet"
        aria-label="Add a reaction"
        title="Add a reaction (E)"
        onClick={(event) =>
          setState({ overlay: { kind: "emoji", message, anchor: event.currentTarget.getBoundingClientRect() } })
        }
      >
        <Icon name="smile" size={18} />
      </button>
      <button
        type="button"
        class="quiet"
        aria-label="Reply"
        title="Reply (R)"
        onClick={() => startReply(message, inThread)}
      >
        <Icon name="reply" size={18} />
      </button>
      {!inThread && (
        <button
          type="button"
          class="quiet"
          aria-label="Open thread"
          title="Thread (T)"
          onClick={() => go(message.channel, message.id)}
        >
          <Icon name="thread" size={18} />
        </button>
      )}
      {mayDelete && (
        <button
          type="button"
          class={sure ? "quiet danger sure" : "quiet"}
          aria-label={sure ? "Really delete" : "Delete"}
          title="Delete"
          onClick={remove}
          onBlur={() => setSure(false)}
        >
          {sure ? "Delete?" : <Icon name="trash" size={18} />}
        </button>
      )}
    </div>
  );
}
