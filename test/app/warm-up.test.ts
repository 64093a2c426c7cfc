import { basename, dirname } from "node:path";
import { pino } from "pino";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startDreamloom } from "../../src/app/application.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { newFolder } from "../support/new-folder.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { waitFor } from "../support/wait-for.js";

let network: string;

beforeAll(async () => {
  network = await writeTinyNetwork();
});

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly part?: string;
  readonly network?: string;
}

/** A program with its own engine; what it has logged, and where it says that it serves people. */
async function started(env: Readonly<Record<string, string>> = {}) {
  const folder = newFolder();
  const lines: Line[] = [];
  const config = loadConfig({
    DATA_DIR: folder,
    MODELS_DIR: folder,
    MODELS_PATH: dirname(network),
    DREAM_NETWORK: basename(network),
    ENGINE_RUNTIME: "cpu",
    ENGINE_THREADS: "1",
    WEB_PORT: "0",
    OPS_ENABLED: "false",
    ...env,
  });
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const said = (text: string) => lines.findIndex(({ msg }) => msg.includes(text));
  let serving = -1;
  const print = () => {
    serving = lines.length;
  };
  const running = await startDreamloom(config, { logger, print });
  onTestFinished(() => running.stop());
  return { running, lines, said, serving };
}

describe("the default network", () => {
  it("is loaded and compiled once the program serves people", async () => {
    const { lines, said, serving } = await started();
    await waitFor(() => expect(said("the engine is warm")).not.toBe(-1));
    expect(lines[said("the engine is warm")]?.network).toBe(basename(network));
    expect(serving).toBeGreaterThanOrEqual(0);
    expect(said("the engine is warm")).toBeGreaterThanOrEqual(serving);
  });

  it("is left alone where the settings say so: there is not even a process", async () => {
    const { running, said } = await started({ ENGINE_WARM: "false" });
    await running.stop();
    expect(said("engine started")).toBe(-1);
  });

  it("that cannot be had is a line in the log, and the program serves on", async () => {
    const { running, lines, said } = await started({ DREAM_NETWORK: "nowhere", OPS_ENABLED: "true", OPS_PORT: "0" });
    await waitFor(() => expect(said("could not be warmed up")).not.toBe(-1));
    expect(lines.filter(({ level, msg }) => level > 30 && msg.includes("warmed up"))).toHaveLength(1);
    expect((await fetch(`${running.operationAddress}/healthz`)).status).toBe(200);
  });

  it("does not hold up a stop, which is no fault", async () => {
    const { running, lines } = await started();
    await running.stop();
    expect(lines.filter(({ level, part }) => level > 30 && part === "engine")).toEqual([]);
  });
});
