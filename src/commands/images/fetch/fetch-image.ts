import { setMaxListeners } from "node:events";
import type { Picture } from "../../../port/messages.js";
import { timeLimit } from "../../../shared/async.js";
import { defined } from "../../../shared/defined.js";
import { type CheckedImage, checkImage, tooSlow } from "../check-image.js";
import { download, type LinkRules } from "./download.js";

export interface FetchOptions extends LinkRules {
  /** Of the image's encoded bytes. */
  readonly maxBytes: number;
  /** For all of it: the look-up, every redirect, and the last byte. */
  readonly seconds: number;
  readonly signal?: AbortSignal;
}

/**
 * The image behind a link that a person gave: fetched from the public internet only ({@link download}), within limits,
 * and checked by its bytes ({@link checkImage}).
 *
 * @throws UserError; the signal's reason when it is aborted
 */
export async function fetchImage(link: URL, options: FetchOptions): Promise<Picture & Pick<CheckedImage, "mark">> {
  const { seconds, signal: outer, ...rest } = options;
  const deadline = timeLimit(seconds * 1000);
  const signal = outer ? AbortSignal.any([outer, deadline]) : deadline;
  // Each redirect's look-up, connection and body listen to it.
  setMaxListeners(0, signal);
  const name = nameOf(link);
  try {
    const { bytes, type, extension, mark } = await checkImage(await download(link, { ...rest, name, signal }), name);
    return { bytes, name: `${name.replace(/\.[a-z0-9]{1,5}$/i, "")}.${extension}`, type, ...defined({ mark }) };
  } catch (error) {
    if (error === deadline.reason) throw tooSlow(name, seconds);
    throw error;
  }
}

/** The file name at a link's end, without what a chat or a file system could take for something else. */
function nameOf({ pathname }: URL): string {
  const last = pathname.split("/").at(-1) ?? "";
  const name = decode(last)
    .replace(/[^\p{L}\p{N}._ -]/gu, "")
    .replace(/^[. -]+/, "")
    .trim();
  return name === "" ? "picture" : name.slice(-60);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
