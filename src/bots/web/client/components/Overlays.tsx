import { useStore } from "../state/store.js";
import { dismissToast } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";
import { NewChannelDialog, ProfileDialog } from "./Dialogs.js";
import { EmojiPicker } from "./EmojiPicker.js";
import { Lightbox } from "./Lightbox.js";
import { Switcher } from "./Switcher.js";

/** What lies over every page: a dialog, and toasts. */
export function Overlays() {
  const overlay = useStore((state) => state.overlay);
  return (
    <>
      {overlay?.kind === "profile" && <ProfileDialog />}
      {overlay?.kind === "channel" && <NewChannelDialog />}
      {overlay?.kind === "switcher" && <Switcher />}
      {overlay?.kind === "picture" && <Lightbox overlay={overlay} />}
      {overlay?.kind === "emoji" && <EmojiPicker message={overlay.message} anchor={overlay.anchor} />}
      <Toasts />
    </>
  );
}

function Toasts() {
  const toasts = useStore((state) => state.toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text }) => (
        <p class="toast" key={id}>
          <span>{text}</span>
          <IconButton icon="close" size={16} label={sentence("common.dismiss")} onClick={() => dismissToast(id)} />
        </p>
      ))}
    </div>
  );
}
