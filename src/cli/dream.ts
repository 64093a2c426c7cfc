/** `dreamloom dream IMAGE -o OUT.png` */
import type { Command } from "commander";
import { dreamDefinition } from "../engine/recipes/dream/definition.js";
import { given, number, outputOption, presetOption, type RunOptions, runOptions, runRecipe } from "./run-recipe.js";

export function addDream(program: Command): void {
  const defaults = dreamDefinition.params.parse({});
  const command = program
    .command("dream")
    .description("lets a network dream in a picture (or in noise, without IMAGE)")
    .argument("[image]", "a JPEG, PNG, WebP, GIF, AVIF or TIFF file");
  presetOption(outputOption(command), ["studio", "book"])
    .option("--network <id>", "network of the catalogue, or a folder or file", defaults.network)
    .option("--look <name>", "what to dream of, a named choice of layers")
    .option("--layers <layers>", 'layers with weights instead of a look: "activation_36:1.5 activation_30:1.2"')
    .option(
      "--channels <list>",
      'channels with weights instead of layers: "4 21:-0.5", or "activation_30/4 activation_27/21"',
    )
    .option("--layer <name>", "the layer of channels that name none")
    .option("--guide <image>", "a picture whose features the dream borrows")
    .option("--size <px>", "longer side of the result", number, defaults.size)
    .option("--octaves <n>", "sizes to dream in, from small to large", number, defaults.octaves)
    .option("--octave-scale <x>", "how much larger each octave is", number, defaults.octaveScale)
    .option("--steps <n>", "steps in each octave", number, defaults.steps)
    .option("--strength <x>", "how far the picture is changed", number, defaults.strength)
    .option("--jitter <px>", "largest random shift of a step; anywhere when left out", number)
    .option(
      "--smoothing <x>",
      "smoothing of gradients against the finest patterns; 0 is none",
      number,
      defaults.smoothing,
    )
    .option("--tile <px>", "largest side worked on at once; as large as memory allows when left out", number)
    .option("--seed <n>", "the same number makes the same picture again", number, defaults.seed);
  runOptions(command).action((image: string | undefined, _: RunOptions, command: Command) => {
    const { guide, ...options } = given(command);
    const pictures = { image, guide: typeof guide === "string" ? guide : undefined };
    return runRecipe({ recipe: "dream", pictures, options: { ...options, output: options.output }, doing: "dreaming" });
  });
}
