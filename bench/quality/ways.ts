/** The ways to paint that bench/quality.ts compares. */

import { evaluate, featureOf } from "../../src/engine/evaluate.js";
import { decode } from "../../src/engine/images/codec.js";
import type { Raster } from "../../src/engine/images/raster.js";
import { presetsOf } from "../../src/engine/networks/looks.js";
import type { Network } from "../../src/engine/networks/network.js";
import { content } from "../../src/engine/objectives/content.js";
import { gramLoss } from "../../src/engine/objectives/gram.js";
import { type Objective, sum } from "../../src/engine/objectives/objective.js";
import type { OpenEngine } from "../../src/engine/open.js";
import { Adam } from "../../src/engine/optimize/adam.js";
import { Lbfgs } from "../../src/engine/optimize/lbfgs.js";
import { measureOf } from "../../src/engine/recipes/painting/measure.js";
import { blendTargets } from "../../src/engine/recipes/painting/targets.js";
import type { PictureInput } from "../../src/engine/recipes/recipe.js";
import { stylizeDefinition } from "../../src/engine/recipes/stylize/definition.js";
import { CONTENT, stylize } from "../../src/engine/recipes/stylize/run.js";
import { inspectPicture } from "../../src/shared/inspect-image.js";

export const WAYS = ["studio", "lbfgs", "adam", "book"] as const;
export type Way = (typeof WAYS)[number];

export interface Scene {
  readonly engine: OpenEngine;
  readonly network: Network;
  readonly photo: Uint8Array;
  readonly style: Uint8Array;
  readonly size: number;
  /** Iterations of L-BFGS, and steps of plain Adam. */
  readonly iterations: number;
}

export async function input(bytes: Uint8Array): Promise<PictureInput> {
  const { width, height } = await inspectPicture(bytes);
  return { width, height, decode: (side) => decode(bytes, side) };
}

/** The studio's objective at full size, as stylize builds it at strength 0.5. */
async function objectiveOf({ engine, network, photo, style, size }: Scene): Promise<Objective> {
  const measure = measureOf(network, { preset: "studio" });
  const options = { pooling: measure.pooling };
  const original = await decode(photo, size);
  const targets = await blendTargets(engine.programs, network, measure, [
    { raster: await decode(style, size), weight: 1 },
  ]);
  const layer = presetsOf(network).style.content;
  const features = await featureOf({ programs: engine.programs, network }, layer, original, options);
  const energy = features.data.reduce((total, v) => total + v * v, 0);
  return sum([
    [gramLoss(targets), 1],
    [content(layer, features, 1 / energy), CONTENT],
  ]);
}

/** Paints in one way, yielding the picture now and then. */
export async function* painter(way: Way, scene: Scene): AsyncGenerator<Raster, void, void> {
  const { engine, network, size, iterations } = scene;
  if (way === "studio" || way === "book") {
    const params = stylizeDefinition.params.parse({
      network: network.id,
      size,
      preset: way,
      ...(way === "book" && { steps: iterations }),
    });
    const pictures = { image: await input(scene.photo), style: await input(scene.style) };
    const context = { programs: engine.programs, network: async () => network, signal: new AbortController().signal };
    const frames = stylize(params, pictures, context);
    for (let next = await frames.next(); !next.done; next = await frames.next()) yield next.value.image;
    return;
  }
  const objective = await objectiveOf(scene);
  const { pooling } = measureOf(network, { preset: "studio" });
  const canvas = await decode(scene.photo, size);
  const { width, height } = canvas;
  const at = (data: Float32Array) =>
    evaluate(engine.programs, network, objective, { width, height, data }, { pooling });
  const lbfgs = new Lbfgs<Float32Array>({ history: 10 });
  const adam = new Adam(canvas.data.length, { rate: 5.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-14 });
  for (let step = 1; step <= iterations; step++) {
    if (way === "lbfgs") await lbfgs.minimise(canvas.data, at, { iterations: 1 });
    else adam.step(canvas.data, (await at(canvas.data)).gradient);
    if (step % 5 === 0) yield { width, height, data: canvas.data.slice() };
  }
}
