import { execFileSync } from "node:child_process";
import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LineOutput } from "../../src/app/line-output.js";
import { createLogger } from "../../src/app/log.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { ENVIRONMENT } from "../../src/app/settings/schema.js";
import { secretsOf } from "../../src/shared/secrets.js";
import { newFolder } from "../support/new-folder.js";
import { waitFor } from "../support/wait-for.js";

const log = { level: "trace", format: "json" } as const;

function capture(secrets: readonly string[] = []) {
  const lines: string[] = [];
  return { lines, logger: createLogger(log, { secrets, stream: { write: (line) => lines.push(line) } }) };
}

/** Everything that somebody might log while it holds a secret. */
function logEverywhere(secret: string, logger: ReturnType<typeof createLogger>): void {
  const cause = Object.assign(new Error(`the answer to ${secret} was 401`), {
    config: { headers: { "x-custom": `key ${secret};` } },
  });
  logger.info(secret);
  logger.info({ value: secret }, "a field");
  logger.info({ deep: { in: { a: { tree: [{ of: secret }] } } } }, "a tree");
  logger.child({ session: secret }).warn("a child");
  logger.error({ err: new Error("it failed", { cause }) }, "an error");
  logger.error({
    err: Object.assign(new Error("request failed"), { request: { url: `https://host/${secret}/x?k=${secret}` } }),
  });
}

/** Settings with a secret in each variable that may hold one. */
const SECRET_VARIABLES = Object.keys(ENVIRONMENT).filter((name) => /TOKEN|SECRET|PASSWORD|CODE$|_KEY$/.test(name));

describe("the log", () => {
  it.skipIf(!existsSync("/dev/full")).each(["json", "pretty"] as const)(
    "ends no program where its disk is full, and goes on when there is space (%s)",
    async (format) => {
      const path = join(newFolder(), "log");
      // Both are one open file, as a shell gives it; then there is space in it.
      const fd = openSync("/dev/full", "w");
      const { write } = LineOutput.prototype;
      const tried = vi.spyOn(LineOutput.prototype, "write");
      onTestFinished(() => tried.mockRestore());
      const logger = createLogger({ level: "info", format }, { fd });
      logger.info("lost");
      await waitFor(() => expect(tried).toHaveBeenCalledTimes(1));
      const space = new LineOutput(openSync(path, "w"));
      tried.mockImplementation((line) => write.call(space, line));
      logger.info("kept");
      await waitFor(() => expect(readFileSync(path, "utf8")).toMatch(/kept.*\n$/));
      closeSync(fd);
    },
  );

  it("waits once for a reader that does not read, not at each line", () => {
    const path = join(newFolder(), "pipe");
    execFileSync("mkfifo", [path]);
    // Both ends in one, so that a full pipe says so.
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(fd));
    const output = new LineOutput(fd);
    const pause = vi.spyOn(performance, "now");
    onTestFinished(() => pause.mockRestore());
    let now = 0;
    // A clock that goes on by half a second whenever it is asked.
    pause.mockImplementation(() => (now += 500));
    const line = `${"x".repeat(4095)}\n`;
    for (let i = 0; i < 100; i++) output.write(line);
    const asked = pause.mock.calls.length;
    output.write(line);
    expect(pause.mock.calls.length - asked).toBeLessThanOrEqual(2);
    const taken = Buffer.alloc(1 << 20);
    readSync(fd, taken);
    output.write("again\n");
    expect(readSync(fd, taken)).toBe("again\n".length);
  });

  it.each(SECRET_VARIABLES)("never holds %s, whatever is logged", (name) => {
    const secret = 'sw0rd"fish-Ünter/45+6=';
    let value = secret;
    // Tokens whose form is checked are given in theirs.
    for (const form of [
      secret,
      `xoxb-${"1".repeat(12)}-abcDEF`,
      `xapp-1-${"A".repeat(12)}-abcDEF`,
      "swordfish-123456789012345678901234",
    ]) {
      value = form;
      try {
        loadConfig({ [name]: form });
        break;
      } catch {}
    }
    const secrets = secretsOf(loadConfig({ [name]: value }));
    expect(secrets).toContain(value);
    const { lines, logger } = capture(secrets);
    logEverywhere(value, logger);
    expect(lines).toHaveLength(6);
    const quoted = JSON.stringify(value).slice(1, -1);
    for (const line of lines) {
      expect(line).not.toContain(quoted);
      expect(line).toContain("[hidden]");
      JSON.parse(line);
    }
  });

  it("hides the password of an address, given in the settings or not", () => {
    const secrets = secretsOf({ redis: { url: "redis://user:s3cr%2Fet-word@redis.example:6379/0" } });
    expect(secrets).toEqual(["s3cr%2Fet-word", "s3cr/et-word"]);
    const { lines, logger } = capture(secrets);
    logEverywhere("s3cr/et-word", logger);
    logger.error({ err: new Error("connect ECONNREFUSED redis://:other@127.0.0.1:6379") });
    for (const line of lines) expect(line).not.toMatch(/s3cr\/et|:other@/);
    expect(lines.at(-1)).toContain("redis://:[hidden]@127.0.0.1:6379");
  });

  it("hides fields by their names at any depth, and leaves the others", () => {
    const { lines, logger } = capture();
    const headers = { authorization: "Bot abc", cookie: ["a=b", 'c="d"'], accept: "text/html" };
    logger.info({
      err: Object.assign(new Error("x"), { options: { request: { headers, signingSecret: "q" } } }),
      moderatorCode: "1234",
    });
    const [line = ""] = lines;
    for (const secret of ["Bot abc", "a=b", "c=", '"q"', "1234"]) expect(line).not.toContain(secret);
    expect(JSON.parse(line)).toMatchObject({
      moderatorCode: "[hidden]",
      err: {
        message: "x",
        options: {
          request: {
            signingSecret: "[hidden]",
            headers: { accept: "text/html", authorization: "[hidden]", cookie: "[hidden]" },
          },
        },
      },
    });
  });

  it("knows the tokens of Slack and Discord and authorization headers by their looks", () => {
    const { lines, logger } = capture();
    const discord = `${"MTIzNDU2Nzg5MDEyMzQ1Njc4"}.GaBcDe.${"x".repeat(38)}`;
    for (const token of [
      "xoxb-1234567890-abcdefghij",
      "xapp-1-A0123456-789-abcdef",
      discord,
      "Bearer abcdefghijklmnop",
    ]) {
      logger.warn({ err: new Error(`refused: ${token}`) });
      expect(lines.at(-1)).not.toContain(token);
      expect(lines.at(-1)).toContain("refused: ");
      JSON.parse(lines.at(-1) ?? "");
    }
  });

  it.each([
    [
      "Discord's answers to an interaction",
      "https://discord.com/api/v10/webhooks/1234567890/aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1/messages/@original",
    ],
    [
      "Discord's callbacks",
      "POST https://discord.com/api/v10/interactions/1234567890/Zm9vYmFyYmF6cXV4Zm9v/callback: 404",
    ],
    ["an interaction's token", "token aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1 is unknown"],
    ["a signed address of Discord", "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=Zm9vYmFyYmF6"],
    ["Slack's answers to a command", "https://hooks.slack.com/commands/T0123/456/Zm9vYmFyYmF6"],
    ["where a file goes on Slack", "https://files.slack.com/upload/v1/Zm9vYmFyYmF6?x=1"],
    ["Slack's Socket Mode", "wss://wss-primary.slack.com/link/?ticket=Zm9vYmFyYmF6&app_id=4"],
    ["Slack's tokens that are renewed", "xoxe.xoxb-1-Zm9vYmFyYmF6 and xoxe-1-Zm9vYmFyYmF6"],
    ["an installation", "GET /slack/oauth_redirect?code=Zm9vYmFyYmF6&state=Zm9vYmFyYmF6"],
    ["a form", "body: client_id=1&client_secret=Zm9vYmFyYmF6&access_token=Zm9vYmFyYmF6"],
    [
      "JSON inside a text",
      'the body was {"ok":true,"access_token":"Zm9vYmFyYmF6","deep":{"clientSecret": "Zm9vYmFyYmF6"}}',
    ],
    ["JSON inside JSON inside a text", JSON.stringify({ body: JSON.stringify({ token: "Zm9vYmFyYmF6", ok: true }) })],
    ["a password with an at sign", "redis://user:Zm9v@YmFyYmF6@redis.internal:6379/0"],
    ["a password without a user", "connect ECONNREFUSED rediss://:Zm9vYmFyYmF6@127.0.0.1:1"],
    ["S3", "https://bucket.s3.amazonaws.com/a?X-Amz-Credential=Zm9v&X-Amz-Signature=YmFyYmF6"],
  ])("knows secrets that no setting holds by where they stand: %s", (_what, text) => {
    const { lines, logger } = capture();
    logger.warn({ url: text, err: new Error(`failed: ${text}`) }, text);
    const [line = ""] = lines;
    expect(line).not.toMatch(/Zm9v|YmFy|aW50ZXJ/);
    expect(line).toContain("[hidden]");
    expect(JSON.parse(line)).toMatchObject({ level: 40, err: { type: "Error" } });
  });

  it("hides a short password that Redis did not take", () => {
    const { lines, logger } = capture(secretsOf({ url: "redis://:abc@127.0.0.1" }));
    const error = Object.assign(new Error("WRONGPASS invalid username-password pair"), {
      command: { name: "auth", args: ["bot", "abc"] },
    });
    logger.error({ err: error }, "Redis cannot be reached");
    expect(lines[0]).not.toContain('"abc"');
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ err: { command: { name: "auth", args: ["[hidden]"] } } });
  });

  it("finds a secret whatever stands around it: after a line's end, in another word, encoded", () => {
    const { lines, logger } = capture(["sw0rdfi", "a-longer-sword/fish"]);
    logger.error("the answer was\nsw0rdfi\tand%3Asw0rdfi%40host, xa-longer-sword/fishy, a-longer-sword%2Ffish");
    expect(lines[0]).not.toMatch(/sw0rdfi|longer-sword/);
    expect(JSON.parse(lines[0] ?? "").msg).toBe(
      "the answer was\n[hidden]\tand%3A[hidden]%40host, x[hidden]y, [hidden]",
    );
  });

  it("takes what the environment calls a secret for one", () => {
    const env = {
      MY_TOKEN: "a-1",
      DB_PASSWORD: "a-2",
      SIGNING_KEY: "a-3",
      DB_PASS: "a-4",
      WEB_MODERATOR_CODE: "a-5",
      HTTPS_PROXY: "http://u:a-6@p:1",
    };
    expect(secretsOf({ ...env, PWD: "/home", PATH: "/bin", KEYBOARD: "de" })).toEqual([
      "a-1",
      "a-2",
      "a-3",
      "a-4",
      "a-5",
      "a-6",
    ]);
  });

  it("leaves what is no secret, also next to short ones", () => {
    const { lines, logger } = capture(["1234", "7"]);
    logger.info({ job: "7KQ4M9XA", size: 1234, tokens: 3, took: "7 s" }, "token bucket of 1234 is full");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      job: "7KQ4M9XA",
      size: 1234,
      tokens: 3,
      msg: "token bucket of 1234 is full",
    });
  });
});
