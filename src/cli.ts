#!/usr/bin/env node
/** `dreamloom ...`: the engine and the bots from a shell. */
import { computesHere } from "./cli/verbs.js";
import { lacksHugePages } from "./engine/process/environment.js";

if (computesHere(process.argv[2]) && lacksHugePages()) await (await import("./cli/respawn.js")).respawn();
else await import("./cli/program.js");
