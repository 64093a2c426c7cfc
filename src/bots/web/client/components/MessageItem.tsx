import { useMemo, useState } from "preact/hooks";
import { plainText } from "../../../markdown/plain-text.js";
import type { WireMessage } from "../../wire.js";
import { pressButton, removeMessage, startReply, toggleReaction } from "../state/actions.js";
import { go } from "../state/route.js";
import { setState, useStore } from "../state/store.js";
import { isOnlyEmoji } from "../text/emoji.js";
import { sentence } from "../text/sentences.js";
import { clockTime, fullTime } from "../text/time.js";
import { Avatar } from "./Avatar.js";
import { Button } from "./Button.js";
import { ButtonRows } from "./ButtonRows.js";
import { Countdown } from "./Countdown.js";
import { Icon } from "./Icon.js";
import { Markdown, Mention } from "./Markdown.js";
import { MessageEditor, mayEdit } from "./MessageEditor.js";
import { useMenuGesture } from "./MessageMenu.js";
import { MessageTools } from "./MessageTools.js";
import { PersonButton } from "./moderation/PersonButton.js";
import { Pictures } from "./Pictures.js";
import { openEmojiPicker, Reactions } from "./Reactions.js";
import { isUnderway, ThreadCard } from "./ThreadCard.js";
import { Time } from "./Time.js";

interface Props {
  readonly message: WireMessage;
  /** Without name and face: the one before is by the same person. */
  readonly compact: boolean;
  readonly inThread: boolean;
  readonly last: boolean;
}

export function MessageItem(props: Props) {
  const me = useStore((state) => state.session?.me.id);
  const { message, compact, inThread, last } = props;
  const editing = useStore((state) => state.editing === message.id);
  // A timeline renders for every frame that arrives; a message that did not change must not.
  return useMemo(
    () => <MessageView {...props} me={me} editing={editing} />,
    [message, compact, inThread, last, me, editing],
  );
}

function MessageView({
  message,
  compact,
  inThread,
  last,
  me,
  editing,
}: Props & { me: string | undefined; editing: boolean }) {
  const mine = message.mentions.some((user) => user.id === me);
  // The thread's card counts down then.
  const cardCounts = !inThread && message.hasThread !== undefined && isUnderway(message, message.hasThread);
  const classes = [
    "message",
    compact && "compact",
    mine && (message.author.bot ? "by-bot-for-me" : "for-me"),
    message.private && "private",
    message.text.startsWith("/") && "command",
  ];
  const article = useMenuGesture(message, inThread);
  return (
    <article
      ref={article}
      class={classes.filter(Boolean).join(" ")}
      id={`m${message.id}${inThread ? "t" : ""}`}
      tabIndex={last ? 0 : -1}
      aria-label={sentence("message.label", { author: message.author.name, time: fullTime(message.at) })}
      onKeyDown={(event) => onKey(event, message, inThread)}
    >
      {message.repliesTo && <Quote message={message} inThread={inThread} />}
      <div class="message-row">
        <div class="gutter">
          {compact ? (
            <time class="compact-time" dateTime={new Date(message.at).toISOString()} title={fullTime(message.at)}>
              {clockTime(message.at)}
            </time>
          ) : (
            <PersonButton person={message.author} class="face" tabIndex={-1}>
              <Avatar user={message.author} />
            </PersonButton>
          )}
        </div>
        <div class="body">
          {!compact && (
            <div class="byline">
              <PersonButton person={message.author} class="name">
                <strong>{message.author.name}</strong>
              </PersonButton>
              {message.author.bot && <span class="tag">{sentence("message.bot")}</span>}
              <Time at={message.at} />
              {message.editedAt !== undefined && (
                <span class="edited" title={sentence("message.edited.at", { time: fullTime(message.editedAt) })}>
                  {sentence("message.edited")}
                </span>
              )}
              {message.private && <PrivateNote message={message} />}
            </div>
          )}
          {editing ? <MessageEditor message={message} /> : <Text message={message} me={me} />}
          {message.pictures.length > 0 && <Pictures message={message} inThread={inThread} />}
          {message.countdown && !cardCounts && <Countdown countdown={message.countdown} />}
          {message.progress && <Bar value={message.progress.value} label={message.progress.label} />}
          {message.buttons.length > 0 && <Buttons message={message} />}
          {message.reactions.length > 0 && <Reactions message={message} me={me} />}
          {message.hasThread && !inThread && <ThreadCard message={message} thread={message.hasThread} />}
        </div>
      </div>
      <MessageTools message={message} inThread={inThread} />
    </article>
  );
}

function Text({ message, me }: { message: WireMessage; me: string | undefined }) {
  const { text, mentions } = message;
  const apart = mentions.filter((user) => !text.includes(`@${user.name}`));
  if (text === "" && apart.length === 0) return null;
  if (/^\/[\p{L}]/u.test(text) && !message.author.bot) return <p class="command-line">{text}</p>;
  if (isOnlyEmoji(text)) return <p class="large-emoji">{text}</p>;
  return (
    <div class="text">
      {apart.map((user) => (
        <Mention key={user.id} name={user.name} me={user.id === me} />
      ))}
      <Markdown text={text} mentions={mentions} me={me} />
    </div>
  );
}

function Quote({ message, inThread }: { message: WireMessage; inThread: boolean }) {
  const quote = message.repliesTo;
  if (!quote) return null;
  const jump = () => {
    const target =
      document.getElementById(`m${quote.id}${inThread ? "t" : ""}`) ?? document.getElementById(`m${quote.id}`);
    // It may be older than what is loaded.
    if (!target) return go(message.channel, inThread ? message.thread : undefined, quote.id);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "center", behavior: still ? "instant" : "smooth" });
    target.focus({ preventScroll: true });
  };
  const { author, picture, text } = quote;
  return (
    <Button class="quote" onClick={jump} title={sentence("message.answers", { author: author.name })}>
      {picture && !picture.spoiler && <img src={picture.preview} alt="" width={22} height={22} loading="lazy" />}
      <strong>{author.name}</strong>
      <span>{plainText(text) || sentence("option.picture")}</span>
    </Button>
  );
}

function Bar({ value, label }: { value: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div class="progress">
      <div
        class="progress-track"
        role="progressbar"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-label={label}
      >
        <div style={{ transform: `scaleX(${percent / 100})` }} />
      </div>
      <span>{label}</span>
    </div>
  );
}

function Buttons({ message }: { message: WireMessage }) {
  const [busy, setBusy] = useState<string>();
  const onClick = async (id: string) => {
    setBusy(id);
    await pressButton(message, id);
    setBusy(undefined);
  };
  return (
    <ButtonRows
      buttons={message.buttons}
      label={sentence("message.buttons")}
      isBusy={(id) => busy === id}
      onPress={onClick}
    />
  );
}

function PrivateNote({ message }: { message: WireMessage }) {
  return (
    <span class="private-note">
      <Icon name="lock" size={13} />
      <span>{sentence("message.private")}</span>
      <Button class="link" onClick={() => void removeMessage(message)}>
        {sentence("common.dismiss")}
      </Button>
    </span>
  );
}

function onKey(event: KeyboardEvent, message: WireMessage, inThread: boolean): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const element = event.currentTarget as HTMLElement;
  const keys: Readonly<Record<string, () => void>> = {
    r: () => startReply(message, inThread),
    t: () => (inThread ? undefined : go(message.channel, message.id)),
    e: () => openEmojiPicker(message, element),
    l: () => toggleReaction(message, "❤️"),
    m: () => mayEdit(message) && setState({ editing: message.id }),
    Enter: () => element.querySelector<HTMLElement>("button.picture, .enlarge, .thread-card")?.click(),
    Escape: () => element.closest(".pane")?.querySelector<HTMLElement>("textarea")?.focus(),
  };
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}
