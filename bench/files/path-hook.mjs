/**
 * Loaded into each process of the program: writes by which files a job came to the borders between the stretches of its
 * path.
 */
import { createHook, executionAsyncId } from "node:async_hooks";
import childProcess from "node:child_process";
import { appendFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";

Error.stackTraceLimit = 100;

/** What led to each asynchronous continuation: the calls at that time, and the continuation that they ran in. */
const origins = new Map();
createHook({
  init(id, type) {
    // What arrives from outside begins a path: sockets and pipes were opened long before.
    if (/^(PROMISE|TickObject|Microtask|Immediate|Timeout)$/.test(type))
      origins.set(id, { stack: new Error().stack, parent: executionAsyncId() });
  },
}).enable();

/** The stacks that led here, the innermost first. */
function stacksToHere() {
  const stacks = [new Error().stack];
  for (let id = executionAsyncId(); origins.has(id); id = origins.get(id).parent) stacks.push(origins.get(id).stack);
  return stacks;
}

/** Notes each call of a method at a border. */
function watch(owner, method, border) {
  const original = owner[method];
  owner[method] = function watched(...args) {
    const kind = border(...args);
    if (kind)
      appendFileSync(
        join(process.env.HOOK_DIR, "stacks.jsonl"),
        `${JSON.stringify({ kind, stacks: stacksToHere() })}\n`,
      );
    return original.apply(this, args);
  };
}

const require = createRequire(join(process.env.HOOK_DIST, "cli.js"));
if (process.send) {
  watch(require("onnxruntime-node").InferenceSession.prototype, "run", () => "network");
  watch(process, "send", ({ type }) => type);
} else {
  const { fork } = childProcess;
  childProcess.fork = (...args) => {
    const child = fork(...args);
    watch(child, "send", ({ type }) => type);
    return child;
  };
  syncBuiltinESMExports();
  watch(require("ws").WebSocket.prototype, "send", () => "chat");
}
