import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LRUCache } from "lru-cache";
import type { ChannelRef } from "../domain/model.js";
import type { Picture } from "../port/messages.js";
import { withImage } from "../shared/image-process.js";
import { MAX_INPUT_PIXELS } from "../shared/inspect-image.js";
import type { StyleLibrary } from "./styles/style-library.js";

// `config` is beside `src` and `dist` alike; the pictures are made by scripts/make-looks.ts.
const LOOKS = fileURLToPath(new URL("../../config/looks", import.meta.url));

/** Shown at half their size, for fine screens. */
const SHOWN = { side: 96, format: "jpeg", quality: 82 } as const;

let looks: ReadonlyMap<string, string> | undefined;

/** The file that shows a look; undefined for one without. */
export function lookPicture(name: string): string | undefined {
  looks ??= new Map(
    (existsSync(LOOKS) ? readdirSync(LOOKS) : [])
      .filter((file) => file.endsWith(".jpg"))
      .map((file) => [file.slice(0, -".jpg".length), join(LOOKS, file)]),
  );
  return looks.get(name);
}

/** Small pictures of what an option's values give, for chats that show them beside the choices. */
export class Previews {
  readonly #styles = new LRUCache<string, Promise<Uint8Array>>({ max: 200 });

  constructor(private readonly library: StyleLibrary) {}

  async ofLook(name: string): Promise<Picture | undefined> {
    const file = lookPicture(name);
    return file === undefined ? undefined : asPicture(name, await readFile(file));
  }

  async ofStyle(name: string, channel: ChannelRef): Promise<Picture | undefined> {
    const style = (await this.library.list(channel)).find((each) => each.name === name);
    if (!style) return undefined;
    const whole = await style.picture();
    // A name may be given to another picture later.
    const key = `${name} ${whole.byteLength}`;
    const small = this.#styles.get(key) ?? withImage("still", whole, { ...SHOWN, name, maxPixels: MAX_INPUT_PIXELS });
    this.#styles.set(key, small);
    try {
      return asPicture(name, await small);
    } catch (error) {
      this.#styles.delete(key);
      throw error;
    }
  }
}

function asPicture(name: string, bytes: Uint8Array): Picture {
  return { bytes, name: `${name}.jpg`, type: "image/jpeg" };
}
