import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { npmRegistry } from "../../src/engine/networks/download/npm.js";
import { folderBytes } from "../../src/engine/networks/inventory.js";
import { sharp } from "../../src/shared/native.js";
import { newFolder } from "../support/new-folder.js";
import { samplePath } from "../support/pictures.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const place = newFolder();
const models = join(place, "models");
/** The empty folder of somebody who installs it. */
const home = join(place, "art");

/** npm's own settings: scripts are run; of hosts, the registry alone is there. */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const registry = await npmRegistry();
  const hook = fileURLToPath(new URL("./registry-only.cjs", import.meta.url));
  const others = Object.entries(process.env).filter(([name]) =>
    /^(PATH|NODE_EXTRA_CA_CERTS|npm_config_(cafile|registry)|.*_proxy)$/i.test(name),
  );
  return {
    ...Object.fromEntries(others),
    // Certificates of the network, and the registry: what npm is told on this machine.
    ...(process.env.HOME !== undefined && { HOME: process.env.HOME }),
    npm_config_ignore_scripts: "false",
    NODE_OPTIONS: `--require ${hook}`,
    REGISTRY_HOST: new URL(registry).hostname,
    MODELS_DIR: models,
    DATA_DIR: join(place, "data"),
    WEB_PORT: "0",
    OPS_PORT: "0",
  };
}

let env: NodeJS.ProcessEnv;
const bin = () => join(home, "node_modules", ".bin", "dreamloom");

beforeAll(async () => {
  env = await environment();
  mkdirSync(home);
  // With the checkout's own settings, which run no scripts: the build that is packed must come all the same.
  const { npm_config_ignore_scripts: _, ...own } = env;
  await run("npm", ["run", "package", "--", "--pack-destination", place], { cwd: root, env: own });
  const [packed = ""] = readdirSync(place).filter((name) => name.endsWith(".tgz"));
  await run("npm", ["install", "--foreground-scripts", join(place, packed)], { cwd: home, env, maxBuffer: 1e8 });
}, 600_000);

describe("the package, installed from its tarball with scripts on and the registry alone in reach", () => {
  it("brings neither onnxruntime for every platform nor TensorFlow for graphics cards", async () => {
    const installed = join(home, "node_modules");
    expect(existsSync(join(installed, "onnxruntime-node"))).toBe(false);
    // Its script has failed, as it fetches from elsewhere: npm takes the optional package away again.
    expect(existsSync(join(installed, "@tensorflow", "tfjs-node-gpu"))).toBe(false);
    expect(existsSync(join(installed, "@tensorflow", "tfjs"))).toBe(false);
    const { dependencies } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
    expect(Object.keys(dependencies)).toEqual(["dreamloom"]);
    expect((await folderBytes(installed)) / 1e6).toBeLessThan(300);
  });

  it("dreams: fetches onnxruntime for this platform and the network, and writes the picture beside one", async () => {
    writeFileSync(join(home, "photo.jpg"), readFileSync(samplePath));
    const args = ["dream", "photo.jpg", "--size", "128", "--octaves", "2", "--steps", "2"];
    const { stdout } = await run(bin(), args, { cwd: home, env });
    expect(stdout).toMatch(/^photo-dream\.png: 128 x \d+, .* with resnet50 on onnx-cpu, seed 1\n$/);
    const { width, format } = await sharp(join(home, "photo-dream.png")).metadata();
    expect([width, format]).toEqual([128, "png"]);
    const [runtime = "", ...others] = readdirSync(join(models, ".runtimes"));
    expect(others).toEqual([]);
    expect((await folderBytes(join(models, ".runtimes", runtime))) / 1e6).toBeLessThan(100);
    // Never over what is there.
    const { stdout: again } = await run(bin(), args, { cwd: home, env });
    expect(again).toMatch(/^photo-dream-2\.png: /);
  });

  it("opens the web chat without a verb", async () => {
    const child = spawn(bin(), [], {
      cwd: home,
      env: { ...env, LOG_LEVEL: "error" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    let address = "";
    for await (const line of createInterface({ input: child.stdout })) {
      address = /^Dreamloom is ready: open (http:\S+) and write \/dream/.exec(line)?.[1] ?? "";
      if (address !== "") break;
    }
    child.stdout.resume();
    expect(await (await fetch(address)).text()).toContain("<title>Dreamloom");
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });
});
