import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.js";
import { ENVIRONMENT } from "../src/config-schema.js";
import { createLogger } from "../src/log.js";
import { secretsOf } from "../src/secrets.js";

const log = { level: "trace", format: "json" } as const;

function capture(secrets: readonly string[] = []) {
  const lines: string[] = [];
  return { lines, logger: createLogger(log, { secrets, stream: { write: (line) => lines.push(line) } }) };
}

/** Everything that somebody might log while it holds a secret. */
function logEverywhere(secret: string, logger: ReturnType<typeof createLogger>): void {
  const cause = Object.assign(new Error(`the answer to ${secret} was 401`), { config: { headers: { "x-custom": `key ${secret};` } } });
  logger.info(secret);
  logger.info({ value: secret }, "a field");
  logger.info({ deep: { in: { a: { tree: [{ of: secret }] } } } }, "a tree");
  logger.child({ session: secret }).warn("a child");
  logger.error({ err: new Error("it failed", { cause }) }, "an error");
  logger.error({ err: Object.assign(new Error("request failed"), { request: { url: `https://host/${secret}/x?k=${secret}` } }) });
}

/** Settings with a secret in each variable that may hold one. */
const SECRET_VARIABLES = Object.keys(ENVIRONMENT).filter((name) => /TOKEN|SECRET|PASSWORD|CODE$|_KEY$/.test(name));

describe("the log", () => {
  it.each(SECRET_VARIABLES)("never holds %s, whatever is logged", (name) => {
    const secret = 'sw0rd"fish-Ünter/45+6=';
    let value = secret;
    // Tokens whose form is checked are given in theirs.
    for (const form of [secret, `xoxb-${"1".repeat(12)}-abcDEF`, `xapp-1-${"A".repeat(12)}-abcDEF`, "swordfish-123456789012345678901234"]) {
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
    logger.info({ err: Object.assign(new Error("x"), { options: { request: { headers, signingSecret: "q" } } }), moderatorCode: "1234" });
    const [line = ""] = lines;
    for (const secret of ["Bot abc", "a=b", "c=", '"q"', "1234"]) expect(line).not.toContain(secret);
    expect(JSON.parse(line)).toMatchObject({
      moderatorCode: "[hidden]",
      err: {
        message: "x",
        options: {
          request: { signingSecret: "[hidden]", headers: { accept: "text/html", authorization: "[hidden]", cookie: "[hidden]" } },
        },
      },
    });
  });

  it("knows the tokens of Slack and Discord and authorization headers by their looks", () => {
    const { lines, logger } = capture();
    const discord = `${"MTIzNDU2Nzg5MDEyMzQ1Njc4"}.GaBcDe.${"x".repeat(38)}`;
    for (const token of ["xoxb-1234567890-abcdefghij", "xapp-1-A0123456-789-abcdef", discord, "Bearer abcdefghijklmnop"]) {
      logger.warn({ err: new Error(`refused: ${token}`) });
      expect(lines.at(-1)).not.toContain(token);
      expect(lines.at(-1)).toContain("refused: ");
      JSON.parse(lines.at(-1) ?? "");
    }
  });

  it("leaves what is no secret, also next to short ones", () => {
    const { lines, logger } = capture(["1234", "7"]);
    logger.info({ job: "7KQ4M9XA", size: 1234, tokens: 3, took: "7 s" }, "token bucket of 1234 is full");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ job: "7KQ4M9XA", size: 1234, tokens: 3, msg: "token bucket of 1234 is full" });
  });
});
