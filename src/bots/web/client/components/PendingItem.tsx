import { discard, mend, retry } from "../state/outbox.js";
import { type Pending, type TimelineRef, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { Avatar } from "./Avatar.js";
import { Button } from "./Button.js";

/** A message on its way: shown at once, with what went wrong where something did. */
export function PendingItem({ timeline, message }: { timeline: TimelineRef; message: Pending }) {
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
          {files.length > 0 && <PendingPictures files={files} />}
          {error && (
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

function PendingPictures({ files }: Pick<Pending, "files">) {
  return (
    <div class={files.length > 1 ? "pictures several" : "pictures"}>
      {files.map(({ key, url, width, height, file }) => (
        <img key={key} class="pending-picture" src={url} width={width || 160} height={height || 120} alt={file.name} />
      ))}
    </div>
  );
}
