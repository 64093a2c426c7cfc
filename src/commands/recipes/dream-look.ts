/** What a dream is of: a look, layers or channels, of which only one counts; looks and layers belong to one network. */
import type { BotOptions } from "../bot-options.js";
import { UserError } from "../user-error.js";
import type { Params } from "./recipe.js";

/**
 * A dream's parameters with some changed, and what the change leaves without meaning taken out.
 * @throws UserError when the changes exclude one another, or the network has no such look
 */
export function changeDream(botOptions: BotOptions, params: Params, changes: Params): Params {
  if (changes.look !== undefined && changes.layers !== undefined) throw new UserError("dream.look-or-layers");
  const { look: oldLook, layers: oldLayers, channels: oldChannels, ...rest } = { ...params, ...changes };
  const network = String(rest.network);
  const kept = params.network === rest.network && changes.look === undefined;
  const channels = changes.channels ?? (kept && changes.layers === undefined ? oldChannels : undefined);
  const layers = changes.layers ?? (kept && changes.channels === undefined ? oldLayers : undefined);
  const chosen = channels === undefined ? rest : { channels, ...rest };
  if (layers !== undefined) return { ...chosen, layers };
  const asked = changes.look !== undefined || (params.network === rest.network && oldLook !== undefined);
  const look = lookFor(botOptions, network, changes.look ?? oldLook, asked);
  return look === undefined ? chosen : { look, ...chosen };
}

function lookFor(botOptions: BotOptions, network: string, wanted: unknown, asked: boolean): string | undefined {
  const known = botOptions.looks.filter((look) => look.networks.includes(network)).map((look) => look.name);
  if (typeof wanted === "string" && known.includes(wanted)) return wanted;
  const [first] = known;
  // A network from a folder: only the engine knows its looks, and which of them is its default.
  if (first === undefined) return typeof wanted === "string" && asked ? wanted : undefined;
  if (asked)
    throw new UserError("dream.look-unknown", { network, look: String(wanted), known: known.join(", "), first });
  return known.includes(botOptions.dream.look) ? botOptions.dream.look : first;
}
