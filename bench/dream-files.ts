/**
 * How many source files must one read to follow a dream? Counts those of which a function runs between a warm `/dream` in the web chat and
 * its final picture, in both processes, by V8's coverage.
 *
 * Usage: npm run build && npx tsx bench/dream-files.ts [DIST]     prints the files, then their number
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = resolve(process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url)));
const hook = new URL("./files/coverage-hook.mjs", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "dream-files-"));
const address = "http://127.0.0.1:3977";
const program = spawn(process.execPath, [join(dist, "cli.js"), "start"], {
  env: {
    ...process.env,
    NODE_OPTIONS: `--import=${hook}`,
    COVERAGE_DIR: folder,
    DATA_DIR: join(folder, "data"),
    WEB_PORT: "3977",
    LOG_LEVEL: "warn",
  },
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  while (!String((await once(program.stdout, "data"))[0]).includes("ready"));
  const session = await fetch(`${address}/api/session`);
  const cookie = session.headers.get("set-cookie")?.split(";")[0] ?? "";
  await dream(cookie);
  await takeCoverage();
  await dream(cookie);
  const ran = await takeCoverage();
  const files = [...new Set(ran)]
    .filter((url) => url.startsWith(pathToFileURL(dist).href))
    .map((url) => url.slice(pathToFileURL(dist).href.length + 1).replace(/\.js$/, ".ts"))
    .sort();
  process.stdout.write(`${files.join("\n")}\n${files.length} files\n`);
} finally {
  program.kill();
  await once(program, "exit");
  rmSync(folder, { recursive: true, force: true });
}

/** Asks for a dream and waits until the channel shows its final picture. */
async function dream(cookie: string): Promise<void> {
  const before = await finished(cookie);
  const form = new FormData();
  const photo = readFileSync(new URL("../config/sample.jpg", import.meta.url));
  const fields = { channel: "art", text: "/dream size:128 octaves:2 steps:2", nonce: crypto.randomUUID() };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(photo)]), "sample.jpg");
  const answer = await fetch(`${address}/api/messages`, {
    method: "POST",
    headers: { cookie, origin: address },
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
  const answer = await fetch(`${address}/api/channels/art/messages`, { headers: { cookie } });
  return (await answer.text()).split("job:again:").length;
}

/** What has run since the last call, in the program and in the engine's process. */
async function takeCoverage(): Promise<string[]> {
  const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, "utf8").trim().split(" ");
  const pids = [program.pid ?? 0, ...children.map(Number)].filter((pid) => pid > 0);
  const written = () => readdirSync(folder).filter((name) => name.endsWith(".json")).length;
  const before = written();
  for (const pid of pids) process.kill(pid, "SIGUSR2");
  const patience = AbortSignal.timeout(20_000);
  while (written() < before + pids.length) await delay(50, undefined, { signal: patience });
  const newest = new Map<string, string>();
  for (const name of readdirSync(folder)
    .filter((entry) => entry.endsWith(".json"))
    .sort())
    newest.set(name.split("-")[0] ?? "", name);
  return [...newest.values()].flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as string[]);
}

if (!existsSync(dist)) throw new Error(`${dist} is not there: run npm run build.`);
