import type { RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { plainText } from "../../../markdown/plain-text.js";
import type { WireMessage } from "../../wire.js";
import { addFiles, answer, setDraft, useDraft } from "../state/drafts.js";
import { sendMessage } from "../state/outbox.js";
import { PICKED_TYPES } from "../state/shrink.js";
import { type TimelineRef, timelineKey, useChannelName, useStore } from "../state/store.js";
import { onlyTouches } from "../state/touch.js";
import { sentence } from "../text/sentences.js";
import { comingTime } from "../text/time.js";
import { Attachments } from "./Attachments.js";
import { IconButton } from "./Button.js";
import { CompletionPopup } from "./CompletionPopup.js";
import { Icon } from "./Icon.js";
import { optionId } from "./Options.js";
import { recalled } from "./recalled.js";
import { useNow } from "./Time.js";
import { useCompletion } from "./useCompletion.js";
import { useLineCheck } from "./useLineCheck.js";

/** Where one writes; where one may not, why. */
export function Composer(timeline: TimelineRef) {
  const why = useClosed(timeline.channel);
  if (why === undefined) return <MessageBox {...timeline} />;
  return (
    <div class="composer">
      <p class="composer-closed" role="status">
        <Icon name="lock" size={17} />
        {why}
      </p>
    </div>
  );
}

/** Why one may not write in a channel. */
export function useClosed(channel: string): string | undefined {
  const archived = useStore((state) => state.channels.find((each) => each.id === channel)?.archived);
  const mutedUntil = useStore((state) => state.session?.me.mutedUntil) ?? 0;
  const now = useNow(5_000);
  if (archived) return sentence("composer.archived");
  return mutedUntil > now ? sentence("composer.muted", { time: comingTime(mutedUntil, now) }) : undefined;
}

/** The message box: text, images, slash commands with completion, and the message that is answered. */
function MessageBox(timeline: TimelineRef) {
  const { channel, thread } = timeline;
  const name = useChannelName(channel);
  const composer = useComposer(timeline);
  const { key, draft, completion, problem, replying, over, area, setCaret } = composer;
  const popupId = useId();
  const placeholder = onlyTouches() ? "composer.placeholder.touch" : "composer.placeholder";
  const label = thread === undefined ? sentence("composer.label", { channel: name }) : sentence("composer.reply");
  return (
    <div class="composer" id={thread === undefined ? "composer" : undefined}>
      {(completion.items.length > 0 || completion.help) && (
        <CompletionPopup id={popupId} completion={completion} fill={composer.fill} />
      )}
      <div class="composer-box">
        {replying && <Replying to={replying} onCancel={composer.stopReplying} />}
        {problem && (
          <p class="composer-problem" id={`${popupId}problem`} role="status">
            <Icon name="warning" size={17} />
            {plainText(problem)}
          </p>
        )}
        {draft.files.length > 0 && <Attachments draftKey={key} files={draft.files} />}
        <div class="composer-row">
          <AddPictures draftKey={key} />
          <textarea
            ref={area}
            data-key={key}
            rows={1}
            value={draft.text}
            placeholder={thread === undefined ? sentence(placeholder) : label}
            aria-label={label}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-controls={popupId}
            aria-activedescendant={optionId(popupId, completion.selected)}
            aria-invalid={problem !== undefined}
            aria-describedby={problem && `${popupId}problem`}
            enterkeyhint="send"
            onInput={(event) => composer.type(event.currentTarget.value, event.currentTarget.selectionStart)}
            onKeyDown={composer.onKeyDown}
            onKeyUp={(event) => setCaret(event.currentTarget.selectionStart)}
            onClick={(event) => setCaret(event.currentTarget.selectionStart)}
            onBlur={completion.close}
            onFocus={completion.open}
            onPaste={composer.onPaste}
          />
          {over > -200 && <span class={over > 0 ? "count over" : "count"}>{-over}</span>}
          <IconButton
            icon="send"
            size={20}
            class="send"
            label={sentence("composer.send")}
            disabled={!composer.canSend}
            onClick={composer.send}
          />
        </div>
      </div>
    </div>
  );
}

/** What a message box holds and does. */
function useComposer({ channel, thread }: TimelineRef) {
  const key = timelineKey(channel, thread);
  const draft = useDraft(key);
  const replying = useStore((state) => state.replying[key]);
  const limit = useStore((state) => state.session?.limits.textLength) ?? 4000;
  const area = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const write = (text: string, at: number) => {
    setDraft(key, { text });
    setCaret(at);
  };
  const type = (typed: string, at: number) => {
    const text = completion.joined(typed);
    if (text === typed) write(typed, at);
    else change(text, at + text.length - typed.length);
  };
  const change = (text: string, at: number) => {
    // At once: the next key may come before the next frame.
    if (area.current) area.current.value = text;
    area.current?.setSelectionRange(at, at);
    write(text, at);
  };
  const fill = (text: string) => {
    change(text, text.length);
    area.current?.focus();
  };
  const completion = useCompletion({ text: draft.text, caret, channel, thread, change });
  const problem = useLineCheck(draft.text, completion, { channel, thread });
  const stopReplying = () => answer(key, undefined);
  useTextArea(area, draft.text, thread === undefined);

  const over = draft.text.length - limit;
  const canSend = (draft.text.trim() !== "" || draft.files.length > 0) && over <= 0;
  const send = () => {
    if (!canSend) return;
    sendMessage({ channel, thread }, { text: draft.text.trim(), files: draft.files, repliesTo: replying?.id });
    setDraft(key, { text: "", files: [] });
    setCaret(0);
    stopReplying();
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (completion.onKeyDown(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) send();
    else if (event.key === "Escape" && replying) stopReplying();
    else if (event.key === "PageUp" && draft.text === "") focusLastMessage(area.current);
    else {
      const line = recalled(event, draft.text);
      if (line === undefined) return;
      fill(line);
      completion.dismiss(line);
    }
    event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void addFiles(key, files);
  };
  const box = { area, draft, over, canSend, replying, completion, problem };
  return { ...box, key, setCaret, type, fill, send, stopReplying, onKeyDown, onPaste };
}

/** Makes a text area as high as its text, within limits, and focuses it at first where no keyboard pops up. */
function useTextArea(area: RefObject<HTMLTextAreaElement | null>, text: string, focus: boolean): void {
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, window.innerHeight * 0.35)}px`;
  }, [text]);
  useEffect(() => {
    if (focus && window.matchMedia("(hover: hover)").matches) area.current?.focus();
  }, []);
}

function focusLastMessage(area: HTMLElement | null): void {
  const messages = area?.closest(".pane")?.querySelectorAll<HTMLElement>("article.message");
  [...(messages ?? [])].at(-1)?.focus();
}

function Replying({ to, onCancel }: { to: WireMessage; onCancel: () => void }) {
  const [picture] = to.pictures;
  return (
    <div class="composer-reply">
      <Icon name="reply" size={16} />
      {picture && !picture.spoiler && <img src={picture.preview} alt="" width={26} height={26} />}
      <span>
        <strong>{sentence("composer.replying", { author: to.author.name })}</strong>{" "}
        {[...plainText(to.text)].slice(0, 80).join("")}
      </span>
      <IconButton icon="close" size={16} label={sentence("composer.cancel-reply")} onClick={onCancel} />
    </div>
  );
}

function AddPictures({ draftKey }: { draftKey: string }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="image" size={22} label={sentence("composer.add")} onClick={() => picker.current?.click()} />
      <input
        ref={picker}
        type="file"
        accept={PICKED_TYPES}
        multiple
        hidden
        onChange={(event) => {
          void addFiles(draftKey, [...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
