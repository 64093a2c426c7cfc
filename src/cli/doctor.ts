/** `dreamloom doctor`: what this machine has, what works, and what would help where it doesn't. */
import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { configuredDevices } from "../app/devices.js";
import { discordInvite } from "../app/discord-invite.js";
import type { Service } from "../app/doctor/service.js";
import { services } from "../app/doctor/services.js";
import { engineSettings } from "../app/engine-settings.js";
import { type Config, loadConfig } from "../app/settings/load-settings.js";
import { DEVICES, type DeviceName, isSoftware } from "../engine/devices/devices.js";
import { type ProbeOptions, probe, type Verdict } from "../engine/devices/probe.js";
import { TIMED_SIDE } from "../engine/devices/self-check.js";
import { type Listed, listNetworks } from "../engine/networks/inventory.js";
import { chooseDevice } from "../engine/runtimes/choose.js";
import { DeviceError } from "../engine/runtimes/runtime.js";
import { megabytes, table } from "./table.js";

interface Folder {
  readonly what: string;
  readonly path: string;
  readonly writable: boolean;
  readonly freeBytes?: number;
}

interface Diagnosis {
  readonly node: string;
  readonly platform: string;
  readonly cpu: { readonly model: string; readonly cores: number };
  readonly memoryBytes: number;
  readonly devices: readonly Verdict[];
  /** What `auto` takes. */
  readonly auto: DeviceName;
  /** What the settings ask for, and what that means here. */
  readonly runtime: {
    readonly setting: Config["engine"]["runtime"];
    readonly device?: DeviceName;
    readonly problem?: string;
  };
  /** Each of engine.devices, where there are any; they count instead of `runtime`. */
  readonly configured: readonly {
    readonly name: string;
    readonly slots: number;
    readonly device?: DeviceName;
    readonly problem?: string;
  }[];
  readonly networks: readonly Listed[];
  readonly folders: readonly Folder[];
  readonly services: readonly Service[];
  /** What there is to say about the chats. */
  readonly chats: readonly { readonly name: string; readonly ready: boolean; readonly about: string }[];
  /** Programs that make something more possible; nothing needs them. */
  readonly extras: readonly { readonly program: string; readonly path?: string; readonly use: string }[];
}

/** The path itself, or the nearest folder above it that is there. */
async function nearest(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch {
    const above = dirname(path);
    return above === path ? path : nearest(above);
  }
}

async function folder(what: string, path: string): Promise<Folder> {
  const there = await nearest(resolve(path));
  const writable = await access(there, constants.W_OK).then(
    () => true,
    () => false,
  );
  const free = await statfs(there).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  return { what, path, writable, ...(free !== undefined && { freeBytes: free }) };
}

/** Where a program lies on the PATH. */
async function find(program: string): Promise<string | undefined> {
  const names = process.platform === "win32" ? [`${program}.exe`] : [program];
  for (const entry of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(entry, name);
      if (
        entry !== "" &&
        (await access(path, constants.X_OK)
          .then(() => true)
          .catch(() => false))
      )
        return path;
    }
  }
  return undefined;
}

/**
 * Looks at everything.
 * @param onDevice called before a device is tried, which may take seconds
 * @param ask how a device is tried; for tests
 */
export async function diagnose(
  config: Config,
  onDevice: (device: DeviceName) => void,
  ask: typeof probe = probe,
): Promise<Diagnosis> {
  const settings = engineSettings(config);
  const threads = settings.threads === undefined ? {} : { threads: settings.threads };
  const verdicts = new Map<DeviceName, Verdict>();
  // One after another: they would slow each other's step.
  for (const device of DEVICES) {
    onDevice(device);
    verdicts.set(device, await ask(device, threads));
  }
  const known = { ...threads, probe: async (device: DeviceName) => verdicts.get(device) ?? { device, works: false } };
  const setting = config.engine.runtime;
  const asked = await meant(chooseDevice(setting, known));
  const configured: Diagnosis["configured"][number][] = [];
  for (const { name, slots, runtime, environment } of config.engine.devices.length > 0
    ? configuredDevices(config)
    : []) {
    const own = {
      ...threads,
      probe: (device: DeviceName, options: ProbeOptions) => ask(device, { ...options, environment }),
    };
    configured.push({ name, slots, ...(await meant(chooseDevice(runtime, own))) });
  }
  const ffmpeg = await find("ffmpeg");
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: { model: cpus()[0]?.model.trim() ?? "unknown", cores: availableParallelism() },
    memoryBytes: totalmem(),
    devices: [...verdicts.values()],
    auto: await chooseDevice("auto", known),
    runtime: { setting, ...asked },
    configured,
    networks: await listNetworks(settings),
    folders: await Promise.all([folder("networks", config.models.dir), folder("data", config.data.dir)]),
    services: await services(config),
    chats: [await discord(config)],
    extras: [{ program: "ffmpeg", use: "zoom films as MP4", ...(ffmpeg !== undefined && { path: ffmpeg }) }],
  };
}

/** The device that a choice means here, or why there is none. */
function meant(chosen: Promise<DeviceName>): Promise<{ readonly device: DeviceName } | { readonly problem: string }> {
  return chosen.then(
    (device) => ({ device }),
    (error: unknown) => {
      if (error instanceof DeviceError) return { problem: error.message };
      throw error;
    },
  );
}

const milliseconds = (ms: number): string =>
  ms < 100 ? `${ms.toPrecision(2)} ms` : ms < 10_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(0)} s`;

function describe({ device, works, stepMs, disagreement, obstacle }: Verdict, auto: DeviceName): string[] {
  if (!works) return ["✗", device, `${obstacle?.why ?? "It does not work."} ${obstacle?.mend ?? ""}`.trim()];
  const facts = [
    stepMs === undefined ? "too slow to time" : `${milliseconds(stepMs)} a step of ${TIMED_SIDE} px`,
    device === "onnx-cpu" || disagreement === undefined
      ? ""
      : `${disagreement.toExponential(0)} from the CPU's gradient`,
    isSoftware(device) && device === "onnx-webgpu" ? "drawn in software" : "",
    device === auto ? "auto takes this one" : "",
  ];
  return ["✓", device, facts.filter((fact) => fact !== "").join(", ")];
}

function describeConfigured({ name, slots, device, problem }: Diagnosis["configured"][number]): string[] {
  return [device === undefined ? "✗" : "✓", name, `${slots} ${slots === 1 ? "slot" : "slots"}, ${problem ?? device}`];
}

const FEW_BYTES = 2e9;

function describeFolder({ what, path, writable, freeBytes }: Folder): string[] {
  const free = freeBytes === undefined ? "" : `${(freeBytes / 1e9).toFixed(1)} GB free`;
  const low = freeBytes !== undefined && freeBytes < FEW_BYTES ? " (make room: networks take up to 0.6 GB each)" : "";
  return [
    writable ? "✓" : "✗",
    what,
    `${path}, ${writable ? free + low : "which cannot be written to; change its owner or the setting"}`,
  ];
}

function describeNetwork({ id, path, bytes, problem, from }: Listed): string[] {
  if (problem !== undefined) return ["✗", id, problem];
  if (path !== undefined) return ["✓", id, `${megabytes(bytes)}, ${path}`];
  return [
    "-",
    id,
    from === "catalogue" ? `not downloaded yet (${megabytes(bytes)}); dreamloom models pull ${id}` : "not there",
  ];
}

async function discord(config: Config): Promise<Diagnosis["chats"][number]> {
  const invite = await discordInvite(config);
  const token = config.discord.token === "" ? "off, until DISCORD_TOKEN is set (docs/operating.md)" : "a token is set";
  const link =
    invite === undefined ? "DISCORD_APP_ID is not set, so there is no invite link" : `add it to a server: ${invite}`;
  return { name: "Discord", ready: config.discord.token !== "", about: `${token}; ${link}` };
}

function describeService({ what, works, detail }: Service): string[] {
  return [works === undefined ? "-" : works ? "✓" : "✗", what, detail];
}

/** What a person reads. */
export function report(d: Diagnosis): string {
  const { setting, device, problem } = d.runtime;
  const indent = (text: string): string => text.replace(/^(?=.)/gm, "  ");
  return [
    `Node ${d.node} on ${d.platform}, ${d.cpu.cores} cores (${d.cpu.model}), ${(d.memoryBytes / 1e9).toFixed(0)} GB of memory\n`,
    `\nDevices\n${indent(table(d.devices.map((verdict) => describe(verdict, d.auto))))}`,
    d.configured.length === 0
      ? `  engine.runtime is ${setting}: ${problem ?? device}\n`
      : `  engine.devices\n${indent(indent(table(d.configured.map(describeConfigured))))}`,
    `\nNetworks\n${indent(table(d.networks.map(describeNetwork)))}`,
    `\nFolders\n${indent(table(d.folders.map(describeFolder)))}`,
    `\nServices\n${indent(table(d.services.map(describeService)))}`,
    `\nChats\n${indent(table(d.chats.map(({ name, ready, about }) => [ready ? "✓" : "-", name, about])))}`,
    `\nExtras\n${indent(table(d.extras.map(({ program, path, use }) => [path ? "✓" : "-", program, path ?? `not found; only ${use} need it`])))}`,
  ].join("");
}

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("tries every device, finds networks and folders, and says what would help where something is missing")
    .option("--json", "print one JSON object")
    .action(async ({ json = false }: { json?: boolean }) => {
      const telling = !json && process.stderr.isTTY;
      const clear = "\r\x1b[K";
      const diagnosis = await diagnose(
        loadConfig(),
        (device) => telling && process.stderr.write(`${clear}Trying ${device} ...`),
      );
      if (telling) process.stderr.write(clear);
      process.stdout.write(json ? `${JSON.stringify(diagnosis)}\n` : report(diagnosis));
      // Without the CPU nothing runs; without what was asked for, nothing that people want.
      const { runtime, configured } = diagnosis;
      const wanted = configured.length > 0 ? configured : [runtime];
      const sound =
        diagnosis.devices.some(({ device, works }) => device === "onnx-cpu" && works) &&
        wanted.every(({ problem }) => problem === undefined);
      const broken =
        diagnosis.folders.some(({ writable }) => !writable) || diagnosis.services.some(({ works }) => works === false);
      if (!sound || broken) process.exitCode = 1;
    });
}
