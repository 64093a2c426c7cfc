/** A probe that answers neither in time nor at all. */
process.once("message", () => setInterval(() => undefined, 1000));
