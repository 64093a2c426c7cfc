/**
 * Attacks the program with hostile inputs, and counts. Ends with 1 where a promise was broken.
 *
 *   npm run attack [-- [NAME...] [--count N] [--seed S]]
 */
import { setup } from "../support/run-folder.js";
import { ATTACKS } from "./attacks.js";
import { command } from "./command.js";

const removeFolder = setup();
const code = await command(ATTACKS, process.argv.slice(2));
removeFolder();
process.exit(code);
