/** One picture of a film, for all that takes no film. */
import { PictureError, saysOfFilm } from "../inspect-image.js";
import { sharp } from "../native.js";
import { filmFacts, filmFrames } from "./film-file.js";
import { filmKind } from "./kind.js";

/** How many frames a second are looked at, and how many, where the first one shows nothing. */
const [LOOKS_A_SECOND, LOOKS] = [2, 10];
/** Grey levels by which a frame that shows something differs from its mean. */
const PLAIN = 3;

/** A PNG of a film's first frame that shows something; any other file itself. @throws PictureError */
export async function stillOf(bytes: Uint8Array, name?: string): Promise<Uint8Array> {
  return filmKind(bytes) ? saysOfFilm(firstFrame(bytes), name) : bytes;
}

async function firstFrame(bytes: Uint8Array): Promise<Uint8Array> {
  const { width, height, framesPerSecond } = await filmFacts(bytes);
  const raw = { width, height, channels: 3 } as const;
  const wanted = { width, height, every: 1 };
  const [first] = await filmFrames(bytes, { ...wanted, framesPerSecond, count: 1 });
  if (!first) throw new PictureError("image.damaged");
  const shows = async (frame: Uint8Array): Promise<boolean> => {
    const { channels } = await sharp(frame, { raw }).stats();
    return channels.some(({ stdev }) => stdev > PLAIN);
  };
  let shown = first;
  if (!(await shows(first))) {
    const later = await filmFrames(bytes, { ...wanted, framesPerSecond: LOOKS_A_SECOND, count: LOOKS });
    for (const frame of later) {
      if (!(await shows(frame))) continue;
      shown = frame;
      break;
    }
  }
  return new Uint8Array(await sharp(shown, { raw }).png({ compressionLevel: 2 }).toBuffer());
}
