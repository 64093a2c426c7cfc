/** The command line `dreamloom`. Importing it runs the verb that was typed. */
import { Command, CommanderError } from "commander";
import { version } from "../shared/version.js";
import { UsageError } from "./usage.js";
import { addVerbs } from "./verbs.js";

const program = new Command("dreamloom")
  .description("Dreams and paints by running trained networks backwards, in chats and from the shell.")
  .version(version)
  .showHelpAfterError("Run it with --help to see what it takes.")
  .exitOverride();

// `dreamloom models layers ... | head` is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  // Without a verb it starts: `npx dreamloom` is all that somebody new needs to know.
  const [, , verb = "start", ...rest] = process.argv;
  await addVerbs(program, verb);
  await program.parseAsync([verb, ...rest], { from: "user" });
} catch (error) {
  // commander has already said what is wrong with an option; --help and --version end here too, with code 0.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  } else process.exitCode = (await import("../app/report-error.js")).reportError(error);
}
