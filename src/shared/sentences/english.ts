import { commands } from "./english/commands.js";
import { images } from "./english/images.js";
import { interactive } from "./english/interactive.js";

/** Every sentence that the program says, by identifier: a text, or a function of its parameters. Other languages are typed by this one. */
export const english = {
  ...commands,
  ...images,
  ...interactive,
};
