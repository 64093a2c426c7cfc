import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { readEnvironmentFile } from "../../src/cli/environment-file.js";
import type { Ask } from "../../src/cli/init/ask.js";
import { startCommand, unitFile } from "../../src/cli/init/files.js";
import { init } from "../../src/cli/init/init.js";
import { FakeDiscord } from "../fakes/discord/server.js";
import { newFolder } from "../support/new-folder.js";
import { dreamloom } from "./run.js";

const read = (place: string, name: string): string => readFileSync(join(place, name), "utf8");
const modes = (place: string): string[] =>
  readdirSync(place).map((name) => `${name} ${(statSync(join(place, name)).mode & 0o777).toString(8)}`);

/** A person who answers so: questions are matched by a word in them. */
function person(answers: Readonly<Record<string, boolean | string | string[]>>) {
  const asked: string[] = [];
  const answer = (question: string): unknown => {
    asked.push(question);
    const [, found] = Object.entries(answers).find(([word]) => question.includes(word)) ?? [];
    if (found === undefined) throw new Error(`not expected: ${question}`);
    return Array.isArray(found) ? found.shift() : found;
  };
  const ask: Ask = {
    confirm: async (question) => answer(question) === true,
    choose: async (question, choices) => choices.find((choice) => choice === answer(question)) ?? choices[0],
    secret: async (question) => String(answer(question)),
    say: (text) => void process.stdout.write(`${text}\n`),
    close: () => undefined,
  };
  return { ask, asked };
}

let said = "";
beforeEach(() => {
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function fakeDiscord(): Promise<{ env: NodeJS.ProcessEnv; fake: FakeDiscord }> {
  const fake = await FakeDiscord.start({ token: "a.b.c" });
  onTestFinished(() => fake.stop());
  return { fake, env: { DISCORD_API_URL: fake.apiUrl } };
}

describe("dreamloom init", () => {
  it("writes by flags what start reads, for its user's eyes only, with the comments of the defaults", async () => {
    const place = newFolder();
    await init({ folder: place, chats: ["web"], runtime: "cpu", public: true, check: true }, undefined, {});
    expect(modes(place)).toEqual(["dreamloom.env 600", "dreamloom.yaml 600"]);
    const settings = read(place, "dreamloom.yaml");
    expect(settings).toContain("# The built-in web chat, which needs no account anywhere. WEB_ENABLED=true|false");
    expect(settings).not.toContain("botToken");
    const env: NodeJS.ProcessEnv = {};
    expect(readEnvironmentFile(env, join(place, "dreamloom.env"))).toBe(true);
    expect(env).toEqual({ DREAMLOOM_CONFIG: join(place, "dreamloom.yaml") });
    const usual = loadConfig({});
    expect(loadConfig(env)).toEqual({
      ...usual,
      web: { ...usual.web, host: "0.0.0.0" },
      engine: { ...usual.engine, runtime: "cpu" },
    });
    expect(said).toMatch(/Start it: cd \S+ && node \S+cli\.js\n$/);
  });

  it("says npx only where npx finds the program, and not a stranger's on the registry", () => {
    const installed = "/home/ada/art/node_modules/dreamloom/dist/cli.js";
    expect(startCommand("/home/ada/art", installed)).toBe("npx dreamloom");
    expect(startCommand("/home/ada/art/bot", installed)).toBe("npx dreamloom");
    expect(startCommand("/home/ada/artist", installed)).toBe(`node ${installed}`);
    expect(startCommand("/home/ada/checkout", "/home/ada/checkout/dist/cli.js")).toBe("npx dreamloom");
    expect(startCommand("/home/ada", "/home/ada/checkout/dist/cli.js")).toBe("node /home/ada/checkout/dist/cli.js");
  });

  it("every verb that is run in the folder reads the file, unless others may write it", async () => {
    const place = newFolder();
    await init({ folder: place, chats: ["web"], check: true }, undefined, {});
    writeFileSync(join(place, "dreamloom.yaml"), "web: { port: none }\n");
    const wrong = await dreamloom(["models", "list"], { cwd: place });
    expect(wrong.err).toMatch(/^web\.port is "?none"? \(from .*dreamloom\.yaml\)/);
    expect(wrong.code).toBe(2);
    chmodSync(join(place, "dreamloom.env"), 0o666);
    expect((await dreamloom(["models", "list"], { cwd: place })).code).toBe(0);
  });

  it("a file that cannot be looked at, as in a folder that is closed to the user, stops no verb", async () => {
    const place = newFolder();
    symlinkSync("dreamloom.env", join(place, "dreamloom.env"));
    expect(await dreamloom(["models", "list"], { cwd: place })).toMatchObject({ code: 0, err: "" });
  });

  it("asks on a terminal, again when Discord does not take the token, and prints the invite link", async () => {
    const { env, fake } = await fakeDiscord();
    const place = newFolder();
    const { ask, asked } = person({
      "web chat, which": false,
      "Discord?": true,
      "Slack?": false,
      DISCORD_TOKEN: ["d.e.f", "a.b.c"],
      "Keep it": false,
      "Message Content": true,
      compute: "cuda",
      systemd: false,
    });
    await init({ folder: place, check: true }, ask, env);
    expect(said).toMatch(/Discord no longer accepts my token/);
    expect(said).toMatch(
      new RegExp(`Add the bot to a Discord server: https://discord\\.com\\S+client_id=${fake.world.appId}`),
    );
    expect(said).not.toMatch(/a\.b\.c|d\.e\.f/);
    expect(asked.filter((question) => question.startsWith("DISCORD_TOKEN"))).toHaveLength(2);
    const written: NodeJS.ProcessEnv = {};
    readEnvironmentFile(written, join(place, "dreamloom.env"));
    const { web, discord, engine } = loadConfig(written);
    expect([web.enabled, discord.token, discord.messageContent, engine.runtime]).toEqual([
      false,
      "a.b.c",
      true,
      "cuda",
    ]);
    expect(read(place, "dreamloom.yaml")).not.toContain("a.b.c");
  });

  it("without a terminal writes nothing when a token is refused, or is another kind of token", async () => {
    const { env } = await fakeDiscord();
    const place = newFolder();
    const flags = { folder: place, check: true };
    await expect(init({ ...flags, chats: ["discord"] }, undefined, { ...env, DISCORD_TOKEN: "d.e.f" })).rejects.toThrow(
      /no longer accepts my token.* Nothing has been written/,
    );
    await expect(init({ ...flags, chats: ["slack"] }, undefined, { SLACK_BOT_TOKEN: "xapp-1" })).rejects.toThrow(
      "SLACK_BOT_TOKEN should begin with xoxb-.",
    );
    expect(readdirSync(place)).toEqual([]);
  });

  it("prints Slack's manifest, and names the tokens that are still missing", async () => {
    const place = newFolder();
    await init({ folder: place, chats: ["web", "slack"], check: true }, undefined, {});
    expect(said).toContain("display_information:");
    expect(said).toMatch(/Still to be set in \S+dreamloom\.env: SLACK_BOT_TOKEN, SLACK_APP_TOKEN\./);
    expect(read(place, "dreamloom.env")).toMatch(/^# SLACK_BOT_TOKEN=$/m);
  });

  it("replaces files only when told to", async () => {
    const place = newFolder();
    await init({ folder: place, chats: ["web"], check: true }, undefined, {});
    writeFileSync(join(place, "dreamloom.env"), "MINE=1\n", { mode: 0o644 });
    chmodSync(join(place, "dreamloom.env"), 0o644);
    const again = { folder: place, chats: ["web"] as const, check: true };
    await expect(init(again, undefined, {})).rejects.toThrow(/already has dreamloom\.yaml, dreamloom\.env\./);
    expect(read(place, "dreamloom.env")).toBe("MINE=1\n");
    await init({ ...again, replace: true }, undefined, {});
    expect(modes(place)).toContain("dreamloom.env 600");
  });

  it("offers a unit that systemd takes, for this user and this folder, and none for root", async () => {
    const place = newFolder();
    const getuid = vi.spyOn(process, "getuid");
    getuid.mockReturnValue(0);
    await expect(init({ folder: place, chats: ["web"], systemd: true, check: true }, undefined, {})).rejects.toThrow(
      /No unit is written for root/,
    );
    getuid.mockReturnValue(1000);
    await init({ folder: place, chats: ["web"], systemd: true, check: true }, undefined, {});
    const unit = read(place, "dreamloom.service");
    expect(unit).toBe(unitFile(place, loadConfig({})));
    expect(unit).toContain(`WorkingDirectory=${place}\nEnvironmentFile=${join(place, "dreamloom.env")}\n`);
    expect(unit).not.toMatch(/\/opt\/dreamloom\/dist|DATA_DIR|ProtectHome=yes/);
    expect(said).toContain("sudo systemctl enable --now dreamloom");
    if (!hasSystemd()) return;
    writeFileSync(join(place, "unit.service"), unit.replace(/dist\/cli\.js|src\/cli\.js/, "package.json"));
    const checked = execFileSync("systemd-analyze", ["verify", join(place, "unit.service")], { stdio: "pipe" });
    expect(checked.toString()).toBe("");
  });
});

function hasSystemd(): boolean {
  try {
    execFileSync("systemd-analyze", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
