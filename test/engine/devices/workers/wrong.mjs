/** A probe of a device that computes something else. */
process.once("message", () => process.send?.({ disagreement: 0.3, stepMs: 1, cpuStepMs: 2, done: true }));
