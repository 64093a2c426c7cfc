/** A probe whose native code crashes. */
process.once("message", () => process.kill(process.pid, "SIGSEGV"));
