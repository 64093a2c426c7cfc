import { useLayoutEffect, useRef } from "preact/hooks";
import { setState, useStore } from "../state/store.js";
import { dismissToast } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";

interface Props {
  /** How many dialogs are open where these are: an open one lets nothing outside it be pressed. */
  readonly depth: number;
}

/** Sentences that are shown for a while, some with a picture and a way to what they tell of. */
export function Toasts({ depth }: Props) {
  const isOnTop = useStore((state) => state.dialogs === depth);
  return isOnTop ? <Shown /> : null;
}

function Shown() {
  const toasts = useStore((state) => state.toasts);
  const layer = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // Shown last, it lies over a dialog that was opened before.
    layer.current?.hidePopover();
    layer.current?.showPopover();
  }, [toasts]);
  return (
    <div ref={layer} class="toasts" popover="manual" role="status" aria-live="polite">
      {toasts.map(({ id, text, picture, href }) => (
        <p class={href === undefined ? "toast" : "toast news"} key={id}>
          {picture && <img src={picture} alt="" width={52} height={52} />}
          <span>{text}</span>
          {href !== undefined && (
            <a
              class="toast-jump"
              href={href}
              onClick={() => {
                setState({ overlay: undefined, drawer: false });
                dismissToast(id);
              }}
            >
              {sentence("news.jump")}
            </a>
          )}
          <IconButton icon="close" size={16} label={sentence("common.dismiss")} onClick={() => dismissToast(id)} />
        </p>
      ))}
    </div>
  );
}
