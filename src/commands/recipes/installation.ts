/** What an installation's settings change in the recipes' options: the only place where the two meet. */
import type { BotOptions } from "../bot-options.js";

export interface Overlay {
  readonly default?: string | number;
  readonly maximum?: number;
}

type Overlays = Readonly<Record<string, Overlay>>;

/** By recipe and option. */
export function installationOverlays({ dream, paint, neuron, film }: BotOptions): Readonly<Record<string, Overlays>> {
  const painting: Overlays = {
    size: { default: paint.size, maximum: paint.maxSize },
    width: { maximum: paint.maxSize },
    height: { maximum: paint.maxSize },
    steps: { default: paint.steps, maximum: paint.maxSteps },
    strength: { default: paint.strength },
    network: { default: paint.network },
    sweep: { maximum: film.maxSweep },
  };
  const network: Overlays = { network: { default: neuron.network } };
  const steps: Overlays = { steps: { default: neuron.steps, maximum: neuron.maxSteps } };
  return {
    dream: {
      look: { default: dream.look },
      size: { default: dream.size, maximum: dream.maxSize },
      octaves: { default: dream.octaves, maximum: dream.maxOctaves },
      octaveScale: { default: dream.octaveScale },
      steps: { default: dream.steps, maximum: dream.maxSteps },
      strength: { default: dream.strength },
      network: { default: dream.network },
    },
    stylize: painting,
    blend: painting,
    texture: painting,
    neuron: { ...network, ...steps, size: { default: neuron.size, maximum: neuron.maxSize } },
    grid: { ...network, ...steps },
    zoom: {
      ...network,
      frames: { default: film.frames, maximum: film.maxFrames },
      width: { default: film.width, maximum: film.maxWidth },
    },
  };
}
