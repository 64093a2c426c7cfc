/** `dreamloom doctor`: what this machine has, what works, and what would help where it doesn't. */
import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { configuredDevices } from "../app/devices.js";
import { findDiscord } from "../app/discord.js";
import type { Service } from "../app/doctor/cluster-rows.js";
import { services } from "../app/doctor/services.js";
import { engineSettings } from "../app/engine-settings.js";
import { type Config, loadConfig } from "../app/settings/load-settings.js";
import { DEVICES, type DeviceName, isSoftware } from "../engine/devices/devices.js";
import { type ProbeOptions, probe, type Verdict } from "../engine/devices/probe.js";
import { TIMED_SIDE } from "../engine/devices/self-check.js";
import { type Listed, listNetworks } from "../engine/networks/inventory.js";
import { chooseDevice } from "../engine/runtimes/choose.js";
import { bringOnnx, ONNXRUNTIME } from "../engine/runtimes/onnx/fetch.js";
import { DeviceError } from "../engine/runtimes/runtime.js";
import { FILM_PROGRAMS } from "../shared/films/limited.js";
import { sentence } from "../shared/sentences/sentence.js";
import { megabytes, printJson, table } from "./output.js";
import { downloadBar } from "./progress.js";

type Diagnosis = Awaited<ReturnType<typeof diagnose>>;
type Folder = Diagnosis["folders"][number];

const isThere = (path: string, mode?: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** The path itself, or the nearest folder above it that is there. */
async function nearest(path: string): Promise<string> {
  const above = dirname(path);
  return above === path || (await isThere(path)) ? path : nearest(above);
}

async function folder(what: string, path: string) {
  const there = await nearest(resolve(path));
  const writable = await isThere(there, constants.W_OK);
  const freeBytes = await statfs(there).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  return { what, path, writable, freeBytes };
}

/** Where a program lies on the PATH. */
async function find(program: string): Promise<string | undefined> {
  const name = process.platform === "win32" ? `${program}.exe` : program;
  for (const entry of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(entry, name);
    if (entry !== "" && (await isThere(path, constants.X_OK))) return path;
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
  probing: typeof probe = probe,
  bring: typeof bringOnnx = bringOnnx,
) {
  const settings = engineSettings(config);
  const threads = settings.threads === undefined ? {} : { threads: settings.threads };
  const ask = await probeOf(probing, bring, settings.modelsDir);
  const verdicts = new Map<DeviceName, Verdict>();
  // One after another: they would slow each other's step.
  for (const device of DEVICES) {
    onDevice(device);
    verdicts.set(device, await ask(device, threads));
  }
  const known = { ...threads, probe: async (device: DeviceName) => verdicts.get(device) ?? { device, works: false } };
  const { runtime } = config.engine;
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: { model: cpus()[0]?.model.trim() ?? "unknown", cores: availableParallelism() },
    memoryBytes: totalmem(),
    devices: [...verdicts.values()],
    /** What `auto` takes. */
    auto: await chooseDevice("auto", known),
    /** What the settings ask for, and what that means here. */
    runtime: { setting: runtime, ...(await meant(chooseDevice(runtime, known))) },
    /** Each of engine.devices, where there are any; they count instead of `runtime`. */
    configured: await configuredOf(config, ask, threads),
    networks: await listNetworks(settings),
    folders: await Promise.all([folder("networks", config.models.dir), folder("data", config.data.dir)]),
    services: await services(config),
    /** What there is to say about the chats. */
    chats: [await discord(config)],
    /** Programs that make something more possible; nothing needs them. */
    extras: await Promise.all(
      FILM_PROGRAMS.map(async (program) => ({
        program,
        use: sentence(`doctor.${program}`),
        path: await find(program),
      })),
    ),
  };
}

/** What each of engine.devices means here, one after another. */
async function configuredOf(config: Config, ask: typeof probe, threads: { readonly threads?: number }) {
  const configured = [];
  const devices = config.engine.devices.length > 0 ? configuredDevices(config) : [];
  for (const { name, slots, runtime: wanted, environment } of devices) {
    const own = (device: DeviceName, options: ProbeOptions) => ask(device, { ...options, environment });
    configured.push({ name, slots, ...(await meant(chooseDevice(wanted, { ...threads, probe: own }))) });
  }
  return configured;
}

/** How devices are tried: not those that lack onnxruntime, which is fetched first where npm has not installed it. */
async function probeOf(ask: typeof probe, bring: typeof bringOnnx, modelsDir: string): Promise<typeof probe> {
  const bar = downloadBar(ONNXRUNTIME, false);
  try {
    await bring({ modelsDir, onProgress: bar.show }).finally(bar.end);
    return ask;
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return async (device) => {
      const why = device === "onnx-cpu" ? error.message : sentence("onnx.needed");
      return { device, works: false, obstacle: { why, mend: "" } };
    };
  }
}

interface Meant {
  readonly device?: DeviceName;
  readonly problem?: string;
}

/** The device that a choice means here, or why there is none. */
function meant(chosen: Promise<DeviceName>): Promise<Meant> {
  return chosen.then(
    (device) => ({ device }),
    (error: unknown) => {
      if (error instanceof DeviceError) return { problem: error.message };
      throw error;
    },
  );
}

async function discord(config: Config) {
  const { works, problem, invite } = await findDiscord(config);
  const about = sentence("doctor.discord", { works, problem, invite });
  return { name: "Discord", ready: works === true, works, about };
}

const milliseconds = (ms: number): string =>
  ms < 100 ? `${ms.toPrecision(2)} ms` : ms < 10_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(0)} s`;

const mark = (works: boolean | undefined): string => (works === undefined ? "-" : works ? "✓" : "✗");

function describeDevice({ device, works, stepMs, disagreement, obstacle }: Verdict, auto: DeviceName): string[] {
  if (!works)
    return [mark(false), device, `${obstacle?.why ?? sentence("doctor.broken")} ${obstacle?.mend ?? ""}`.trim()];
  const facts = [
    stepMs === undefined
      ? sentence("doctor.too-slow")
      : sentence("doctor.step", { time: milliseconds(stepMs), side: TIMED_SIDE }),
    ...(device === "onnx-cpu" || disagreement === undefined ? [] : [sentence("doctor.disagreement", { disagreement })]),
    ...(isSoftware(device) && device === "onnx-webgpu" ? [sentence("doctor.software")] : []),
    ...(device === auto ? [sentence("doctor.auto")] : []),
  ];
  return [mark(true), device, facts.join(", ")];
}

const FEW_BYTES = 2e9;

function describeFolder({ what, path, writable, freeBytes }: Folder): string[] {
  const few = freeBytes !== undefined && freeBytes < FEW_BYTES;
  const about = writable ? sentence("doctor.free", { freeBytes, few }) : sentence("doctor.read-only");
  return [mark(writable), what, `${path}, ${about}`];
}

function describeNetwork({ id, path, bytes, problem, from }: Listed): string[] {
  if (problem !== undefined) return [mark(false), id, problem];
  if (path !== undefined) return [mark(true), id, `${megabytes(bytes)}, ${path}`];
  const missing = from === "catalogue" ? { id, size: megabytes(bytes) } : undefined;
  return [mark(undefined), id, missing ? sentence("doctor.to-fetch", missing) : sentence("doctor.not-there")];
}

/** What a person reads. */
export function report(diagnosis: Diagnosis): string {
  const { node, platform, cpu, memoryBytes, runtime, configured, auto } = diagnosis;
  const rows = (lines: readonly (readonly string[])[]): string => table(lines).replace(/^(?=.)/gm, "  ");
  const devices = configured.map(({ name, slots, device, problem = device }) => [
    mark(device !== undefined),
    name,
    sentence("doctor.slots", { slots, about: problem ?? "" }),
  ]);
  const extras = diagnosis.extras.map(({ program, use, path }) =>
    path ? ["✓", program, path] : ["-", program, sentence("doctor.extra", { use })],
  );
  const { setting, device, problem = device } = runtime;
  return [
    `${sentence("doctor.machine", { node, platform, ...cpu, memoryBytes })}\n`,
    `\nDevices\n${rows(diagnosis.devices.map((verdict) => describeDevice(verdict, auto)))}`,
    configured.length === 0
      ? `  engine.runtime is ${setting}: ${problem}\n`
      : `  engine.devices\n${rows(devices).replace(/^(?=.)/gm, "  ")}`,
    `\nNetworks\n${rows(diagnosis.networks.map(describeNetwork))}`,
    `\nFolders\n${rows(diagnosis.folders.map(describeFolder))}`,
    `\nServices\n${rows(diagnosis.services.map(({ what, works, detail }: Service) => [mark(works), what, detail]))}`,
    `\nChats\n${rows(diagnosis.chats.map(({ name, works, about }) => [mark(works), name, about]))}`,
    `\nExtras\n${rows(extras)}`,
  ].join("");
}

/** Without the CPU nothing runs; without what was asked for, nothing that people want. */
function isSound({ devices, runtime, configured, folders, services: outside, chats }: Diagnosis): boolean {
  const wanted: readonly Meant[] = configured.length > 0 ? configured : [runtime];
  return (
    devices.some(({ device, works }) => device === "onnx-cpu" && works) &&
    wanted.every(({ problem }) => problem === undefined) &&
    folders.every(({ writable }) => writable) &&
    [...outside, ...chats].every(({ works }) => works !== false)
  );
}

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("Try every device, look for networks and folders, and say how to fix what is missing")
    .option("--json", "Print one JSON object")
    .action(async ({ json = false }: { json?: boolean }) => {
      const clear = !json && process.stderr.isTTY ? "\r\x1b[K" : undefined;
      const diagnosis = await diagnose(
        loadConfig(),
        (device) => clear && process.stderr.write(`${clear}${sentence("doctor.trying", { device })}`),
      );
      if (clear) process.stderr.write(clear);
      if (json) printJson(diagnosis);
      else process.stdout.write(report(diagnosis));
      if (!isSound(diagnosis)) process.exitCode = 1;
    });
}
