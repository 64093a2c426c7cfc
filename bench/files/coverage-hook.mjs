/**
 * Loaded into each process of the program: on SIGUSR2, writes which functions have run since the last time, and begins
 * again.
 */
import { renameSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join } from "node:path";

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
let takes = 0;
process.on("SIGUSR2", () => {
  session.post("Profiler.takePreciseCoverage", (error, coverage) => {
    if (error) throw error;
    const ran = coverage.result
      // The first function of a module is the module itself, which runs once when it is loaded.
      .filter(({ functions }) =>
        functions.some(({ functionName, ranges }) => functionName !== "" && ranges[0].count > 0),
      )
      .map(({ url }) => url);
    const file = join(process.env.HOOK_DIR, `${process.pid}-${++takes}.json`);
    // It is read as soon as it is there.
    writeFileSync(`${file}.part`, JSON.stringify(ran));
    renameSync(`${file}.part`, file);
  });
});
