/**
 * Attacks the program with hostile inputs, and counts. Ends with 1 where a promise was broken.
 *
 *   npm run attack [-- [NAME...] [--count N] [--seed S]]
 */
import { ATTACKS } from "./attacks.js";
import { command } from "./command.js";

process.exit(await command(ATTACKS, process.argv.slice(2)));
