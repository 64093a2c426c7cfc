import { useStore } from "../state/store.js";
import { NewChannelDialog, ProfileDialog } from "./Dialogs.js";
import { EmojiPicker } from "./EmojiPicker.js";
import { Lightbox } from "./Lightbox.js";
import { Switcher } from "./Switcher.js";

export function Overlays() {
  const overlay = useStore((state) => state.overlay);
  switch (overlay?.kind) {
    case "profile":
      return <ProfileDialog />;
    case "channel":
      return <NewChannelDialog />;
    case "switcher":
      return <Switcher />;
    case "picture":
      return <Lightbox overlay={overlay} />;
    case "emoji":
      return <EmojiPicker message={overlay.message} anchor={overlay.anchor} />;
    default:
      return null;
  }
}
