import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sharp } from "sharp";
import { ChatError } from "../../port/chat-error.js";
import { sharp } from "../../shared/sharp.js";
import type { StoredPicture } from "./rows.js";

/** Formats taken, by sharp's name for them. SVG is not among them: it can carry scripts. */
const formats: Readonly<
  Record<string, { readonly extension: string; readonly type: string; readonly everyBrowserShowsIt: boolean }>
> = {
  jpeg: { extension: "jpg", type: "image/jpeg", everyBrowserShowsIt: true },
  png: { extension: "png", type: "image/png", everyBrowserShowsIt: true },
  webp: { extension: "webp", type: "image/webp", everyBrowserShowsIt: true },
  gif: { extension: "gif", type: "image/gif", everyBrowserShowsIt: true },
  heif: { extension: "avif", type: "image/avif", everyBrowserShowsIt: false },
  tiff: { extension: "tiff", type: "image/tiff", everyBrowserShowsIt: false },
};

/** Longest side of a preview, in pixels: sharp on a 2x screen at the largest size that the chat shows. */
const previewSide = 1280;
const freshMs = 60_000;
const fileName = /^[0-9a-f]{64}\.(?:(?:jpg|png|webp|gif|avif|tiff)|preview\.webp)$/;

export interface IncomingPicture {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly description: string;
  readonly spoiler?: boolean;
  readonly credit?: string;
}

/** Picture files named by the SHA-256 of what they hold. */
export class PictureFiles {
  /** When each file was last handed in: one that no message uses yet must not be swept away. */
  readonly #fresh = new Map<string, number>();

  constructor(
    readonly folder: string,
    private readonly maxPixels: number,
  ) {}

  async open(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
  }

  /**
   * Checks what the bytes really are, whatever their name says, and stores them. Uploads lose their camera data (place, owner, serial number).
   *
   * @throws ChatError "forbidden" for what is no picture, "too-large" for too many pixels.
   */
  async add(picture: IncomingPicture, from: "person" | "bot"): Promise<StoredPicture> {
    const metadata = await this.#metadata(picture);
    const format = formats[metadata.format ?? ""];
    if (!format || (metadata.format === "heif" && metadata.compression !== "av1")) throw notAPicture(picture.name);
    const upright = metadata.autoOrient;
    if (upright.width * upright.height > this.maxPixels) throw tooManyPixels(picture.name, this.maxPixels);
    let bytes = picture.bytes;
    try {
      if (from === "person" && metadata.format === "jpeg" && (metadata.exif || metadata.xmp || metadata.iptc)) {
        bytes = await this.#sharp(bytes)
          .autoOrient()
          .keepIccProfile()
          .jpeg({ quality: 94, chromaSubsampling: "4:4:4" })
          .toBuffer();
      }
      const sha = createHash("sha256").update(bytes).digest("hex");
      this.#fresh.set(sha, Date.now());
      await this.#write(`${sha}.${format.extension}`, bytes);
      const wantsPreview =
        !format.everyBrowserShowsIt ||
        (metadata.format !== "gif" && Math.max(upright.width, upright.height) > previewSide * 1.25);
      if (wantsPreview && !(await this.#exists(`${sha}.preview.webp`))) {
        const preview = this.#sharp(bytes)
          .autoOrient()
          .resize(previewSide, previewSide, { fit: "inside", withoutEnlargement: true });
        await this.#write(`${sha}.preview.webp`, await preview.webp({ quality: 86 }).toBuffer());
      }
      return {
        sha,
        extension: format.extension,
        type: format.type,
        bytes: bytes.length,
        width: upright.width,
        height: upright.height,
        name: safeName(picture.name, format.extension),
        description: picture.description.slice(0, 1000),
        hasPreview: wantsPreview,
        ...(picture.spoiler ? { spoiler: true } : {}),
        ...(picture.credit === undefined ? {} : { credit: picture.credit.slice(0, 200) }),
      };
    } catch (cause) {
      if (cause instanceof ChatError || isSystemError(cause)) throw cause;
      throw notAPicture(picture.name, cause);
    }
  }

  /** @throws ChatError "gone" when the file is no longer there. */
  async read(picture: StoredPicture): Promise<Uint8Array> {
    try {
      return await readFile(join(this.folder, `${picture.sha}.${picture.extension}`));
    } catch (cause) {
      throw new ChatError("gone", "web.image-gone", { name: picture.name }, { cause });
    }
  }

  /** Whether an address's last part can be the name of a picture file: nothing else is ever served. */
  isName(name: string): boolean {
    return fileName.test(name);
  }

  /** Deletes files that nobody uses. */
  async sweep(isUsed: (sha: string) => boolean, only?: readonly string[]): Promise<void> {
    const wanted = only && new Set(only);
    for (const [sha, at] of this.#fresh) if (Date.now() - at > freshMs) this.#fresh.delete(sha);
    for (const name of await readdir(this.folder)) {
      const sha = name.slice(0, 64);
      if (wanted && !wanted.has(sha)) continue;
      if (!isUsed(sha) && !this.#fresh.has(sha)) await rm(join(this.folder, name), { force: true });
    }
  }

  async #metadata(picture: IncomingPicture) {
    try {
      return await this.#sharp(picture.bytes).metadata();
    } catch (cause) {
      if (cause instanceof Error && /pixel limit/i.test(cause.message))
        throw tooManyPixels(picture.name, this.maxPixels, cause);
      throw notAPicture(picture.name, cause);
    }
  }

  #sharp(bytes: Uint8Array): Sharp {
    return sharp(bytes, { limitInputPixels: this.maxPixels, failOn: "error" }).timeout({ seconds: 30 });
  }

  async #exists(name: string): Promise<boolean> {
    return stat(join(this.folder, name)).then(
      () => true,
      () => false,
    );
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    if (await this.#exists(name)) return;
    // A reader must never see half a file: write aside, then rename.
    const temporary = join(this.folder, `.${randomUUID()}.part`);
    await writeFile(temporary, bytes);
    await rename(temporary, join(this.folder, name));
  }
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

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function notAPicture(name: string, cause?: unknown): ChatError {
  return new ChatError(
    "forbidden",
    "web.image-unreadable",
    { name: short(name) },
    {
      cause,
    },
  );
}

function tooManyPixels(name: string, maxPixels: number, cause?: unknown): ChatError {
  const megapixels = Math.floor(maxPixels / 1_000_000);
  const sentence = `${short(name)} has too many pixels: at most ${megapixels >= 1 ? `${megapixels} million` : maxPixels}. Make it smaller and send it again.`;
  return new ChatError("too-large", sentence, { cause });
}

function short(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}...` : name;
}
