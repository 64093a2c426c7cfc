import type { ChannelRef, User } from "../../domain/model.js";
import { withImage } from "../../shared/image-process.js";
import { MAX_INPUT_PIXELS } from "../../shared/inspect-image.js";
import { StoreError } from "../../shared/store-error.js";
import type { Styles } from "../../store/styles.js";
import type { BotOptions } from "../bot-options.js";
import { UserError } from "../user-error.js";
import { styleScope } from "./style-scope.js";

/** Stored styles' longer side is in pixels: engines look at none larger. */
const KEPT = { side: 1024, format: "jpeg", quality: 90 } as const;

interface NewStyle {
  readonly name: string;
  readonly emoji: string;
  readonly author: User;
  /** An image that was checked, and its file's name. */
  readonly image: { readonly bytes: Uint8Array; readonly name: string };
}

/** Adds a style to a community. @throws UserError when its name or emoji is taken, or there are too many */
export async function addStyle(
  { name, emoji, author: { id, name: author }, image }: NewStyle,
  channel: ChannelRef,
  { store, botOptions }: { readonly store: { readonly styles: Pick<Styles, "add"> }; readonly botOptions: BotOptions },
): Promise<void> {
  const bytes = await withImage("still", image.bytes, { ...KEPT, name: image.name, maxPixels: MAX_INPUT_PIXELS });
  const style = { ...styleScope(channel), name, emoji, author: { id, name: author } };
  try {
    await store.styles.add({ ...style, picture: { bytes, type: "image/jpeg" } }, botOptions.styles);
  } catch (error) {
    if (error instanceof StoreError && (error.kind === "taken" || error.kind === "too-many"))
      throw new UserError(error);
    throw error;
  }
}
