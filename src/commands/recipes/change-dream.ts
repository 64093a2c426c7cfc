/** What a dream's options mean together: looks, layers and channels exclude one another, and words may stand alone. */
import { TAUGHT } from "../../engine/recipes/teach/definition.js";
import type { BotOptions } from "../bot-options.js";
import { lookCredits, type taughtLook } from "../looks/taught-look.js";
import { UserError } from "../user-error.js";
import type { Draft, Params } from "./recipe.js";

/** A dream's parameters with some changed, where a taught look is as good as the network's own. */
export function dreamWith(
  taught: Awaited<ReturnType<typeof taughtLook>>,
  {
    botOptions,
    params,
    changes,
  }: { readonly botOptions: BotOptions; readonly params: Params; readonly changes: Params },
): Params {
  if (!taught) return changeDream(botOptions, params, changes);
  const { name, network } = taught.look;
  const looks = [...botOptions.looks, { name, help: "", networks: [network] }];
  return changeDream({ ...botOptions, looks }, params, { ...changes, network });
}

/** The taught look's file goes with the job as long as it dreams of it. */
export function withLookFile({ params, pictures }: Draft, taught: Awaited<ReturnType<typeof taughtLook>>): Draft {
  const { [TAUGHT]: before, ...others } = pictures;
  if (taught && params.look === taught.look.name)
    return { params, pictures: { ...others, [TAUGHT]: taught.file }, lookCredits: lookCredits(taught.look) };
  return { params, pictures: others, ...(before && { lookCredits: [] }) };
}

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
  // A word says what to dream of; a look that is asked for, or was before, mixes in.
  const mixesIn = oldLook !== undefined && (changes.into ?? changes.away) === undefined;
  if ((rest.into ?? rest.away) !== undefined && changes.look === undefined && !mixesIn) return chosen;
  const look = lookFor(botOptions, network, changes.look ?? oldLook, asked);
  return look === undefined ? chosen : { look, ...chosen };
}

function lookFor(botOptions: BotOptions, network: string, wanted: unknown, asked: boolean): string | undefined {
  const known = botOptions.looks.filter((look) => look.networks.includes(network)).map((look) => look.name);
  if (typeof wanted === "string" && known.includes(wanted)) return wanted;
  const [first] = known;
  // A network that is in no folder of ours: only the engine knows its looks, and which of them is its default.
  if (first === undefined) return typeof wanted === "string" && asked ? wanted : undefined;
  if (asked)
    throw new UserError("dream.look-unknown", { network, look: String(wanted), known: known.join(", "), first });
  return known.includes(botOptions.dream.look) ? botOptions.dream.look : first;
}
