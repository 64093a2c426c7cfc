import { useEffect, useRef, useState } from "preact/hooks";
import type { WireMessage } from "../../wire.js";
import { editMessage } from "../state/actions.js";
import { getState, setState } from "../state/store.js";
import { errorText } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { Button, useBusy } from "./Button.js";

/** Whether the text is one's own to change: what was said to the bot has been done. */
export function mayEdit({ author, private: isPrivate, text }: WireMessage): boolean {
  return author.id === getState().session?.me.id && !isPrivate && !text.startsWith("/");
}

/** Changes a message where it stands. Enter saves, Esc leaves it as it was. */
export function MessageEditor({ message }: { message: WireMessage }) {
  const { text, setText, error, busy, area, close, save, onKeyDown } = useEditor(message);
  return (
    <div class="message-editor">
      <textarea
        ref={area}
        value={text}
        aria-label={sentence("message.edit.label")}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {error !== undefined && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
      <p>
        <Button class="button small primary" disabled={busy} onClick={save}>
          {sentence("message.edit.save")}
        </Button>
        <Button class="button small" onClick={close}>
          {sentence("common.cancel")}
        </Button>
      </p>
    </div>
  );
}

/** What an editor holds and does. */
function useEditor(message: WireMessage) {
  const [text, setText] = useState(message.text);
  const [error, setError] = useState<string>();
  const [busy, run] = useBusy();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(text.length, text.length);
  }, []);
  const close = () => {
    const article = area.current?.closest("article");
    setState({ editing: undefined });
    article?.focus();
  };
  const save = () =>
    run(async () => {
      try {
        if (text.trim() !== message.text) await editMessage(message, text);
        close();
      } catch (refusal) {
        setError(errorText(refusal));
      }
    });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { text, setText, error, busy, area, close, save, onKeyDown };
}
