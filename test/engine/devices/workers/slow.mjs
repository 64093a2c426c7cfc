/** A probe of a device that is right, and too slow to time. */
process.once("message", () => {
  process.send?.({ disagreement: 1e-6, done: false });
  setInterval(() => undefined, 1000);
});
