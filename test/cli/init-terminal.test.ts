import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, it, onTestFinished, vi } from "vitest";
import { askTerminal } from "../../src/cli/init/ask.js";
import { init } from "../../src/cli/init/init.js";
import { newFolder } from "../support/new-folder.js";
import { cli } from "./run.js";

/** A terminal without a machine below it: what is typed goes in, what is shown comes out. */
function terminal() {
  const [keys, screen] = [new PassThrough(), new PassThrough()];
  let shown = "";
  screen.on("data", (chunk) => {
    shown += String(chunk);
  });
  const ask = askTerminal(keys, screen);
  onTestFinished(() => ask.close());
  return { ask, type: (text: string) => keys.write(text), shown: () => shown };
}

it("takes answers that were typed before they were asked for, each for one question", async () => {
  const { ask, type } = terminal();
  type("y\rn\rcpu\r");
  expect(await ask.confirm("One?", false)).toBe(true);
  expect(await ask.confirm("Two?", true)).toBe(false);
  expect(await ask.choose("Three?", ["auto", "cpu"])).toBe("cpu");
});

it("asks once more for what is no answer, and takes Enter for the usual one", async () => {
  const { ask, type, shown } = terminal();
  type("maybe\r\rfast\r\r");
  expect(await ask.confirm("One?", true)).toBe(true);
  expect(await ask.choose("Two?", ["auto", "cpu"])).toBe("auto");
  expect(shown()).toMatch(/One\?.*Type y or n\.\s.*One\?.*Two\?.*Type one of auto, cpu\.\s.*Two\?/s);
});

it("shows no token, neither while it is typed nor on an arrow key afterwards", async () => {
  const { ask, type, shown } = terminal();
  const token = ask.secret("Token:");
  type("hush-hush\r");
  expect(await token).toBe("hush-hush");
  const next = ask.confirm("Next?", false);
  // Up.
  type("\u001b[A\r");
  expect(await next).toBe(false);
  expect(shown()).not.toContain("hush");
});

it.each([
  ["^C", "\u0003"],
  ["^D", "\u0004"],
])("%s ends it with a sentence, and writes nothing", async (_, key) => {
  const place = newFolder();
  const { ask, type } = terminal();
  type("y\r");
  const ended = expect(init({ folder: place, check: false }, ask, {})).rejects.toThrow(
    "Stopped. Nothing has been written.",
  );
  type(key);
  await ended;
  expect(readdirSync(place)).toEqual([]);
});

it("asks again for a token of another kind: the answers before it are kept", async () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => void vi.restoreAllMocks());
  const place = newFolder();
  const { ask, type, shown } = terminal();
  type("n\rn\ry\rxapp-1\rxoxb-1\rxapp-2\r\r\r");
  await init({ folder: place, check: false, systemd: false }, ask, {});
  expect(shown()).toContain("SLACK_BOT_TOKEN should begin with xoxb-.");
  expect(readFileSync(join(place, "dreamloom.env"), "utf8")).toMatch(
    /SLACK_BOT_TOKEN=.?xoxb-1[\s\S]*SLACK_APP_TOKEN=.?xapp-2/,
  );
});

const script = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "";

// macOS has another `script`, and some systems none.
it.skipIf(!script.includes("util-linux"))("writes the files on a terminal of this machine", async () => {
  const place = newFolder();
  const line = [process.execPath, cli, "init", "--no-check", "--folder", place].join(" ");
  const person = spawn("script", ["-qec", line, "/dev/null"], {
    env: { PATH: process.env.PATH, HOME: place, TERM: "dumb" },
  });
  onTestFinished(() => void person.kill());
  let shown = "";
  const answers: [question: string, answer: string][] = [
    ["The web chat", ""],
    ["Discord?", "y"],
    ["Slack?", "n"],
    ["DISCORD_TOKEN", "hush.hush.hush"],
    ["Should other machines", "n"],
    ["Message Content", "y"],
    ["What should compute?", "cpu"],
    ["systemd", "n"],
  ];
  person.stdout.on("data", (chunk) => {
    shown += String(chunk);
    const [question, answer] = answers[0] ?? [];
    if (question === undefined || !shown.includes(question)) return;
    answers.shift();
    person.stdin.write(`${answer}\r`);
  });
  const code = await new Promise((resolve) => person.on("close", resolve));
  expect([code, shown]).toEqual([0, expect.stringContaining("Written into")]);
  expect(shown).not.toContain("hush");
  expect(readFileSync(join(place, "dreamloom.env"), "utf8")).toContain("hush.hush.hush");
  expect(readFileSync(join(place, "dreamloom.yaml"), "utf8")).toMatch(/runtime: cpu/);
});
