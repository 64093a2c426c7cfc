/** A few inputs of each attack, by the command that people use; README.md has the large counts. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Attack, linesOf, run, type Scene } from "./attack.js";
import { ATTACKS } from "./attacks.js";
import { command } from "./command.js";

const FEW = { requests: 2_500, frames: 60, lines: 1_500, pictures: 250, films: 25, urls: 3_000, stores: 120 };
/** For hangs, in milliseconds. */
const PATIENCE_MS = 220_000;

async function attack(...line: readonly string[]) {
  const script = fileURLToPath(new URL("./run.ts", import.meta.url));
  const program = spawn(process.execPath, ["--import", "tsx", script, ...line], { timeout: PATIENCE_MS });
  let said = "";
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (text) => (said += String(text)));
  const [code] = await once(program, "close");
  return { code: code as number | null, said };
}

describe("strangers' inputs break no promise", () => {
  it("of any kind that there is", () => {
    expect(Object.keys(FEW)).toEqual(ATTACKS.map(({ name }) => name));
  });

  it.each(Object.entries(FEW))("%s", async (name, count) => {
    const { code, said } = await attack(name, "--count", String(count));
    expect(said).toMatch(new RegExp(`^${name}: ${count} tried .*; 0 broke a promise; peak \\d+ MB$`, "m"));
    expect(code).toBe(0);
  });
});

describe("an attack", () => {
  const madeUp = (attempt: Scene["attempt"], mostGrowth = 1_000, pid = process.pid): Attack => {
    const scene = { pid, attempt, close: async () => undefined };
    return { name: "made-up", count: 200, atOnce: 3, mostGrowth, open: async () => scene };
  };
  const low = madeUp(async (next, note) => {
    const number = next();
    if (number < 0.1) note.broke("no number is low", number);
    else note.answered(number < 0.5 ? "middling" : "high");
  });

  it("counts what it tries, and names the seed that breaks a promise again", async () => {
    const report = await run(low, 200, 7);
    expect([...report.answered.values()].reduce((sum, times) => sum + times, report.broken)).toBe(200);
    expect(report.broken).toBeGreaterThan(5);
    const [line, example = ""] = linesOf(report);
    expect(line).toMatch(
      /^made-up: 200 tried from seed 7 in \d+ s; high: \d+, middling: \d+; \d+ broke a promise; peak/,
    );
    const [, seed, input] = /^broke "no number is low" with --seed (\d+) --count 1: (0\.0\d+)$/.exec(example) ?? [];
    expect(linesOf(await run(low, 1, Number(seed)))[1]).toContain(input);
  });

  it("ends with 1 where a promise was broken, and with 2 where it is not understood", async () => {
    const [out, err] = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
    for (const stream of [out, err]) stream.mockReturnValue(true);
    try {
      expect(await command([low], [])).toBe(1);
      expect(await command([low], ["--count", "1"])).toBe(0);
      const lines = [
        "other",
        "--count no",
        "--count 1.5",
        "--count 0",
        "--count",
        "--seed 1.5",
        "--foo",
        "made-up other",
      ];
      for (const line of lines) expect([line, await command([low], line.split(" "))]).toEqual([line, 2]);
      expect(err.mock.calls).toEqual(lines.map(() => [expect.stringContaining("usage: npm run attack")]));
    } finally {
      vi.restoreAllMocks();
    }
  });

  it.runIf(process.platform === "linux")("breaks a promise where a process grows too much", async () => {
    // A new one: this one's peak may be long past.
    const program = 'const kept = []; process.on("message", () => process.send(kept.push(Buffer.alloc(1_000_000, 1))))';
    const child = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    onTestFinished(() => void child.kill());
    const grow = async () => {
      child.send("more");
      await once(child, "message");
    };
    const growing = { ...madeUp(grow, 50, child.pid), atOnce: 1 };
    expect(linesOf(await run(growing, 150, 1))[1]).toMatch(/^broke "grows by 50 MB at most" .*: \d+ MB$/);
  });
});
