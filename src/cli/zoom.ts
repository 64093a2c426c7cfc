/** `dreamloom zoom [IMAGE] -o FILM.webp` */
import { extname } from "node:path";
import type { Command } from "commander";
import { zoomDefinition } from "../engine/recipes/zoom/definition.js";
import { ascentFlags } from "./neuron-options.js";
import { given, number, outputOption, presetOption, type RunOptions, runOptions, runRecipe } from "./run-recipe.js";

const OUTPUTS = [".webp", ".gif", ".mp4"];

export function addZoom(program: Command): void {
  const defaults = zoomDefinition.params.parse({});
  const command = program
    .command("zoom")
    .description("films an endless zoom into neurons, from noise or from a picture")
    .argument("[image]", "a JPEG, PNG, WebP, GIF, AVIF or TIFF file");
  presetOption(outputOption(command, ".webp, .gif or (with ffmpeg) .mp4"), ["studio", "book"])
    .option("--network <id>", "network of the catalogue, or a folder or file", defaults.network)
    .option(
      "--channels <list>",
      'neurons one after the other: "4 21+25:0.5 activation_27/10"; the seed chooses four when left out',
    )
    .option("--layer <name>", "the layer of neurons that name none")
    .option("--width <px>", "width of the film; 320 when left out", number)
    .option("--height <px>", "height of the film; follows from the width when left out", number)
    // --frames is the folder, as with every verb.
    .option("--length <n>", "frames of the film", number, defaults.frames)
    .option("--frames-per-second <n>", "speed of the film", number, defaults.framesPerSecond)
    .option("--zoom <x>", "growth of each frame: 0.02 is 2 %", number, defaults.zoom)
    .option("--rotate <degrees>", "turn of each frame", number, defaults.rotate)
    .option("--fade <n>", "frames over which one neuron fades into the next", number, defaults.fade)
    .option("--loop <how>", "none, fade (the end into the beginning) or bounce (there and back)", defaults.loop)
    .option("--steps <n>", "steps of each frame", number, defaults.steps)
    .option("--noise <levels>", "fresh noise before each frame, in grey levels", number, defaults.noise)
    .option("--max-bytes <n>", "the film is made smaller until it fits", number, defaults.maxBytes)
    .option("--seed <n>", "the same number makes the same film again", number, defaults.seed);
  runOptions(ascentFlags(command, defaults), "write every frame of the film as PNG into this folder").action(
    (image: string | undefined, _: RunOptions, command: Command) => {
      const { length, frames, ...options } = given(command);
      const format = extname(options.output).slice(1).toLowerCase();
      const film = { ...options, output: options.output, format, ...(frames !== undefined && { frames }) };
      return runRecipe({
        recipe: "zoom",
        pictures: { image },
        options: film,
        params: { frames: length },
        doing: "filming",
        outputs: OUTPUTS,
      });
    },
  );
}
