import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { services } from "../../src/cli/services.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/open.js";
import { hasRedis, redisHint, startRedis } from "../support/redis.js";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "dreamloom-services-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** What doctor says of each service, as "✓ ...", "✗ ..." or "- ...". */
async function said(env: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const found = await services(loadConfig({ DATA_DIR: folder(), WEB_PORT: "0", OPS_PORT: "0", ...env }));
  return Object.fromEntries(found.map(({ what, works, detail }) => [what, `${works === undefined ? "-" : works ? "✓" : "✗"} ${detail}`]));
}

describe("doctor, of services", () => {
  it("says what is off, free and taken", async () => {
    const squatter = createServer();
    await new Promise<void>((done) => squatter.listen(0, "127.0.0.1", done));
    onTestFinished(() => {
      squatter.close();
    });
    const taken = squatter.address();
    const port = typeof taken === "object" && taken ? String(taken.port) : "";
    expect(await said({ OPS_ENABLED: "false", WEB_PORT: port })).toEqual({
      store: "- nothing is kept yet",
      Redis: "- not used, until REDIS_URL is set",
      Slack: "- off, until SLACK_BOT_TOKEN or SLACK_CLIENT_ID is set",
      "web chat": `- 127.0.0.1:${port} is in use: by the bot, if it runs`,
      health: "- switched off",
    });
    expect((await said({})).health).toBe("✓ 127.0.0.1:0 is free");
  });

  it("reads the store while a program uses it, and says when it is damaged", async () => {
    const dir = folder();
    const store = openStore({ dir });
    expect((await said({ DATA_DIR: dir })).store).toBe("✓ 0 jobs kept");
    await store.close();
    writeFileSync(join(dir, "dreamloom.sqlite"), "not a database, whatever its name says");
    expect((await said({ DATA_DIR: dir })).store).toMatch(/^✗ .*cannot be read/);
  });

  it("misses a token that Slack needs, and shows none", async () => {
    const half = await said({ SLACK_BOT_TOKEN: "xoxb-123-abc" });
    expect(half.Slack).toMatch(/^✗ set SLACK_APP_TOKEN/);
    const whole = await said({ SLACK_BOT_TOKEN: "xoxb-123-abc", SLACK_APP_TOKEN: "xapp-456-def" });
    expect(whole.Slack).toMatch(/^✓ for one workspace, events by Socket Mode/);
    expect(JSON.stringify([half, whole])).not.toMatch(/123|456/);
  });

  it("says that Redis does not answer, without its password", async () => {
    const { Redis } = await said({ REDIS_URL: "redis://:swordfish@127.0.0.1:1/0" });
    expect(Redis).toMatch(/^✗ .*127\.0\.0\.1:1 does not answer/);
    expect(Redis).not.toContain("swordfish");
  });

  it.skipIf(!hasRedis)(`finds Redis (${redisHint})`, async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    expect((await said({ REDIS_URL: redis.url })).Redis).toMatch(/^✓ .*answers, version \d/);
  });
});
