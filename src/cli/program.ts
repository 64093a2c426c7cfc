/** The commands of `dreamloom`. Importing it runs the one that was typed. */
import { Command, CommanderError } from "commander";
import { version } from "../shared/version.js";
import { addBackup } from "./backup.js";
import { addBench } from "./bench.js";
import { addDoctor } from "./doctor.js";
import { addDream } from "./dream.js";
import { addEvaluate } from "./evaluate.js";
import { addModels } from "./models.js";
import { addNeuron } from "./neuron.js";
import { addGrid } from "./neuron-grid.js";
import { addBlend, addStylize, addTexture } from "./paint.js";
import { addRegister } from "./register.js";
import { reportError } from "./report-error.js";
import { addStart } from "./start.js";
import { addTeach } from "./teach.js";
import { addWorker } from "./worker.js";
import { addZoom } from "./zoom.js";

const program = new Command("dreamloom")
  .description("Dreams and paints by running trained networks backwards: in chats, and here.")
  .version(version)
  .showHelpAfterError("Run it with --help to see what it takes.")
  .exitOverride();
addStart(program);
addWorker(program);
addDream(program);
addNeuron(program);
addGrid(program);
addZoom(program);
addStylize(program);
addBlend(program);
addTexture(program);
addBench(program);
addEvaluate(program);
addModels(program);
addTeach(program);
addBackup(program);
addDoctor(program);
addRegister(program);

// `dreamloom models layers ... | head` is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  // commander has already said what is wrong with an option; --help and --version end here too, with code 0.
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : reportError(error);
}
