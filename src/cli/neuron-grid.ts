/** `dreamloom grid -o OUT.png` */
import type { Command } from "commander";
import { gridDefinition } from "../engine/recipes/neuron-grid/definition.js";
import { ascentFlags } from "./neuron-options.js";
import { given, number, outputOption, presetOption, type RunOptions, runOptions, runRecipe } from "./run-recipe.js";

export function addGrid(program: Command): void {
  const defaults = gridDefinition.params.parse({});
  const command = program
    .command("grid")
    .description("shows many neurons of several layers on one sheet, the strongest first");
  presetOption(outputOption(command), ["studio", "book"])
    .option("--network <id>", "network of the catalogue, or a folder or file", defaults.network)
    .option(
      "--layers <names>",
      'the rows, for instance "activation_21 activation_36"; five from shallow to deep when left out',
    )
    .option(
      "--channels <list>",
      'channels of every layer, "4 7 21", or with their layers, "activation_30/4 activation_27/21"',
    )
    .option("--sample <n>", "channels drawn of each layer when none are named", number, defaults.sample)
    .option("--columns <n>", "how many of them are shown", number, defaults.columns)
    .option("--size <px>", "side at which neurons are made; an eighth is cut off all around", number, defaults.size)
    .option("--steps <n>", "steps of each neuron", number, defaults.steps)
    .option("--seed <n>", "the same number makes the same sheet again", number, defaults.seed);
  runOptions(ascentFlags(command, defaults), "write the sheet after each layer into this folder").action(
    (_: RunOptions, command: Command) =>
      runRecipe({ recipe: "grid", pictures: {}, options: given(command), doing: "looking" }),
  );
}
