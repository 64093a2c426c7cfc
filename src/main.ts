/** `node dist/main.js`: the bots, as `dreamloom start` starts them. */
process.argv.splice(2, process.argv.length, "start");
await import("./cli/program.js");
