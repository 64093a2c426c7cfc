import type { BotOptions } from "../bot-options.js";
import { UserError } from "../user-error.js";

/**
 * Words mean something only to a network that names things: of one that is known to name none, it is said before it is
 * waited for and fetched.
 * @throws UserError that names those that can
 */
export function checkCanName(asked: unknown, { networks }: Pick<BotOptions, "networks">): void {
  const network = networks.find(({ id }) => id === asked);
  if (network?.classifier !== false) return;
  const known = networks.flatMap(({ id, classifier }) => (classifier ? [id] : []));
  throw new UserError("network.no-classes", { network: network.id, known });
}
