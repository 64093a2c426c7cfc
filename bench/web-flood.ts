/**
 * What does a visitor who floods a socket cost other people? One socket sends frames as fast as it can, or 60,000 a
 * second, and comes back whenever it is cut off, while somebody else posts; prints the longest that a post took, with
 * the flood and without it.
 *
 * The aim is said in the last line: the flood costs another less than 50 ms, by the medians.
 *
 * Usage: npm run build && npx tsx bench/web-flood.ts [DIST]
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { ADDRESS, withProgram } from "./files/hooked-program.js";
import { verdict } from "./files/verdict.js";

const SECONDS = 6;
const FRAMES_A_SECOND = 60_000;
const TICK_MS = 10;
/** The aim. */
const MOST_COST_MS = 50;

async function session(address: string): Promise<Record<string, string>> {
  // A proxy on this machine is trusted by default: so each of the two has an address.
  const from = { "x-forwarded-for": address };
  const answer = await fetch(`${ADDRESS}/api/session`, { headers: from });
  return { ...from, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "", origin: ADDRESS };
}

async function post(headers: Record<string, string>): Promise<number> {
  const form = new FormData();
  const fields = { channel: "art", text: "hello", nonce: crypto.randomUUID() };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const start = performance.now();
  const answer = await fetch(`${ADDRESS}/api/messages`, { method: "POST", headers, body: form });
  await answer.text();
  if (!answer.ok) throw new Error(`a post got ${answer.status}`);
  return performance.now() - start;
}

/** Floods until `signal`; @returns frames written, and how often the socket was opened. */
async function flood(headers: Record<string, string>, signal: AbortSignal) {
  const count = { frames: 0, opened: 0 };
  while (!signal.aborted) {
    const socket = new WebSocket(`${ADDRESS.replace("http", "ws")}/api/live`, { headers });
    socket.on("error", () => {});
    const ended = once(socket, "close");
    const opened = await Promise.race([once(socket, "open").then(() => true), ended.then(() => false)]).catch(
      () => false,
    );
    if (opened) count.opened += 1;
    while (socket.readyState === WebSocket.OPEN && !signal.aborted) {
      for (let frame = 0; frame < (FRAMES_A_SECOND * TICK_MS) / 1000; frame++) socket.send('{"watch":"admin"}');
      count.frames += (FRAMES_A_SECOND * TICK_MS) / 1000;
      await delay(TICK_MS);
    }
    socket.terminate();
    if (!opened) await delay(TICK_MS);
  }
  return count;
}

async function posts(headers: Record<string, string>): Promise<number[]> {
  const times = [];
  for (let index = 0; index < SECONDS; index++) {
    times.push(await post(headers));
    await delay(900);
  }
  return times.sort((a, b) => a - b);
}

const show = (times: readonly number[]): string =>
  `median ${times.at(times.length >> 1)?.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms`;

await withProgram(undefined, async () => {
  const other = await session("203.0.113.1");
  await post(other);
  const alone = await posts(other);
  console.log(`another's posts, alone: ${show(alone)}`);
  const ending = new AbortController();
  const flooding = flood(await session("203.0.113.2"), ending.signal);
  const flooded = await posts(other);
  console.log(`another's posts, with the flood: ${show(flooded)}`);
  ending.abort();
  const { frames, opened } = await flooding;
  console.log(`${frames} frames written to ${opened} sockets`);
  // Of six posts the longest says what else the machine did.
  const cost = (flooded.at(SECONDS >> 1) ?? 0) - (alone.at(SECONDS >> 1) ?? 0);
  verdict({ [`the flood costs another ${cost.toFixed(0)} ms`]: cost >= MOST_COST_MS });
});
