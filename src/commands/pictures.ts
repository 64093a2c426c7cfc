import { fileTypeFromBuffer } from "file-type";
import { ChatError, type Picture, type PictureSource } from "../bots/chat.js";
import { type CommandContext, Mistake } from "./command.js";
import type { WantedPicture } from "./picture-option.js";

const READABLE = new Map([
  ["image/jpeg", "JPEG"],
  ["image/png", "PNG"],
  ["image/webp", "WebP"],
  ["image/gif", "GIF"],
  ["image/avif", "AVIF"],
  ["image/tiff", "TIFF"],
]);

/**
 * The picture that a command means: attached to it, else on the message it answers, else behind the link in its line, else the newest in the
 * thread or channel. Undefined when there is none anywhere, or none is wanted.
 *
 * @param wanted what `pictureOption` read
 * @throws Mistake when there is one that cannot be used.
 */
export async function findPicture(context: CommandContext, wanted: WantedPicture = "latest"): Promise<Picture | undefined> {
  if (wanted === "none") return undefined;
  try {
    const source = await findSource(context, wanted);
    return source && (await fetchPicture(context, source));
  } catch (error) {
    if (error instanceof ChatError) throw new Mistake(error.message, { cause: error });
    throw error;
  }
}

async function findSource({ chat, event, place }: CommandContext, wanted: "latest" | URL): Promise<PictureSource | undefined> {
  const [attached] = event.attachments;
  if (attached) return attached;
  if (event.repliesTo) {
    const [answered] = await chat.picturesOf(event.repliesTo);
    if (answered) return answered;
  }
  if (wanted instanceof URL) throw new Mistake("I cannot fetch links yet; please attach the picture.");
  const here = await chat.latestPicture(place);
  if (here || place.thread === undefined) return here;
  const { thread: _thread, ...channel } = place;
  return chat.latestPicture(channel);
}

async function fetchPicture(context: CommandContext, source: PictureSource): Promise<Picture> {
  const { maxBytes, seconds } = context.desk.house.pictures;
  const limit = `${Math.round((maxBytes / 1024 / 1024) * 10) / 10} MB`;
  const tooLarge = `The picture ${source.name} is larger than ${limit}; please send a smaller one.`;
  if (source.size !== undefined && source.size > maxBytes) throw new Mistake(tooLarge);
  const signal = AbortSignal.timeout(seconds * 1000);
  const tooSlow = new Promise<never>((_resolve, reject) => {
    signal.addEventListener(
      "abort",
      () => reject(new Mistake(`The picture ${source.name} took longer than ${seconds} s to arrive; please try again.`)),
      {
        once: true,
      },
    );
  });
  // The adapter should obey the signal; the race makes sure that a job never waits for one that does not.
  const picture = await Promise.race([source.fetch({ maxBytes, signal }), tooSlow]);
  if (picture.bytes.byteLength > maxBytes) throw new Mistake(tooLarge);
  const found = await fileTypeFromBuffer(picture.bytes);
  if (!found || !READABLE.has(found.mime)) {
    const kinds = [...READABLE.values()].join(", ");
    throw new Mistake(`${source.name} is ${found ? `a ${found.ext} file` : "not a picture"}; I can read ${kinds}.`);
  }
  return { ...picture, type: found.mime };
}
