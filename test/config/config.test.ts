import { readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, loadConfig, mistypedVariables } from "../../src/app/settings/load-settings.js";
import { ENVIRONMENT } from "../../src/app/settings/schema.js";
import { newFolder } from "../support/new-folder.js";

const folder = newFolder();

function file(yaml: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(path, yaml);
  return path;
}

function problems(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) {
      expect(error.exitCode).toBe(2);
      return error.problems;
    }
    throw error;
  }
  throw new Error("The settings were taken.");
}

describe("a variable that sets nothing", () => {
  it("is told where it looks like a mistyped one, and no other", () => {
    const env = { WEB_PROT: "8080", DISCORD_TOKENS: "x", QUEUE_PER_PERSON: "2", WEB_CONCURRENCY: "4", LOG_FILE: "a" };
    expect(mistypedVariables({ ...env, PORT: "1", WEB_PORT: "2", PATH: "/bin" })).toEqual([
      "WEB_PROT is not a setting; did you mean WEB_PORT?",
      "DISCORD_TOKENS is not a setting; did you mean DISCORD_TOKEN?",
    ]);
    expect(mistypedVariables(Object.fromEntries(Object.keys(ENVIRONMENT).map((name) => [name, "x"])))).toEqual([]);
  });
});

describe("settings", () => {
  it("come from the defaults, with folders made absolute", () => {
    const config = loadConfig({});
    expect(config.web).toEqual({
      enabled: true,
      host: "127.0.0.1",
      port: 3000,
      allowedHosts: [],
      basePath: "/",
      trustedProxies: ["127.0.0.1", "::1"],
      nameHeader: "",
      publicUrl: "",
      publicGallery: "closed",
      moderatorCode: "",
    });
    expect(config.models.dir).toBe(join(homedir(), ".cache/dreamloom/models"));
    expect(config.engine.concurrency).toBe(1);
  });

  it("are overridden by a file, and that by the environment", () => {
    const own = file("web:\n  port: 4000\n  host: 0.0.0.0\nmodels:\n  path: [/a]\n");
    const config = loadConfig({
      DREAMLOOM_CONFIG: own,
      WEB_PORT: "5000",
      MODELS_PATH: ["/b", "/c"].join(delimiter),
      LOG_LEVEL: "",
    });
    expect(config.web).toMatchObject({ enabled: true, host: "0.0.0.0", port: 5000 });
    expect(config.models.path).toEqual(["/b", "/c"]);
    expect(config.log.level).toBe("info");
  });

  it("name only environment variables that there are in the defaults' comments, and every one sets something", () => {
    const yaml = readFileSync(new URL("../../config/default.yaml", import.meta.url), "utf8");
    const named = [...yaml.matchAll(/\b[A-Z]+\d?(?:_[A-Z\d]+)+\b/g)].map(([name]) => name);
    const others = ["DREAMLOOM_CONFIG", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "MESA_VK_DEVICE_SELECT"];
    expect(new Set(named.filter((name) => !Object.hasOwn(ENVIRONMENT, name)))).toEqual(new Set(others));
    const values = { text: "cpu", number: "7", flag: "false", paths: "/x", names: "art.example.org" };
    const settings = {
      WEB_BASE_PATH: "/art/",
      WEB_TRUSTED_PROXIES: "10.0.0.0/8",
      WEB_PUBLIC_URL: "https://art.example.org/",
      WEB_PUBLIC_GALLERY: "listed",
      DATA_ACCESS: "group",
      DATA_ENCRYPTION_KEY: "0123456789abcdef0123456789abcdef",
      LOG_LEVEL: "warn",
      LOG_FORMAT: "json",
      DREAM_MAX_SIZE: "700",
      PAINT_MAX_SIZE: "700",
      FILM_MAX_FRAMES: "70",
      ENGINE_RUNTIME: "cpu",
      ENGINE_DEVICES: "cpu",
      REDIS_URL: "redis://cpu",
      SLACK_COMMANDS: "few",
      CLUSTER_BLOBS: "redis",
      CLUSTER_S3_ENDPOINT: "http://cpu",
    };
    for (const [name, { key, type }] of Object.entries(ENVIRONMENT)) {
      const value = (settings as Record<string, string>)[name] ?? values[type];
      // Those of recipes' options have bounds of their own.
      if (/^(DREAM|PAINT|NEURON|FILM)_/.test(name) && !(name in settings)) continue;
      const [group = "", setting = ""] = key.split(".");
      const config = loadConfig({ [name]: value }) as unknown as Record<string, Record<string, unknown>>;
      expect(JSON.stringify(config[group]?.[setting]), name).toContain(value);
    }
  });

  it.each([
    [
      { REDIS_URL: "redis//:swordfish@localhost" },
      'cluster.url is "[hidden]@localhost" (from REDIS_URL), but it must be ' +
        "empty, or an address such as redis://127.0.0.1:6379.",
    ],
    [{ WEB_PORT: "http" }, 'web.port is "http" (from WEB_PORT), but it must be a whole number from 0 to 65535.'],
    [
      { ENGINE_CONCURRENCY: "0" },
      "engine.concurrency is 0 (from ENGINE_CONCURRENCY), but it must be a whole number from 1 to 64.",
    ],
    [
      { ENGINE_CONCURRENCY: "1.5" },
      "engine.concurrency is 1.5 (from ENGINE_CONCURRENCY), but it must be a whole number from 1 to 64.",
    ],
    [
      { WEB_BASE_PATH: "art" },
      'web.basePath is "art" (from WEB_BASE_PATH), but it must be a path such as / or /dreamloom/.',
    ],
    [
      { WEB_TRUSTED_PROXIES: "10.0.0.0/33" },
      'web.trustedProxies.0 is "10.0.0.0/33" (from WEB_TRUSTED_PROXIES), but it must be ' +
        "an address such as 10.0.0.1 or a network such as 10.0.0.0/8.",
    ],
    [
      { WEB_NAME_HEADER: "Remote User" },
      'web.nameHeader is "Remote User" (from WEB_NAME_HEADER), but it must be ' +
        "empty, or the name of a header such as Remote-User.",
    ],
    [
      { WEB_PUBLIC_URL: "art.example.org" },
      'web.publicUrl is "art.example.org" (from WEB_PUBLIC_URL), but it must be ' +
        "empty, or an address such as https://art.example.org/.",
    ],
    [{ WEB_ENABLED: "maybe" }, 'web.enabled is "maybe" (from WEB_ENABLED), but it must be true or false.'],
    [
      { LOG_LEVEL: "loud" },
      'log.level is "loud" (from LOG_LEVEL), but it must be one of trace, debug, info, warn, error, fatal, silent.',
    ],
    [
      { REDIS_URL: "localhost" },
      'cluster.url is "localhost" (from REDIS_URL), but it must be ' +
        "empty, or an address such as redis://127.0.0.1:6379.",
    ],
    [
      { CLUSTER_BLOBS: "ftp" },
      'cluster.blobs is "ftp" (from CLUSTER_BLOBS), but it must be ' +
        "redis, folder:/a/shared/folder or s3://bucket/prefix.",
    ],
    [
      { DATA_ENCRYPTION_KEY: "swordfish" },
      "data.encryptionKey is [hidden] (from DATA_ENCRYPTION_KEY), but it must be " +
        "empty, or 32 characters or more, such as `openssl rand -hex 32` prints.",
    ],
    [{ DREAM_MAX_SIZE: "100" }, "dream.size is 512, but it must not be larger than dream.maxSize, which is 100."],
  ])("that are wrong get one sentence: %j", (env, sentence) => {
    expect(problems(env)).toEqual([sentence]);
  });

  it("that are unknown get the nearest name, with the file they came from", () => {
    const own = file("queue:\n  lenght: 3\nwep:\n  port: 1\n");
    expect(problems({ DREAMLOOM_CONFIG: own })).toEqual([
      `queue.lenght is not a setting (from ${own}); did you mean queue.length?`,
      `wep is not a setting (from ${own}); did you mean web?`,
    ]);
  });

  it("in a file that is missing, damaged or empty are reported or ignored", () => {
    expect(problems({ DREAMLOOM_CONFIG: join(folder, "none.yaml") })[0]).toContain("cannot be read");
    expect(problems({ DREAMLOOM_CONFIG: file("web: [") })[0]).toMatch(/is not valid YAML: .*line \d+, column \d+$/);
    expect(problems({ DREAMLOOM_CONFIG: file("- a") })[0]).toContain("must hold groups of settings");
    const spoilt = file("web: 3");
    expect(problems({ DREAMLOOM_CONFIG: spoilt })).toEqual([
      `web is 3 (from ${spoilt}), but it must be a group of settings.`,
    ]);
    expect(loadConfig({ DREAMLOOM_CONFIG: file("") }).web.port).toBe(3000);
  });

  it("cannot reach prototypes", () => {
    const own = file('"__proto__":\n  polluted: true\n');
    expect(problems({ DREAMLOOM_CONFIG: own })[0]).toContain("__proto__ is not a setting");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
