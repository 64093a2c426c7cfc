import type { RecipeDefinition } from "../../engine/recipes/definition.js";
import type { BotOptions } from "../bot-options.js";
import { UserError } from "../user-error.js";
import type { Params } from "./recipe.js";

/**
 * Words mean something only to a network that names things: of one that is known to name none, it is said before it is
 * waited for and fetched.
 * @throws UserError that names those that can
 */
export function checkCanName(
  { options }: Pick<RecipeDefinition, "options">,
  params: Params,
  { networks }: Pick<BotOptions, "networks">,
): void {
  const wordy = Object.entries(options).some(([key, { kind }]) => kind === "classes" && params[key] !== undefined);
  const network = networks.find(({ id }) => id === params.network);
  if (!wordy || network?.classifier !== false) return;
  const known = networks.flatMap(({ id, classifier }) => (classifier ? [id] : []));
  throw new UserError("network.no-classes", { network: network.id, known });
}
