/** Channels of a network, by what people write. */

import { resolveLayer } from "../networks/looks.js";
import type { Network } from "../networks/network.js";
import type { ChannelTerm } from "../objectives/channels.js";
import { needsLayer, readChannels } from "./channel-syntax.js";
import { RecipeError } from "./recipe.js";

/**
 * Parses channels (see {@link readChannels}) and finds their layers.
 * @param layer for channels that name none
 * @throws RecipeError naming the part that is wrong, NetworkError for a layer that does not exist
 */
export function parseChannels(text: string, network: Network, layer: string | undefined): ChannelTerm[] {
  return readChannels(text).map(({ written, layer: named = layer, channel, weight }) => {
    if (named === undefined) throw needsLayer(written);
    const info = resolveLayer(network, named);
    if (channel >= info.channels) {
      throw new RecipeError("channels.range", {
        layer: info.name,
        network: network.id,
        last: info.channels - 1,
        channel,
      });
    }
    return { layer: info.name, channel, weight };
  });
}

/** How many channels a layer has, for the objective. */
export function channelsOf(network: Network): (layer: string) => number {
  return (layer) => resolveLayer(network, layer).channels;
}
