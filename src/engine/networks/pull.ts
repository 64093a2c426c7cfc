/** Fetching a network of the catalogue ahead of time. */
import { findNetwork, type LoadOptions, unknownNetwork } from "./catalogue.js";
import { catalogue } from "./catalogue-file.js";
import { install } from "./download/install.js";

interface Pulled {
  readonly id: string;
  /** Its model file. */
  readonly path: string;
  /** False when it was there already. */
  readonly fetched: boolean;
}

/**
 * Fetches a network unless it is on this machine.
 * @throws NetworkError "unknown" for one that is neither in the catalogue nor here, "unreachable" or "corrupt" when
 *   fetching fails
 */
export async function pullNetwork(id: string, options: LoadOptions): Promise<Pulled> {
  const here = await findNetwork(id, options);
  if (here !== undefined) return { id, path: here, fetched: false };
  const entries = catalogue();
  const entry = Object.hasOwn(entries, id) ? entries[id] : undefined;
  if (!entry) throw unknownNetwork(id);
  return { id, path: await install(id, entry, options.modelsDir, options), fetched: true };
}
