/** Whether a network really dreams: a small step in its default look. */
import { evaluate } from "../evaluate.js";
import { random } from "../images/random.js";
import { emptyRaster } from "../images/raster.js";
import { dream } from "../objectives/dream.js";
import type { Programs } from "../programs.js";
import { lookLayers } from "./looks.js";
import { leastSideOf, type Network, NetworkError } from "./network.js";

const SIDE = 96;

/** @throws NetworkError when it computes nothing that can be followed */
export async function tryOut(programs: Programs, network: Network): Promise<void> {
  const next = random(1);
  const look = lookLayers(network);
  const side = Math.max(SIDE, leastSideOf(network, Object.keys(look)));
  const picture = emptyRaster(side, side);
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = 255 * next();
  const { loss, gradient } = await evaluate(programs, network, dream(look, 0), picture);
  if (!Number.isFinite(loss) || !gradient.every(Number.isFinite))
    throw new NetworkError("corrupt", "network.no-numbers", { network: network.id });
  if (gradient.every((g) => g === 0))
    throw new NetworkError("unsupported", "network.sees-nothing", { network: network.id });
}
