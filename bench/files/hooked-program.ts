/** The built program with a hook in each of its processes, and dreams asked of it through its web chat. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { WebSocket } from "ws";

export const ADDRESS = "http://127.0.0.1:3977";

export interface HookedProgram {
  readonly process: ChildProcess;
  /** What the hook writes to: `HOOK_DIR`. */
  readonly folder: string;
  /** Asks for a dream and waits until the channel shows its final picture. */
  dream(): Promise<void>;
  /** A compiled file as its source's path below `src`; undefined for others. */
  source(url: string): string | undefined;
}

/** Starts `DIST/cli.js start`, with a hook where one is named, and ends it after `use`. */
export async function withProgram<T>(
  hook: string | undefined,
  use: (program: HookedProgram) => Promise<T>,
): Promise<T> {
  const dist = resolve(process.argv[2] ?? fileURLToPath(new URL("../../dist", import.meta.url)));
  if (!existsSync(dist)) throw new Error(`${dist} is not there: run npm run build.`);
  const base = `${pathToFileURL(dist).href}/`;
  const folder = mkdtempSync(join(tmpdir(), "hooked-"));
  const started = spawn(process.execPath, [join(dist, "cli.js"), "start"], {
    env: {
      ...process.env,
      ...(hook !== undefined && { NODE_OPTIONS: `--import=${new URL(hook, import.meta.url).href}` }),
      HOOK_DIR: folder,
      HOOK_DIST: dist,
      DATA_DIR: join(folder, "data"),
      WEB_PORT: "3977",
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // Its address may be taken: what it says of that is on the console.
  const ended = new AbortController();
  started.once("exit", () => ended.abort(new Error("the program ended before it was asked to")));
  try {
    while (!String((await once(started.stdout, "data", { signal: ended.signal }))[0]).includes("ready"));
    const session = await fetch(`${ADDRESS}/api/session`);
    const cookie = session.headers.get("set-cookie")?.split(";")[0] ?? "";
    // A page is open, to which messages are sent.
    const page = new WebSocket(`${ADDRESS.replace("http", "ws")}/api/live`, { headers: { cookie, origin: ADDRESS } });
    await once(page, "open");
    return await use({
      process: started,
      folder,
      dream: () => dream(cookie),
      source: (url) => (url.startsWith(base) ? url.slice(base.length).replace(/\.js$/, ".ts") : undefined),
    });
  } finally {
    if (!ended.signal.aborted) {
      started.kill();
      await once(started, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function dream(cookie: string): Promise<void> {
  const before = await finished(cookie);
  const form = new FormData();
  const photo = readFileSync(new URL("../../config/sample.jpg", import.meta.url));
  const fields = { channel: "art", text: "/dream size:128 octaves:2 steps:2", nonce: crypto.randomUUID() };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(photo)]), "sample.jpg");
  const answer = await fetch(`${ADDRESS}/api/messages`, {
    method: "POST",
    headers: { cookie, origin: ADDRESS },
    body: form,
  });
  if (!answer.ok) throw new Error(await answer.text());
  const patience = AbortSignal.timeout(300_000);
  while ((await finished(cookie)) === before) await delay(500, undefined, { signal: patience });
  // What follows the final message (its reactions, the last writes) belongs to the dream as well.
  await delay(2_000);
}

/** How many messages of the channel show a finished job: only those offer to make it again. */
async function finished(cookie: string): Promise<number> {
  const answer = await fetch(`${ADDRESS}/api/channels/art/messages`, { headers: { cookie } });
  return (await answer.text()).split("job:again:").length;
}
