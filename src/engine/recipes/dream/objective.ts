/** What a dream is after: whole layers, channels of them, or the features of a guide. */
import { observe } from "../../evaluate.js";
import { extended } from "../../images/crop.js";
import { lookLayers } from "../../networks/looks.js";
import { leastSideOf, type Network } from "../../networks/network.js";
import { resolveLayer } from "../../networks/resolve-layer.js";
import { channels as channelsObjective } from "../../objectives/channels.js";
import { dream, type LayerWeights } from "../../objectives/dream.js";
import { guide, placesOf } from "../../objectives/guide.js";
import type { Objective } from "../../objectives/objective.js";
import type { Tensors } from "../../runtimes/runtime.js";
import { channelsOf, parseChannels } from "../channel-terms.js";
import { parseLayerWeights } from "../layer-weights.js";
import { type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import type { DreamParams } from "./definition.js";

interface DreamObjective {
  readonly layers: readonly string[];
  /** The objective for an octave of this size, in pixels. */
  at(width: number, height: number): Objective;
}

/** Longer side at which a guide is looked at, in pixels. */
const GUIDE_SIDE = 448;
/** The most likenesses of places held at once, as floats: 64 MB. */
const LIKENESSES = 16_000_000;
const [FEWEST_PLACES, MOST_PLACES] = [64, 1024];
/** Rows and columns of features that the book leaves out at the border, and how many there must be. */
const [BOOK_BORDER, ROOM] = [2, 6];
/** Wakes channels that see nothing in the photo. */
const LEAK = 0.05;

/**
 * @throws RecipeError, NetworkError for a layer, look or channel that does not exist, or for wishes that exclude one
 * another
 */
export async function dreamObjective(
  params: DreamParams,
  pictures: Pictures,
  network: Network,
  context: RecipeContext,
): Promise<DreamObjective> {
  if (params.channels !== undefined) {
    if (pictures.guide) throw new RecipeError("dream.channels-or-guide");
    const home = params.layer ?? Object.keys(layersOf(params, network))[0];
    const terms = parseChannels(params.channels, network, home);
    const objective = channelsObjective([terms], channelsOf(network), params.preset === "book" ? 0 : LEAK);
    return { layers: [...new Set(terms.map((term) => term.layer))], at: () => objective };
  }
  const weights = layersOf(params, network);
  const layers = Object.keys(weights);
  if (pictures.guide) {
    const features = await featuresOf(pictures.guide, layers, network, context);
    return { layers, at: (width, height) => guideAt(width * height, weights, features, network) };
  }
  const coarsest = Math.max(...layers.map((name) => resolveLayer(network, name).stride));
  const spare = Math.max(ROOM * coarsest, leastSideOf(network, layers) + 2 * BOOK_BORDER * coarsest);
  // Shifted anywhere, an image has no border that stays in one place; small octaves have no rows to spare either.
  const border = (width: number, height: number): number =>
    params.preset === "book" && Math.min(width, height) >= spare ? BOOK_BORDER : 0;
  return { layers, at: (width, height) => dream(weights, border(width, height)) };
}

function layersOf({ layers, look, layer }: DreamParams, network: Network): LayerWeights {
  const weights =
    layers !== undefined ? parseLayerWeights(layers) : layer !== undefined ? { [layer]: 1 } : lookLayers(network, look);
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [resolveLayer(network, name).name, weight]),
  );
}

async function featuresOf(
  picture: NonNullable<Pictures["guide"]>,
  layers: readonly string[],
  network: Network,
  { programs }: RecipeContext,
): Promise<Tensors> {
  const image = await picture.decode(Math.min(GUIDE_SIDE, Math.max(picture.width, picture.height)));
  const seen = extended(image, leastSideOf(network, layers));
  const outputs = (scope: Parameters<Parameters<typeof observe>[3]>[0]) =>
    Object.fromEntries(layers.map((name) => [name, scope.layer(name)]));
  return observe(programs, network, `features(${layers.join(",")})`, outputs, seen);
}

/** The larger the dream, the fewer places of the guide: their products stay in bounds. */
function guideAt(pixels: number, weights: LayerWeights, features: Tensors, network: Network): Objective {
  const targets = Object.entries(weights).map(([layer, weight]) => {
    const map = features[layer];
    if (!map) throw new Error(`no features of ${layer}`);
    const places = pixels / resolveLayer(network, layer).stride ** 2;
    const most = Math.min(MOST_PLACES, Math.max(FEWEST_PLACES, Math.floor(LIKENESSES / places)));
    return { layer, weight, places: placesOf(map, most) };
  });
  return guide(targets);
}
