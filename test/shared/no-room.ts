/**
 * A program whose processes cannot be started, as it has opened as many files as it may; run by a test with a small
 * limit. It prints what was said then, and afterwards.
 */
import { closeSync, openSync } from "node:fs";
import { pino } from "pino";
import sharp from "sharp";
import { probe } from "../../src/engine/devices/probe.js";
import { EngineHost } from "../../src/engine/process/host.js";
import { ImageProcess } from "../../src/shared/image-process.js";
import { runProgram } from "../../src/shared/run-program.js";

const logger = pino({ level: "silent" });
const png = await sharp({ create: { width: 60, height: 40, channels: 3, background: "#345" } })
  .png()
  .toBuffer();
const images = new ImageProcess({ logger });
const host = new EngineHost({ logger, modelsDir: "/nowhere", modelsPath: [], threads: 1 });
const inspected = () => images.run("inspect", png, { name: "a.png", maxPixels: 1_000_000 });
const signal = new AbortController().signal;
const request = { recipe: "dream", params: { network: "nowhere" }, pictures: { image: png } };
const run = () => host.run(request, { signal, onFrame: () => undefined });
const echo = () => runProgram("true", [], { env: process.env, milliseconds: 60_000, mostOutput: 100 });
const outcomes = async (...works: (() => Promise<unknown>)[]) => {
  const settled = await Promise.allSettled(works.map((work) => work()));
  return settled.map((one) =>
    one.status === "fulfilled" ? "done" : `${one.reason.name} ${one.reason.identifier ?? ""}`,
  );
};

const files: number[] = [];
try {
  for (;;) files.push(openSync("/dev/null", "r"));
} catch {
  // A process takes more than these.
  for (const file of files.splice(-3)) closeSync(file);
}
const probed = await probe("onnx-cpu").catch(() => undefined);
const during = await outcomes(inspected, inspected, run, echo);
for (const file of files) closeSync(file);
const after = await outcomes(inspected, run, echo);
await Promise.all([images.close(), host.close()]);
process.stdout.write(JSON.stringify({ probed: probed?.works, during, after }));
process.exit(0);
