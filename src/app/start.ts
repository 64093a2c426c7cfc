import { loadNative } from "../shared/native.js";
import { type Parts, type Running, startDreamloom } from "./application.js";
import { collectEarly } from "./collect-early.js";
import { refuseWithoutBuild } from "./engines.js";
import { configuredLogger } from "./log.js";
import { closeFolders, writePrivately } from "./private-folders.js";
import { loadConfig, mistypedVariables } from "./settings/load-settings.js";
import { CLOSE_MS, shutDownInOrder } from "./shutdown.js";

/**
 * `dreamloom start`: reads the settings, starts, and stops on SIGINT and SIGTERM (at once on the second one).
 *
 * @throws ConfigError with one sentence for each wrong setting; its exit code is 2.
 * @throws NativePartError where images could not be read
 */
export async function start(
  parts: Parts & { readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Running> {
  collectEarly();
  const { env = process.env } = parts;
  const config = loadConfig(env);
  // The engines of a cluster are on other machines.
  if (config.cluster.url === "" && parts.engine === undefined) refuseWithoutBuild(config);
  // Without it the bots would start, and refuse every image.
  loadNative("sharp");
  const logger = parts.logger ?? configuredLogger(config);
  for (const problem of mistypedVariables(env)) logger.warn(problem);
  writePrivately(config);
  closeFolders(config, [config.data.dir, config.models.dir], logger);
  let running: Running | undefined;
  const limitMs = config.queue.shutdownSeconds * 1000 + CLOSE_MS;
  shutDownInOrder({ what: "the program", stop: async () => running?.stop(), logger, limitMs });
  running = await startDreamloom(config, { ...parts, logger });
  return running;
}
