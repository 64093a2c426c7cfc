/**
 * Films as MP4, QuickTime, WebM and Matroska, whole, changed and put together, and files that lead elsewhere:
 * playlists, scripts and data references under the name of a film. Each is refused in words, or admitted within the
 * limits and without what it told of its owner; no other file is read, nothing is connected to or left behind.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import type { Random } from "../../src/engine/images/random.js";
import { MOST_FILM_SECONDS, MOST_FRAME_PIXELS } from "../../src/shared/films/film-file.js";
import { ImageProcess } from "../../src/shared/image-process.js";
import { PictureError } from "../../src/shared/inspect-image.js";
import { movie, remade } from "../support/movie.js";
import { elsewhere } from "../support/movie-boxes.js";
import { newFolder } from "../support/new-folder.js";
import { SECRET } from "../support/telling-images.js";
import type { Attack, Note } from "./attack.js";
import { mutated, noise, pick } from "./generate.js";

const LIMITS = { name: "a.mp4", maxPixels: 50_000_000, decoding: true };
const PREVIEW = { ...LIMITS, side: 64, format: "webp", quality: 80 } as const;
/** Opened again by itself after the process was ended, in milliseconds. */
const MOST_MS = 120_000;

/** What must not be read or connected to. */
interface Inside {
  readonly folder: string;
  readonly path: string;
  readonly server: Server;
  readonly connections: () => number;
}

export const films: Attack = {
  name: "films",
  count: 150,
  atOnce: 2,
  mostGrowth: 60,
  async open() {
    const inside = await openInside();
    const before = process.env.TMPDIR;
    const [whole, leading] = [await wholeFilms(), leadingFiles(inside, await movie({ sound: true }))];
    process.env.TMPDIR = join(inside.folder, "work");
    const images = new ImageProcess({ logger: pino({ level: "silent" }) });
    return {
      pid: process.pid,
      attempt: (next, note) => attempt(fileOf(next, whole, leading), { images, inside, whole }, note),
      async close() {
        await images.close();
        if (before === undefined) delete process.env.TMPDIR;
        else process.env.TMPDIR = before;
        inside.server.close();
      },
    };
  },
};

async function openInside(): Promise<Inside> {
  const folder = newFolder();
  const path = join(folder, "inside.mp4");
  writeFileSync(path, await movie({ drawn: "color=c=magenta" }));
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  mkdirSync(join(folder, "work"));
  const inside = { folder, path, server, connections: () => connections };
  forget(inside);
  readFileSync(path);
  if (!wasRead(inside)) throw new Error("This file system does not tell when a file was read: use another TMPDIR.");
  forget(inside);
  return inside;
}

/** As if it had last been read long ago. */
function forget({ path }: Inside): void {
  utimesSync(path, new Date(0), new Date());
}

const wasRead = ({ path }: Inside): boolean => statSync(path).atimeMs > 0;

interface Attacked {
  readonly images: ImageProcess;
  readonly inside: Inside;
  readonly whole: readonly Buffer[];
}

async function attempt(file: Buffer, { images, inside, whole }: Attacked, note: Note): Promise<void> {
  const input = () => file.subarray(0, 3000).toString("base64");
  const begun = performance.now();
  try {
    const { bytes, width, height, format } = await images.run("admit", file, LIMITS);
    note.answered(`admitted ${format}`);
    if (!(width * height > 0 && width * height <= MOST_FRAME_PIXELS))
      note.broke("what is admitted is within the limits", input());
    if (whole.includes(file) && Buffer.from(bytes).includes(SECRET))
      note.broke("what is admitted does not tell whose it is", input());
    await images.run("still", bytes, PREVIEW);
    const { delays = [] } = (await images.run("moving", bytes, LIMITS)) ?? {};
    if (delays.reduce((sum, ms) => sum + ms, 0) > MOST_FILM_SECONDS * 1000 + 1000)
      note.broke("a film lasts no longer than the limit", input());
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    note.answered(error.identifier);
    if (!/[.!]$/.test(error.message)) note.broke("a refusal is a sentence", { error: error.message, file: input() });
  }
  const took = Math.round(performance.now() - begun);
  if (took > MOST_MS) note.broke(`a file takes ${MOST_MS} ms at most`, { took, file: input() });
  if (wasRead(inside)) note.broke("no other file is read", input());
  if (inside.connections() > 0) note.broke("nothing is connected to", input());
  // Two are under way at a time.
  if (readdirSync(join(inside.folder, "work")).length > 8) note.broke("nothing is left behind", input());
  forget(inside);
}

function fileOf(next: Random, whole: readonly Buffer[], leading: readonly Buffer[]): Buffer {
  const [file, other] = [pick(next, whole), pick(next, whole)];
  const kind = next();
  if (kind < 0.08) return file;
  if (kind < 0.25) return pick(next, leading);
  if (kind < 0.8) return mutated(next, file);
  const cut = Math.floor(next() * file.length);
  if (kind < 0.88) return Buffer.concat([file.subarray(0, cut), other.subarray(Math.min(cut, other.length))]);
  // One container's mark before another's body, and before a file that leads elsewhere.
  if (kind < 0.92) return Buffer.concat([file.subarray(0, 32), other.subarray(32)]);
  if (kind < 0.96) return Buffer.concat([file.subarray(0, 40), pick(next, leading)]);
  return Buffer.concat([file.subarray(0, 48), noise(next, 3000)]);
}

/** Films that tell whose they are: in titles, subtitles and attached files. */
async function wholeFilms(): Promise<Buffer[]> {
  const h264 = await movie({ sound: true });
  const told = ["-metadata", `title=${SECRET}`, "-metadata", `comment=${SECRET}`];
  const copied = ["-i", "FROM", "-c", "copy", ...told];
  const withWords = ["-i", "FROM", "-i", "words.srt", "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt", ...told];
  const attached = ["-attach", "words.srt", "-metadata:s:t:0", "mimetype=text/plain"];
  const vp9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"];
  const vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libvorbis"];
  const made = [
    remade(h264, copied, "mp4"),
    remade(h264, copied, "mov"),
    remade(h264, ["-i", "FROM", "-i", "words.srt", "-map", "0", "-map", "1", "-c:s", "mov_text", ...told], "mp4"),
    remade(h264, [...withWords, ...attached], "mkv"),
    movie({ sound: true, coding: vp9, extension: "webm" }),
    movie({ sound: true, coding: vp8, extension: "webm" }),
    movie({ coding: ["-c:v", "mpeg4"], sound: true }),
    movie({ coding: ["-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"] }),
    // A codec that is not taken, and one frame of 64 megapixels.
    movie({ coding: ["-c:v", "mjpeg"], extension: "mov" }),
    movie({ coding: ["-c:v", "mpeg4"], size: "8000x8000", seconds: 0.1, drawn: "color" }),
  ];
  return (await Promise.all(made)).map((film) => Buffer.from(film));
}

function leadingFiles({ path, server }: Inside, film: Uint8Array): Buffer[] {
  const address = server.address();
  const site = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/a.mp4`;
  const both = [path, site];
  const ftyp = "\0\0\0\x18ftypisom\0\0\0\0isomiso2";
  const texts = both.flatMap((to) => [
    `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${to}\n#EXT-X-ENDLIST\n`,
    `ffconcat version 1.0\nfile '${to}'\n`,
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>${to}</BaseURL></MPD>`,
    `[InternetShortcut]\nURL=${to}\n`,
    `v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\na=control:${to}\r\n`,
    `<smil><body><video src="${to}"/></body></smil>`,
  ]);
  const lists = texts.flatMap((text) => [text, `${ftyp}${text}`, `\x1a\x45\xdf\xa3\x8b\x42\x82\x84webm${text}`]);
  return [...lists.map((text) => Buffer.from(text, "latin1")), ...both.map((to) => elsewhere(Buffer.from(film), to))];
}
