/** `dreamloom dream IMAGE -o OUT.png` */
import type { Command } from "commander";
import { DreamParams } from "../engine/recipes/dream.js";
import { number, outputOption, type RunOptions, runOptions, runRecipe } from "./run-recipe.js";

export function addDream(program: Command): void {
  const defaults = DreamParams.parse({});
  const command = program
    .command("dream")
    .description("lets a network dream in a picture (or in noise, without IMAGE)")
    .argument("[image]", "a JPEG, PNG, WebP, GIF, AVIF or TIFF file");
  outputOption(command)
    .option("--network <id>", "network of the catalogue, or a folder or file", defaults.network)
    .option("--look <name>", "what to dream of, a named choice of layers")
    .option("--layers <layers>", 'layers with weights instead of a look: "activation_36:1.5 activation_30:1.2"')
    .option("--size <px>", "longer side of the result", number, defaults.size)
    .option("--octaves <n>", "sizes to dream in, from small to large", number, defaults.octaves)
    .option("--octave-scale <x>", "how much larger each octave is", number, defaults.octaveScale)
    .option("--steps <n>", "steps in each octave", number, defaults.steps)
    .option("--strength <x>", "how far the picture is changed", number, defaults.strength)
    .option("--jitter <px>", "largest random shift of a step; anywhere when left out", number)
    .option("--seed <n>", "the same number makes the same picture again", number, defaults.seed);
  runOptions(command).action((image: string | undefined, options: RunOptions) =>
    runRecipe({ recipe: "dream", pictures: { image }, options, doing: "dreaming" }),
  );
}
