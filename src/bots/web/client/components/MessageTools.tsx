import type { WireMessage } from "../../wire.js";
import { askAbout, removeMessage, startReply, toggleReaction } from "../state/actions.js";
import { go } from "../state/route.js";
import { setState, useStore } from "../state/store.js";
import { quickReactions } from "../text/emoji.js";
import { sentence } from "../text/sentences.js";
import { Button, IconButton, useSecondPress } from "./Button.js";
import { mayEdit } from "./MessageEditor.js";
import { openMenu } from "./MessageMenu.js";
import { AddReaction } from "./Reactions.js";

/**
 * What one can do with a message: shown while the pointer or the keyboard is on it, or after a tap. On a phone the face
 * must stay free, so that what is rarer is in the menu only.
 */
export function MessageTools({ message, inThread }: { message: WireMessage; inThread: boolean }) {
  const me = useStore((state) => state.session?.me);
  if (message.private) return null;
  return (
    <div class="tools-rail">
      <div class="tools" role="toolbar" aria-label={sentence("message.tools")}>
        {quickReactions.map((emoji) => (
          <Button
            key={emoji}
            class="quiet quick"
            aria-label={sentence("message.react.with", { emoji })}
            onClick={() => toggleReaction(message, emoji)}
          >
            {emoji}
          </Button>
        ))}
        <AddReaction message={message} class="quiet" size={18} shortcut="E" />
        <IconButton
          icon="reply"
          label={sentence("message.reply")}
          shortcut="R"
          onClick={() => startReply(message, inThread)}
        />
        {message.pictures.length > 0 && (
          <IconButton
            icon="eye"
            class="quiet not-phone"
            label={sentence("message.see")}
            onClick={() => askAbout("see", message, { inThread })}
          />
        )}
        {!inThread && (
          <IconButton
            icon="thread"
            class="quiet not-phone"
            label={sentence("message.thread")}
            shortcut="T"
            onClick={() => go(message.channel, message.id)}
          />
        )}
        {mayEdit(message) && <EditButton id={message.id} />}
        {(me?.moderator || message.author.id === me?.id) && <DeleteButton message={message} />}
        <IconButton
          icon="more"
          label={sentence("message.more")}
          onClick={(event) => openMenu(message, inThread, event.currentTarget.getBoundingClientRect())}
        />
      </div>
    </div>
  );
}

function EditButton({ id }: Pick<WireMessage, "id">) {
  return (
    <IconButton
      icon="pen"
      class="quiet not-phone"
      label={sentence("message.edit")}
      shortcut="M"
      onClick={() => setState({ editing: id })}
    />
  );
}

function DeleteButton({ message }: { message: WireMessage }) {
  const { sure, press, forget } = useSecondPress(() => void removeMessage(message));
  return (
    <IconButton
      icon={sure ? undefined : "trash"}
      class={sure ? "quiet danger sure not-phone" : "quiet not-phone"}
      label={sentence(sure ? "message.delete.sure" : "message.delete")}
      onClick={press}
      onBlur={forget}
      onMouseLeave={forget}
    >
      {sure && sentence("message.delete.question")}
    </IconButton>
  );
}
