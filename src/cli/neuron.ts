/** `dreamloom neuron -o OUT.png --layer activation_36 --channels 7` */
import type { Command } from "commander";
import { neuronDefinition } from "../engine/recipes/neuron/definition.js";
import { ascentFlags } from "./neuron-options.js";
import { given, number, outputOption, presetOption, type RunOptions, runOptions, runRecipe } from "./run-recipe.js";

export function addNeuron(program: Command): void {
  const defaults = neuronDefinition.params.parse({});
  const command = program.command("neuron").description("shows what neurons (channels of layers) look for, from noise");
  presetOption(outputOption(command), ["studio", "book"])
    .option("--network <id>", "network of the catalogue, or a folder or file", defaults.network)
    .option(
      "--channels <list>",
      'channels with weights: "4 21:-0.5", or "activation_30/4 activation_27/21"; the seed chooses one when left out',
    )
    .option("--layer <name>", "the layer of channels that name none")
    .option("--size <px>", "side of the result", number, defaults.size)
    .option("--start-size <px>", "side of the first octave; the result's then follows from the octaves", number)
    .option("--octaves <n>", "sizes to work in, from small to large", number, defaults.octaves)
    .option("--octave-scale <x>", "how much larger each octave is", number, defaults.octaveScale)
    .option("--steps <n>", "steps in each octave", number, defaults.steps)
    .option("--blur-decay <x>", "share of the blur that each further octave takes off", number, defaults.blurDecay)
    .option("--seed <n>", "the same number makes the same picture again", number, defaults.seed);
  runOptions(ascentFlags(command, defaults)).action((_: RunOptions, command: Command) =>
    runRecipe({ recipe: "neuron", pictures: {}, options: given(command), doing: "looking" }),
  );
}
