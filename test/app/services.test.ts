import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { services } from "../../src/app/doctor/services.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { PROTOCOL } from "../../src/queue/cluster/protocol.js";
import { Registry } from "../../src/queue/cluster/registry.js";
import { version } from "../../src/shared/version.js";
import { openStore } from "../../src/store/open.js";
import { functional, imageLayer, layer, weight, writeTfjs } from "../engine/networks/support/tiny.js";
import { FakeEngine } from "../fakes/engine.js";
import { FakeSlack } from "../fakes/slack/server.js";
import { clusterSettings, startWorker } from "../queue/cluster/harness.js";
import { newFolder } from "../support/new-folder.js";
import { hasRedis, redisHint, startRedis } from "../support/redis.js";
import { takenPort } from "../support/taken-port.js";

/** What doctor says of each service, as "✓ ...", "✗ ..." or "- ...". */
async function said(env: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const found = await services(loadConfig({ DATA_DIR: newFolder(), WEB_PORT: "0", OPS_PORT: "0", ...env }));
  return Object.fromEntries(
    found.map(({ what, works, detail }) => [what, `${works === undefined ? "-" : works ? "✓" : "✗"} ${detail}`]),
  );
}

describe("doctor, of services", () => {
  it("says what is off, free and taken", async () => {
    const port = String(await takenPort());
    expect(await said({ OPS_ENABLED: "false", WEB_PORT: port })).toEqual({
      store: "- nothing is kept yet",
      Redis: "- not used, until REDIS_URL is set",
      Slack: "- off, until SLACK_BOT_TOKEN or SLACK_CLIENT_ID is set",
      filter: "- switched off",
      "web chat": `- 127.0.0.1:${port} is in use: by the bot, if it runs; else choose another (WEB_PORT)`,
      health: "- switched off",
    });
    expect((await said({})).health).toBe("✓ 127.0.0.1:0 is free");
  });

  it("says whether the filter's network is there and knows the classes that are named", async () => {
    const on = { FILTER_UPLOADS: "true", MODELS_DIR: newFolder() };
    expect((await said(on)).filter).toBe(
      "- nsfwjs is not on this machine: `dreamloom models pull nsfwjs` fetches it before it is needed",
    );
    const models = newFolder();
    const judge = join(models, "judge");
    const units = { units: 4, activation: "softmax" };
    mkdirSync(judge);
    await writeTfjs(
      judge,
      functional([
        imageLayer(),
        layer("Conv2D", "c", ["image"], { filters: 4, kernel_size: [3, 3], strides: [1, 1], padding: "same" }),
        layer("GlobalAveragePooling2D", "pool", ["c"]),
        layer("Dense", "fc", ["pool"], units),
      ]),
      [
        weight("c/kernel", [3, 3, 3, 4]),
        weight("c/bias", [4]),
        weight("fc/kernel", [4, 4], 5),
        weight("fc/bias", [4], 6),
      ],
    );
    const own = { ...on, MODELS_PATH: models, FILTER_NETWORK: "judge" };
    writeFileSync(join(judge, "dreamloom.yaml"), "classes: [Porn, Hentai, owl, wren]");
    expect((await said(own)).filter).toBe("✓ judge looks at uploads");
    writeFileSync(join(judge, "dreamloom.yaml"), "classes: [Porn, moth, owl, wren]");
    expect((await said(own)).filter).toBe("✗ `filter.classes` names Hentai, but judge knows Porn, moth, owl and wren.");
  });

  it("reads the store while a program uses it, and says when it is damaged", async () => {
    const dir = newFolder();
    const store = openStore({ dir });
    expect((await said({ DATA_DIR: dir })).store).toBe("✓ 0 jobs kept");
    await store.close();
    writeFileSync(join(dir, "dreamloom.sqlite"), "not a database, whatever its name says");
    expect((await said({ DATA_DIR: dir })).store).toMatch(/^✗ .*cannot be read/);
    writeFileSync(join(dir, "web-chat.sqlite"), "not a database either");
    expect((await said({ DATA_DIR: dir }))["web messages"]).toMatch(/^✗ .*web-chat\.sqlite cannot be read/);
  });

  it("does not call a database damaged that only this user may not open", async () => {
    const dir = newFolder();
    mkdirSync(join(dir, "dreamloom.sqlite"));
    expect((await said({ DATA_DIR: dir })).store).toMatch(
      /^✗ \S+dreamloom\.sqlite cannot be written \(SQLITE_CANTOPEN\)/,
    );
  });

  it("misses a token that Slack needs, and shows none", async () => {
    const half = await said({ SLACK_BOT_TOKEN: "xoxb-123-abc" });
    expect(half.Slack).toMatch(/^✗ set SLACK_APP_TOKEN/);
    const fake = await FakeSlack.open();
    onTestFinished(() => fake.close());
    const token = fake.grant("xoxb-123-abc", fake.team);
    const tokens = { SLACK_BOT_TOKEN: "xoxb-123-abc", SLACK_APP_TOKEN: "xapp-456-def", SLACK_API_URL: fake.apiUrl };
    const whole = await said(tokens);
    expect(whole.Slack).toBe("✓ for one workspace, events by Socket Mode; Slack takes the bot token");
    token.revoked = true;
    const revoked = await said(tokens);
    expect(revoked.Slack).toMatch(/^✗ Slack no longer takes my token \(token_revoked\)/);
    const nowhere = await said({ ...tokens, SLACK_API_URL: "http://127.0.0.1:1/api" });
    expect(nowhere.Slack).toMatch(/^✗ Slack cannot be reached/);
    expect(JSON.stringify([half, whole, revoked, nowhere])).not.toMatch(/123|456/);
  });

  it("says that Redis does not answer, without its password", async () => {
    const { Redis: found } = await said({ REDIS_URL: "redis://:swordfish@127.0.0.1:1/0" });
    expect(found).toMatch(/^✗ .*127\.0\.0\.1:1 does not answer/);
    expect(found).not.toContain("swordfish");
  });

  it("says what closes a connection at once, as Redis in protected mode does", async () => {
    const guarded = createServer((socket) => socket.end("-DENIED Redis is running in protected mode\r\n"));
    await new Promise<void>((done) => guarded.listen(0, "127.0.0.1", done));
    onTestFinished(() => {
      guarded.close();
    });
    const { port } = guarded.address() as AddressInfo;
    const { Redis: found } = await said({ REDIS_URL: `redis://127.0.0.1:${port}` });
    expect(found).toMatch(/^✗ .*127\.0\.0\.1:\d+ closes the connection at once: is it in protected mode/);
  });

  it.skipIf(!hasRedis)(`finds Redis (${redisHint})`, async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const found = await said({ REDIS_URL: redis.url });
    expect(found.Redis).toMatch(/^✓ .*answers, version \d/);
    expect(found.bots).toMatch(/^- none have been here/);
    expect(found.workers).toBe(
      "- there is no worker: run dreamloom worker with this REDIS_URL and CLUSTER_PREFIX=dreamloom on a machine that paints",
    );
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    expect((await said({ REDIS_URL: redis.url })).Redis).toMatch(
      /^✗ .*maxmemory-policy is allkeys-lru.*set it to noeviction$/,
    );
    expect(found.jobs).toBe("✓ a test job comes through");
    await client.replicaof("127.0.0.1", "1");
    const replica = await said({ REDIS_URL: redis.url });
    expect(replica.jobs).toMatch(/^✗ Redis at 127\.0\.0\.1:\d+ is a replica.*REDIS_URL must name the primary\.$/);
    expect(replica.bots).toMatch(/^- none have been here/);
    await client.call("REPLICAOF", "NO", "ONE");
    await client.call("ACL", "SETUSER", "poor", "on", ">secret", "~*", "+@all", "-@dangerous", "-evalsha");
    const poor = await said({ REDIS_URL: redis.url.replace("redis://", "redis://poor:secret@") });
    expect([poor.Redis, poor.jobs].join()).toMatch(/^✓ .*answers.*✗ Redis at \S+ denies its user a right: /);
    expect(JSON.stringify(poor)).not.toContain("secret");
  });

  it.skipIf(!hasRedis)(`lists a cluster's workers, and says which do not fit (${redisHint})`, async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const cluster = clusterSettings(redis.url);
    const known = { REDIS_URL: redis.url, CLUSTER_PREFIX: cluster.prefix };
    const worker = await startWorker(cluster, new FakeEngine(), { slots: 2 });
    const older = await startWorker(cluster, new FakeEngine(), { protocol: PROTOCOL - 1 });
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    const registry = new Registry(client, cluster.prefix, 60_000);
    const other = { ...worker.info, id: "gpu-7", version: "0.0.9", at: Date.now() - 5_000 };
    await registry.announce(other);
    await registry.speak({ protocol: PROTOCOL, version });
    const found = await said(known);
    expect(found.bots).toBe(`✓ Dreamloom ${version}, protocol ${PROTOCOL}`);
    expect(found[worker.id]).toMatch(new RegExp(`^✓ 0 of 2 slots busy, stub, Dreamloom ${version}, seen \\d+ s ago$`));
    expect(found[older.id]).toMatch(
      new RegExp(`^✗ 0 of 1 slot busy.*; it speaks protocol ${PROTOCOL - 1} and the bots ${PROTOCOL} .*gets no jobs`),
    );
    expect(found["gpu-7"]).toMatch(/^- .*Dreamloom 0\.0\.9, seen \d+ s ago; the bots are .*Update the older one$/);
    await registry.speak({ protocol: PROTOCOL + 1, version: "9.0.0" });
    expect((await said(known)).bots).toMatch(/^✗ Dreamloom 9\.0\.0, protocol \d+; this is .* would get no jobs/);
  });
});
