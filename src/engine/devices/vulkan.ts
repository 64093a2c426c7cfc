/**
 * Which Vulkan drivers are installed: WebGPU runs on Vulkan on Linux, and asking its loader costs a process of its own.
 */
import { readdirSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { homeFolder } from "../../shared/home-folder.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Drivers that draw on the CPU: far slower than onnxruntime's own CPU code. */
const SOFTWARE = /swiftshader|lvp_icd|lavapipe|llvmpipe/i;

function manifestsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
}

/**
 * File names of the drivers' manifests, where the Vulkan loader looks for them.
 * @see https://github.com/KhronosGroup/Vulkan-Loader/blob/main/docs/LoaderDriverInterface.md
 */
export function vulkanDrivers(environment: Environment = process.env): string[] {
  const given = environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES;
  if (given) return given.split(delimiter).map((path) => basename(path));
  const list = (paths: string | undefined, otherwise: string): string[] => (paths || otherwise).split(delimiter);
  const roots = [
    ...list(environment.XDG_CONFIG_HOME, join(homeFolder(), ".config")),
    ...list(environment.XDG_CONFIG_DIRS, "/etc/xdg"),
    "/etc",
    "/usr/local/etc",
    ...list(environment.XDG_DATA_HOME, join(homeFolder(), ".local/share")),
    ...list(environment.XDG_DATA_DIRS, ["/usr/local/share", "/usr/share"].join(delimiter)),
    // NixOS
    "/run/opengl-driver/share",
  ];
  return roots.flatMap((root) => manifestsIn(join(root, "vulkan/icd.d")));
}

/** Why Vulkan cannot be quick here; undefined where it may be. */
export function vulkanProblem(drivers: readonly string[] = vulkanDrivers()): "none" | "software" | undefined {
  if (drivers.length === 0) return "none";
  return drivers.every((file) => SOFTWARE.test(file)) ? "software" : undefined;
}
