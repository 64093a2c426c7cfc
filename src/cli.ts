#!/usr/bin/env node
/** `dreamloom ...`: the engine and the bots from a shell. */
import { computesHere, respawn } from "./cli/respawn.js";
import { lacksHugePages } from "./engine/process/environment.js";

if (computesHere(process.argv[2]) && lacksHugePages()) await respawn();
else await import("./cli/program.js");
