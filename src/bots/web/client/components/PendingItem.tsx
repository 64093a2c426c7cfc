import { discard, mend, retry, sendWithout } from "../state/outbox.js";
import { isFilm } from "../state/shrink.js";
import { type Pending, type TimelineRef, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { Avatar } from "./Avatar.js";
import { Button } from "./Button.js";
import { ProgressBar } from "./ProgressBar.js";

interface Props {
  readonly timeline: TimelineRef;
  readonly message: Pending;
}

/** A message on its way: shown at once, with what went wrong where something did. */
export function PendingItem({ timeline, message }: Props) {
  const me = useStore((state) => state.session?.me);
  const lost = useStore((state) => state.connection === "lost");
  if (!me) return null;
  const { text, files, error } = message;
  return (
    <div class={error ? "message pending failed" : "message pending"} aria-busy={error === undefined}>
      <div class="message-row">
        <div class="gutter">
          <Avatar user={me} />
        </div>
        <div class="body">
          <div class="byline">
            <strong>{me.name}</strong>
            <time>{sentence(error ? "message.failed" : lost ? "message.waiting" : "message.sending")}</time>
            {lost && !error && (
              <Button class="link" onClick={() => discard(timeline, message.nonce)}>
                {sentence("message.discard")}
              </Button>
            )}
          </div>
          {text && <p class={text.startsWith("/") ? "command-line" : "text"}>{text}</p>}
          {files.length > 0 && <PendingPictures timeline={timeline} message={message} />}
          {error && message.refused === undefined && (
            <p class="failure" role="alert">
              <span>{error}</span>
              <Button class="link" onClick={() => retry(timeline, message)}>
                {sentence("common.retry")}
              </Button>
              <Button class="link" onClick={() => mend(timeline, message)}>
                {sentence("message.mend")}
              </Button>
              <Button class="link" onClick={() => discard(timeline, message.nonce)}>
                {sentence("message.discard")}
              </Button>
            </p>
          )}
        </div>
      </div>
    </div>
  );
}

/** Each picture of a message on its way: how far it is, or why it is not taken. */
function PendingPictures({ timeline, message }: Props) {
  const { files, sent = 0, error, refused } = message;
  const before = (index: number) => files.slice(0, index).reduce((sum, { file }) => sum + file.size, 0);
  return (
    <div class={files.length > 1 ? "pictures several" : "pictures"}>
      {files.map(({ key, url, width, height, file }, index) => (
        <figure class={index === refused ? "pending-frame refused" : "pending-frame"} key={key}>
          {isFilm(file) ? (
            <video
              class="pending-picture"
              src={url}
              width={160}
              height={120}
              aria-label={file.name}
              muted
              playsInline
            />
          ) : (
            <img class="pending-picture" src={url} width={width || 160} height={height || 120} alt={file.name} />
          )}
          {error === undefined && (
            <ProgressBar
              share={(sent - before(index)) / file.size}
              label={sentence("message.uploading", { name: file.name })}
            />
          )}
          {index === refused && (
            <figcaption class="failure">
              <span role="alert">{error}</span>
              <Button class="link" onClick={() => sendWithout(timeline, message, index)}>
                {sentence("message.without-picture")}
              </Button>
              <Button class="link" onClick={() => discard(timeline, message.nonce)}>
                {sentence("message.discard")}
              </Button>
            </figcaption>
          )}
        </figure>
      ))}
    </div>
  );
}
