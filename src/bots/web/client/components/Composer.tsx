import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { plainText } from "../../../markdown/plain-text.js";
import { sendMessage } from "../state/actions.js";
import { getState, setState, timelineKey, useStore } from "../state/store.js";
import { CompletionPopup } from "./CompletionPopup.js";
import { addFiles, removeFile, setDraft, useDraft } from "./drafts.js";
import { Icon } from "./Icon.js";
import { useCompletion } from "./useCompletion.js";

/** The message box: text, pictures, slash commands with completion, and the message that is answered. */
export function Composer({ channel, thread }: { channel: string; thread?: string }) {
  const key = timelineKey(channel, thread);
  const draft = useDraft(key);
  const replying = useStore((state) => state.replying[key]);
  const limit = useStore((state) => state.session?.limits.textLength) ?? 4000;
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState(0);
  const popupId = useId();
  const change = (text: string, at: number) => {
    setDraft(key, { text });
    setCaret(at);
    requestAnimationFrame(() => area.current?.setSelectionRange(at, at));
  };
  const completion = useCompletion({ text: draft.text, caret, channel, thread, change });
  const stopReplying = () => setState({ replying: { ...getState().replying, [key]: undefined } });

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, window.innerHeight * 0.35)}px`;
  }, [draft.text]);
  useEffect(() => {
    if (thread === undefined && window.matchMedia("(hover: hover)").matches) area.current?.focus();
  }, []);

  const over = draft.text.length - limit;
  const canSend = (draft.text.trim() !== "" || draft.files.length > 0) && over <= 0;
  const send = () => {
    if (!canSend) return;
    sendMessage(channel, thread, draft.text.trim(), draft.files, replying);
    setDraft(key, { text: "", files: [] });
    setCaret(0);
    if (replying) stopReplying();
    area.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || completion.onKeyDown(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && replying) {
      event.preventDefault();
      stopReplying();
    } else if (event.key === "ArrowUp" && draft.text === "") {
      event.preventDefault();
      [...(area.current?.closest(".pane")?.querySelectorAll<HTMLElement>("article.message") ?? [])].at(-1)?.focus();
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void addFiles(key, files);
  };

  return (
    <div class="composer" id={thread === undefined ? "composer" : undefined}>
      {completion.items.length > 0 || completion.help ? <CompletionPopup id={popupId} completion={completion} /> : null}
      <div class="composer-box">
        {replying && (
          <div class="composer-reply">
            <Icon name="reply" size={16} />
            {replying.pictures[0] && !replying.pictures[0].spoiler && (
              <img src={replying.pictures[0].preview} alt="" width={26} height={26} />
            )}
            <span>
              Replying to <strong>{replying.author.name}</strong> {plainText(replying.text).slice(0, 80)}
            </span>
            <button type="button" class="quiet" aria-label="Cancel reply" onClick={stopReplying}>
              <Icon name="close" size={16} />
            </button>
          </div>
        )}
        {draft.files.length > 0 && (
          <ul class="composer-files" aria-label="Pictures to send">
            {draft.files.map((file) => (
              <li key={file.key}>
                {file.width > 0 ? (
                  <img class={file.spoiler ? "veiled" : undefined} src={file.url} alt={file.file.name} />
                ) : (
                  <span class="unknown">{file.file.name}</span>
                )}
                <button
                  type="button"
                  class="hide-file"
                  aria-pressed={file.spoiler}
                  aria-label={`Hide ${file.file.name} until somebody asks to see it`}
                  title={
                    file.spoiler ? "Hidden until somebody asks to see it" : "Hide it until somebody asks to see it"
                  }
                  onClick={() =>
                    setDraft(key, {
                      files: draft.files.map((each) => (each === file ? { ...file, spoiler: !file.spoiler } : each)),
                    })
                  }
                >
                  <Icon name={file.spoiler ? "hidden" : "eye"} size={15} />
                </button>
                <button type="button" aria-label={`Remove ${file.file.name}`} onClick={() => removeFile(key, file)}>
                  <Icon name="close" size={14} />
                </button>
                <input
                  aria-label={`Describe ${file.file.name}`}
                  placeholder="Describe it"
                  maxLength={500}
                  value={file.description}
                  onInput={(event) =>
                    setDraft(key, {
                      files: draft.files.map((each) =>
                        each === file ? { ...file, description: event.currentTarget.value } : each,
                      ),
                    })
                  }
                />
              </li>
            ))}
          </ul>
        )}
        <div class="composer-row">
          <button
            type="button"
            class="quiet"
            aria-label="Add pictures"
            title="Add pictures"
            onClick={() => picker.current?.click()}
          >
            <Icon name="image" size={22} />
          </button>
          <input
            ref={picker}
            type="file"
            accept="image/jpeg,image/png,image/webp,image/gif,image/avif,image/tiff"
            multiple
            hidden
            onChange={(event) => {
              void addFiles(key, [...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = "";
            }}
          />
          <textarea
            ref={area}
            data-key={key}
            rows={1}
            value={draft.text}
            placeholder={thread === undefined ? "Write, drop a picture, or type /" : "Reply in the thread"}
            aria-label={thread === undefined ? `Message #${channel}` : "Reply in the thread"}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-controls={popupId}
            aria-activedescendant={completion.selected === undefined ? undefined : `${popupId}-${completion.selected}`}
            enterkeyhint="send"
            onInput={(event) => {
              setDraft(key, { text: event.currentTarget.value });
              setCaret(event.currentTarget.selectionStart);
            }}
            onKeyDown={onKeyDown}
            onKeyUp={(event) => setCaret(event.currentTarget.selectionStart)}
            onClick={(event) => setCaret(event.currentTarget.selectionStart)}
            onBlur={completion.close}
            onFocus={completion.open}
            onPaste={onPaste}
          />
          {over > -200 && <span class={over > 0 ? "count over" : "count"}>{-over}</span>}
          <button type="button" class="send" aria-label="Send" disabled={!canSend} onClick={send}>
            <Icon name="send" size={20} />
          </button>
        </div>
      </div>
    </div>
  );
}
