import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/free-port.js";
import { newFolder } from "../support/new-folder.js";
import { takenPort } from "../support/taken-port.js";
import { waitFor } from "../support/wait-for.js";
import { dreamloom } from "./run.js";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

describe("dreamloom start", () => {
  it("says where it is, serves the page with everything it loads, and stops when asked", async () => {
    const data = join(newFolder(), "data");
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      WEB_PORT: "0",
      OPS_PORT: "0",
      DATA_DIR: data,
      MODELS_DIR: newFolder(),
      LOG_LEVEL: "error",
    };
    const child = spawn(process.execPath, [cli, "start"], {
      env: { ...env, npm_config_registry: "http://127.0.0.1:9/", QUEUE_SHUTDOWN_SECONDS: "0.1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    const ended = once(child, "exit");
    let address = "";
    for await (const line of createInterface({ input: child.stdout })) {
      address = /^Dreamloom is ready: open (http:\S+) and write \/dream/.exec(line)?.[1] ?? "";
      if (address !== "") break;
    }
    child.stdout.resume();
    // Its user's alone, whatever the shell's umask is.
    expect([data, join(data, "web-chat.sqlite")].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
      "700",
      "600",
    ]);
    const page = await fetch(address);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain("<title>Dreamloom");
    const assets = [...html.matchAll(/(?:src|href)="(\/?[^":]+)"/g)].map(
      ([, path = ""]) => new URL(path, `${address}/`),
    );
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) expect([asset.pathname, (await fetch(asset)).status]).toEqual([asset.pathname, 200]);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it.skipIf(!existsSync("/dev/full"))("runs on where neither its log nor its output can be written", async () => {
    const port = String(await freePort());
    const full = openSync("/dev/full", "w");
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      WEB_PORT: "0",
      OPS_PORT: port,
      DATA_DIR: newFolder(),
      MODELS_DIR: newFolder(),
      LOG_LEVEL: "debug",
      ENGINE_WARM: "false",
      npm_config_registry: "http://127.0.0.1:9/",
    };
    const child = spawn(process.execPath, [cli, "start"], { env, stdio: ["ignore", full, full] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = once(child, "exit");
    const answer = () => fetch(`http://127.0.0.1:${port}/readyz`).then(({ status }) => status);
    const isReady = waitFor(async () => expect(await answer()).toBe(200)).then(() => "ready");
    expect(await Promise.race([ended, isReady])).toBe("ready");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("says so when its port is taken", async () => {
    const port = String(await takenPort());
    const { code, out, err } = await dreamloom(["start"], {
      env: { WEB_PORT: port, OPS_PORT: "0", DATA_DIR: newFolder(), LOG_LEVEL: "silent" },
    });
    expect(err).toMatch(new RegExp(`${port}`));
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe("");
    expect(code).toBe(2);
  });

  it("warns of a variable that sets nothing and looks mistyped", async () => {
    const { out, err } = await dreamloom(["start"], {
      env: {
        WEB_PORT: String(await takenPort()),
        WEB_PROT: "1",
        OPS_PORT: "0",
        DATA_DIR: newFolder(),
        LOG_LEVEL: "warn",
      },
    });
    expect(out + err).toContain("WEB_PROT");
  });
});
