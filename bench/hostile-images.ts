/**
 * What do strangers' pictures that are dear to open cost the program, and other people? Uploads each to the web chat,
 * while somebody else posts, and prints the main process's growth and the longest that a post of the other took.
 *
 * The aim is said in the last line: with any of them less than 50 MB, and another's post within 0.2 s.
 *
 * Usage: npm run build && npx tsx bench/hostile-images.ts [DIST]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import sharp from "sharp";
import { ADDRESS, withProgram } from "./files/hooked-program.js";
import { verdict } from "./files/verdict.js";

const MEGA = 1e6;
/** Of the other person's posts, in milliseconds. */
const INTERVAL = 100;
/** The aim, in megabytes and milliseconds. */
const [MOST_GROWTH, MOST_POST_MS] = [50, 200];

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#345" }, limitInputPixels: false });

/** Files by what they are. */
async function files(): Promise<Record<string, Uint8Array>> {
  const shapes = '<rect width="9" height="9"/>'.repeat(680_000);
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${shapes}</svg>`;
  return {
    "SVG, 19 MB": Buffer.from(drawing),
    "SVG, 19 MB, as GIF": Buffer.from(`GIF8${drawing}`),
    "AVIF, 50 MP": await flat(8192, 6100).avif({ effort: 0, quality: 30 }).toBuffer(),
    "AVIF, 25 MP": await flat(5000, 4990).avif({ effort: 0, quality: 30 }).toBuffer(),
    "PNG, 49 MP": await flat(7000, 7000).png().toBuffer(),
    "WebP, 49 MP": await flat(7000, 7000).webp({ lossless: true, effort: 0 }).toBuffer(),
    "GIF, 49 MP": await flat(7000, 7000).gif({ effort: 1 }).toBuffer(),
    "TIFF, 49 MP": await flat(7000, 7000).tiff({ compression: "deflate" }).toBuffer(),
  };
}

/** Resident memory in megabytes, now and at most since {@link forgetPeak}. */
function resident(pid: number | undefined): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024) / MEGA;
  return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") };
}

function forgetPeak(pid: number | undefined): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

async function session(): Promise<string> {
  const answer = await fetch(`${ADDRESS}/api/session`);
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function post(cookie: string, file?: Uint8Array): Promise<{ readonly status: number; readonly ms: number }> {
  const form = new FormData();
  const fields = { channel: "art", text: "hello", nonce: crypto.randomUUID() };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file) form.append("file", new Blob([new Uint8Array(file)]), "a.png");
  const start = performance.now();
  const answer = await fetch(`${ADDRESS}/api/messages`, {
    method: "POST",
    headers: { cookie, origin: ADDRESS },
    body: form,
  });
  await answer.text();
  return { status: answer.status, ms: performance.now() - start };
}

const hostile = await files();
const misses: Record<string, boolean> = {};
await withProgram(undefined, async ({ process: { pid } }) => {
  const [stranger, other] = [await session(), await session()];
  // The first picture starts the process that opens them.
  await post(stranger, await flat(64, 64).png().toBuffer());
  await post(other);
  for (const [name, file] of Object.entries(hostile)) {
    forgetPeak(pid);
    const before = resident(pid).now;
    let [longest, over] = [0, false];
    const upload = post(stranger, file).finally(() => {
      over = true;
    });
    do {
      await delay(INTERVAL);
      longest = Math.max(longest, (await post(other)).ms);
    } while (!over);
    const { status, ms } = await upload;
    const growth = Math.round(resident(pid).peak - before);
    misses[`${name}: grew by ${growth} MB`] = growth >= MOST_GROWTH;
    misses[`${name}: another's post took ${Math.round(longest)} ms`] = longest >= MOST_POST_MS;
    process.stdout.write(
      `${name}: answered ${status} in ${Math.round(ms)} ms; the main process grew by ${growth} MB; ` +
        `another's post took at most ${Math.round(longest)} ms\n`,
    );
  }
});
verdict(misses);
