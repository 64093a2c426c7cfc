/** `dreamloom stylize`, `blend` and `texture`: paintings from a shell. */
import { extname } from "node:path";
import type { Command } from "commander";
import { blendDefinition } from "../engine/recipes/blend/definition.js";
import { stylizeDefinition } from "../engine/recipes/stylize/definition.js";
import { textureDefinition } from "../engine/recipes/texture/definition.js";
import {
  number,
  outputOption,
  presetOption,
  type RunOptions,
  runOptions,
  runRecipe,
  STILL_OUTPUTS,
} from "./run-recipe.js";
import { collectStyles, type StyleArgument, stylesFor } from "./styles-option.js";
import { UsageError } from "./usage-error.js";

const PRESETS = ["studio", "book"];
const FILM_OUTPUTS = [".webp", ".gif", ".mp4"];
const PHOTO = "a JPEG, PNG, WebP, GIF, AVIF or TIFF file";

interface StyledOptions extends RunOptions {
  readonly style?: readonly StyleArgument[];
}

/** Options of all three. */
function paintingOptions(
  command: Command,
  defaults: { readonly network: string; readonly size: number; readonly seed: number; readonly smooth: number },
): Command {
  presetOption(command, PRESETS);
  return command
    .option("--network <id>", "network of the catalogue, or a folder or file", defaults.network)
    .option("--size <px>", "longer side of the result", number, defaults.size)
    .option("--steps <n>", "steps at each scale", number)
    .option("--smooth <x>", "total variation: more is smoother", number, defaults.smooth)
    .option("--style-layers <layers>", 'layers of the style with weights: "activation_9:1 activation_21:0.5"')
    .option("--seed <n>", "the same number makes the same picture again", number, defaults.seed);
}

/** Options of stylize and blend. */
function styledOptions(command: Command): Command {
  const defaults = stylizeDefinition.params.parse({});
  return paintingOptions(command, defaults)
    .option(
      "--style <file[:weight]>",
      "a picture to take the style from; may be given several times, with weights",
      collectStyles,
    )
    .option("--strength <0..1>", "balance of content (0) and style (1)", number, defaults.strength)
    .option("--style-scale <x>", "size of the strokes", number, defaults.styleScale)
    .option("--start <what>", "what the canvas begins with: photo, noise or style", defaults.start)
    .option("--content-layer <name>", "layer whose features are the content")
    .option("--keep-colours", "take only light and dark from the painting");
}

function styleList({ style }: StyledOptions, verb: string): readonly StyleArgument[] {
  if (!style || style.length === 0)
    throw new UsageError(
      `There is no style. Name a picture, for instance: dreamloom ${verb} photo.jpg --style painting.jpg -o out.png`,
    );
  return style;
}

export function addStylize(program: Command): void {
  const command = outputOption(
    program.command("stylize").description("paints a photo in the style of a picture").argument("<image>", PHOTO),
  );
  runOptions(styledOptions(command), "write one PNG a scale into this folder").action(
    (image: string, options: StyledOptions) => {
      const { styles, pictures } = stylesFor(styleList(options, "stylize"));
      const { style: _, ...rest } = options;
      return runRecipe({
        recipe: "stylize",
        pictures: { image, ...pictures },
        options: { ...rest, styles },
        doing: "painting",
      });
    },
  );
}

export function addBlend(program: Command): void {
  const defaults = blendDefinition.params.parse({});
  const command = program
    .command("blend")
    .description("paints a photo in a blend of styles, or a film from one style to the other")
    .argument("<image>", PHOTO);
  styledOptions(outputOption(command, "a picture, or with --sweep a film: .webp or .gif"))
    .option(
      "--sweep <n>",
      "pictures from the first style to the second, as a film there and back",
      number,
      defaults.sweep,
    )
    .option("--frames-per-second <n>", "speed of the film", number, defaults.framesPerSecond)
    .option("--max-bytes <n>", "most bytes of the film", number, defaults.maxBytes);
  runOptions(command, "write one PNG a scale, or a picture of the sweep, into this folder").action(
    (image: string, options: StyledOptions) => {
      const { styles, pictures } = stylesFor(styleList(options, "blend"));
      const { style: _, ...rest } = options;
      const film = options.sweep !== 0;
      const outputs = film ? FILM_OUTPUTS : STILL_OUTPUTS;
      const format = film ? { format: extname(options.output).slice(1).toLowerCase() } : {};
      return runRecipe({
        recipe: "blend",
        pictures: { image, ...pictures },
        options: { ...rest, ...format, styles },
        doing: "painting",
        outputs,
      });
    },
  );
}

export function addTexture(program: Command): void {
  const defaults = textureDefinition.params.parse({});
  const command = outputOption(
    program.command("texture").description("makes a texture from a picture's style").argument("<image>", PHOTO),
  );
  paintingOptions(command, defaults)
    .option("--width <px>", "width of the result, instead of a square of --size", number)
    .option("--height <px>", "height of the result", number)
    .option("--style-scale <x>", "size of the motifs", number, defaults.styleScale)
    .option("--tileable", "opposite sides fit together")
    .option("--means", "compare mean channels only: faster, more regular");
  runOptions(command, "write one PNG a scale into this folder").action((image: string, options: RunOptions) =>
    runRecipe({ recipe: "texture", pictures: { style: image }, options, doing: "weaving" }),
  );
}
