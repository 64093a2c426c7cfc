/** Channels ("neurons") as people write them: `4:1 21:-0.5` of one layer, `block5_conv1/4:1 block4_conv1/21:-0.5` of several. */
import type { Network } from "../networks/network.js";
import { resolveLayer } from "../networks/resolve-layer.js";
import type { ChannelTerm } from "../objectives/channels.js";
import { RecipeError } from "./recipe.js";

const EXAMPLE =
  'Write channels as number:weight, for instance channels:"4 21:-0.5", or with their layer: "activation_30/4:1 activation_27/21:-0.5".';

/**
 * Parses `[layer/]channel[:weight] ...`; a weight left out is 1. A layer's own name may hold slashes: the channel follows the last one.
 * @param layer for channels that name none
 * @throws RecipeError naming the part that is wrong, NetworkError for a layer that does not exist
 */
export function parseChannels(text: string, network: Network, layer: string | undefined): ChannelTerm[] {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  if (parts.length === 0) throw new RecipeError(`No channel is named. ${EXAMPLE}`);
  return parts.map((part) => {
    const [, named, digits, weightText] = /^(?:(.+)\/)?(\d+)(?::([^:]+))?$/.exec(part) ?? [];
    const weight = weightText === undefined ? 1 : Number(weightText);
    if (digits === undefined || !Number.isFinite(weight))
      throw new RecipeError(`"${part}" is not a channel. ${EXAMPLE}`);
    const name = named ?? layer;
    if (name === undefined) throw new RecipeError(`"${part}" needs its layer. ${EXAMPLE}`);
    const info = resolveLayer(network, name);
    const channel = Number(digits);
    if (channel >= info.channels) {
      throw new RecipeError(
        `${info.name} of ${network.id} has channels 0 to ${info.channels - 1}; there is no ${channel}.`,
      );
    }
    return { layer: info.name, channel, weight };
  });
}

/** How many channels a layer has, for the objective. */
export function channelsOf(network: Network): (layer: string) => number {
  return (layer) => resolveLayer(network, layer).channels;
}
