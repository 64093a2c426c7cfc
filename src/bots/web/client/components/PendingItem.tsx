import { deliver, discard } from "../state/actions.js";
import { type Pending, useStore } from "../state/store.js";
import { Avatar } from "./Avatar.js";

/** A message on its way: shown at once, with what went wrong where something did. */
export function PendingItem({
  channel,
  thread,
  message,
}: {
  channel: string;
  thread: string | undefined;
  message: Pending;
}) {
  const me = useStore((state) => state.session?.me);
  if (!me) return null;
  return (
    <div class={message.error ? "message pending failed" : "message pending"} aria-busy={message.error === undefined}>
      <div class="message-row">
        <div class="gutter">
          <Avatar user={me} />
        </div>
        <div class="body">
          <div class="byline">
            <strong>{me.name}</strong>
            <time>{message.error ? "not sent" : "sending…"}</time>
          </div>
          {message.text && <p class={message.text.startsWith("/") ? "command-line" : "text"}>{message.text}</p>}
          {message.files.length > 0 && (
            <div class={message.files.length > 1 ? "pictures several" : "pictures"}>
              {message.files.map((file) => (
                <img
                  key={file.key}
                  class="pending-picture"
                  src={file.url}
                  width={file.width || 160}
                  height={file.height || 120}
                  alt={file.file.name}
                />
              ))}
            </div>
          )}
          {message.error && (
            <p class="failure" role="alert">
              <span>{message.error}</span>
              <button type="button" class="link" onClick={() => void deliver(channel, thread, message)}>
                Try again
              </button>
              <button type="button" class="link" onClick={() => discard(channel, thread, message.nonce)}>
                Discard
              </button>
            </p>
          )}
        </div>
      </div>
    </div>
  );
}
