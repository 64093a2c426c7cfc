import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ChatError, type ChatErrorKind } from "../../port/chat-error.js";
import type { Picture } from "../../port/messages.js";
import { admitImage } from "../../shared/admit-image.js";
import { defined } from "../../shared/defined.js";
import { withImage } from "../../shared/image-process.js";
import { PictureError } from "../../shared/inspect-image.js";
import { storeError } from "../../shared/store-error.js";
import { cutText } from "../../shared/text.js";
import { isUnfinished, writeDurably } from "../../shared/write-durably.js";
import { refusal } from "./sql.js";
import type { StoredImage } from "./store.js";

/** Formats that not every browser shows as a picture, by their names among `PictureFacts`. */
const NOT_EVERYWHERE: ReadonlySet<string> = new Set(["heif", "tiff", "mp4", "webm"]);
/** Its side, in pixels, is sharp on a 2x screen at the largest size that the chat shows. */
const PREVIEW = { side: 1280, format: "webp", quality: 86 } as const;
/** What a refusal is to the page, where it is not "forbidden". */
const KINDS: Readonly<Record<string, ChatErrorKind>> = {
  "image.megapixels": "too-large",
  "image.too-costly": "too-large",
  "image.busy": "rate-limited",
};
const FRESH_MS = 60_000;
const FILE_NAME = /^[0-9a-f]{64}\.(?:(?:jpg|png|webp|gif|avif|tiff|mp4|webm)|preview\.webp)$/;

/** The SHA-256 in an image file's name. */
export function shaOf(name: string): string {
  return name.slice(0, 64);
}

export type IncomingImage = Omit<Picture, "type">;

/** Image files named by the SHA-256 of what they hold. */
export class ImageFiles {
  /** When each file was last handed in: one that no message uses yet must not be swept away. */
  readonly #fresh = new Map<string, number>();

  constructor(
    readonly folder: string,
    private readonly maxPixels: number,
  ) {}

  /** @throws ChatError "unavailable" when the folder cannot be made */
  async open(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
    } catch (cause) {
      throw refusal(storeError(cause, this.folder));
    }
  }

  /**
   * Checks what the bytes really are, whatever their name says, and stores them. People's uploads lose their metadata
   * (location, owner, serial number), but for what says how this program has made one.
   *
   * @throws ChatError "forbidden" for what is no image, "too-large" for too many pixels, "unavailable" when the disk is
   *   full or cannot be written.
   */
  async add(image: IncomingImage, from: "person" | "bot"): Promise<StoredImage> {
    const name = cutText(image.name, 60);
    try {
      const limits = { name, maxPixels: this.maxPixels };
      const { width, height, extension, type, format, bytes } =
        from === "person"
          ? await admitImage(image.bytes, { ...limits, decoding: true, keepsMark: true })
          : { ...(await withImage("inspect", image.bytes, limits)), bytes: image.bytes };
      const sha = createHash("sha256").update(bytes).digest("hex");
      this.#fresh.set(sha, performance.now());
      await this.#write(`${sha}.${extension}`, async () => bytes);
      const large = format !== "gif" && Math.max(width, height) > PREVIEW.side * 1.25;
      const hasPreview = large || NOT_EVERYWHERE.has(format);
      if (hasPreview)
        await this.#write(`${sha}.preview.webp`, () => withImage("still", bytes, { ...PREVIEW, ...limits }));
      return {
        sha,
        extension,
        type,
        bytes: bytes.length,
        width,
        height,
        name: safeName(image.name, extension),
        description: cutText(image.description ?? "", 1000),
        hasPreview,
        ...(image.spoiler ? { spoiler: true } : {}),
        ...defined({ tiles: image.tiles, sheet: image.sheet, madeFrom: originOf(image) }),
        ...(image.credit === undefined ? {} : { credit: cutText(image.credit, 200) }),
      };
    } catch (cause) {
      if (cause instanceof Error && "syscall" in cause) throw refusal(storeError(cause, this.folder));
      if (!(cause instanceof PictureError)) throw new ChatError("forbidden", "image.unreadable", { name }, { cause });
      throw new ChatError(KINDS[cause.identifier] ?? "forbidden", cause);
    }
  }

  /** @throws ChatError "gone" when the file is no longer there. */
  async read(image: StoredImage): Promise<Uint8Array> {
    try {
      return await readFile(join(this.folder, `${image.sha}.${image.extension}`));
    } catch (cause) {
      throw new ChatError("gone", "web.image-gone", { name: image.name }, { cause });
    }
  }

  /** Whether an address's last part can be the name of an image file: nothing else is ever served. */
  isName(name: string): boolean {
    return FILE_NAME.test(name);
  }

  /** Bytes of all files together. */
  async bytes(): Promise<number> {
    let sum = 0;
    // One may have been deleted meanwhile.
    for (const name of await readdir(this.folder))
      sum += (await stat(join(this.folder, name)).catch(() => undefined))?.size ?? 0;
    return sum;
  }

  /** Deletes files that are unused or were left unfinished; only those of certain images, where they are given. */
  async sweep(isUsed: (sha: string) => boolean, only?: ReadonlySet<string>): Promise<void> {
    for (const [sha, at] of this.#fresh) if (performance.now() - at > FRESH_MS) this.#fresh.delete(sha);
    for (const name of await readdir(this.folder)) {
      const sha = shaOf(name);
      if (only && !only.has(sha)) continue;
      const path = join(this.folder, name);
      if (!isUsed(sha) && !this.#fresh.has(sha) && !isUnfinished(path)) await rm(path, { force: true });
    }
  }

  async #write(name: string, make: () => Promise<Uint8Array>): Promise<void> {
    const path = join(this.folder, name);
    if (await exists(path)) return;
    await writeDurably(path, await make());
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function originOf({ madeFrom }: IncomingImage): StoredImage["madeFrom"] {
  return madeFrom && { sha: madeFrom.sha, ...defined({ message: madeFrom.message?.id }) };
}

/** A file name without folders or control characters, with the extension of what the file really is. */
function safeName(name: string, extension: string): string {
  const last = name.split(/[\\/]/).pop() ?? "";
  const stem = last
    .replace(/\.[^.]*$/, "")
    .replace(/[\p{Cc}\p{Cf}"<>:|?*]/gu, "")
    .trim()
    .slice(0, 100);
  return `${stem || "picture"}.${extension}`;
}
