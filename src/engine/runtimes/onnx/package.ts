/**
 * onnxruntime-node: as npm has installed it, or as it was fetched into the models folder.
 *
 * It is no dependency of the published package: it brings every platform's files (288 MB), and its install script
 * fetches CUDA's from another host than the registry, without which `npm install` fails.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as Ort from "onnxruntime-node";
import { loadNative } from "../../../shared/native.js";
import { DeviceError } from "../runtime.js";

const require = createRequire(import.meta.url);
const NAME = "onnxruntime-node";

/** What is fetched where npm has not installed it: the version of package.json, with the checksum of the lock file. */
export const PACKAGE = {
  npm: `${NAME}@1.30.0`,
  integrity: "sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==",
  /** Bytes to fetch. */
  size: 113_507_888,
} as const;

/** Its files for this platform, inside the package. */
export const BINARIES = join("bin", "napi-v6", process.platform, process.arch);

/** Platforms that the package has files for; on Linux they want glibc. */
const BUILDS: readonly string[] = ["darwin-arm64", "linux-arm64", "linux-x64", "win32-arm64", "win32-x64"];

/** The fetched copy's folder, once this process knows of one. */
let fetched: string | undefined;

/** Tells this process of a fetched copy. */
export function useFetched(folder: string | undefined): void {
  fetched = folder;
}

/** The fetched copy's folder, for processes that this one starts. */
export function fetchedFolder(): string | undefined {
  return fetched;
}

/** The folder that npm has installed it in; undefined where it has not. */
function installedFolder(): string | undefined {
  try {
    return dirname(require.resolve(`${NAME}/package.json`));
  } catch {
    return undefined;
  }
}

/** Where it is on this machine, as far as this process knows. */
export function onnxFolder(): string | undefined {
  return installedFolder() ?? fetched;
}

interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** Whether a Linux machine's C library is musl. */
  readonly musl: boolean;
}

let machine: Machine | undefined;

/** Asked whenever a program is opened, and the report takes up to a fifth of a second. */
function thisMachine(): Machine {
  machine ??= findMachine();
  return machine;
}

function findMachine(): Machine {
  const { platform, arch } = process;
  if (platform !== "linux") return { platform, arch, musl: false };
  const { header } = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return { platform, arch, musl: header?.glibcVersionRuntime === undefined };
}

/**
 * Why onnxruntime cannot run on a machine at all; undefined where it should.
 * @param machine this one, unless given
 */
export function withoutBuild({ platform, arch, musl }: Machine = thisMachine()): DeviceError | undefined {
  if (musl) return new DeviceError("onnx.musl");
  if (platform === "darwin" && arch === "x64") return new DeviceError("onnx.intel-mac");
  if (!BUILDS.includes(`${platform}-${arch}`)) return new DeviceError("onnx.no-build", { platform, arch });
  return undefined;
}

/**
 * Loads it, without its telemetry: it would keep an identifier of this machine in the home folder, and send it to
 * Microsoft with what it runs.
 * @throws DeviceError where there is none for this machine, or it has not been fetched; NativePartError where it does
 *   not load
 */
export function loadOnnx(): typeof Ort {
  const obstacle = withoutBuild();
  if (obstacle) throw obstacle;
  process.env.ORT_DISABLE_TELEMETRY = "1";
  if (installedFolder() !== undefined) return loadNative<typeof Ort>(NAME);
  if (fetched === undefined) throw new DeviceError("onnx.not-here");
  return loadNative<typeof Ort>(NAME, fetched);
}
