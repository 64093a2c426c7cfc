#!/usr/bin/env node
/** `dreamloom ...`: the engine and the bots from a shell. */
import { readEnvironmentFile } from "./cli/environment-file.js";
import { computesHere } from "./cli/verbs.js";

readEnvironmentFile();
const again = computesHere(process.argv[2]) && (await (await import("./cli/respawn.js")).respawnWhereFaster());
if (!again) await import("./cli/program.js");
