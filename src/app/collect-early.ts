import { setFlagsFromString } from "node:v8";

/** Of a core's time: a program that works more than this does not work more for the sake of its memory. */
const BUSY = 0.7;
const EVERY_MS = 5_000;

let begun = false;

/**
 * Has V8 collect garbage while there is little of it, unless the program is busy. By itself V8 lets a heap grow to four
 * times what is alive on machines with much memory, and to how many times depends on the machine's load: with 44 MB
 * alive, a crowd's program had 200 to 350 MB (`npm run soak`), which hides a leak, and what to plan for.
 * With this the heap grows by a third and the room for what is new, and is collected every ten seconds instead of every
 * minute. In a burst of commands that would triple the time that goes into garbage (`bench/crowd.ts`).
 *
 * V8 reads the flag at the end of each collection, so it can be set at any time.
 */
export function collectEarly(cpuSeconds: () => number = ownCpuSeconds): void {
  if (begun) return;
  begun = true;
  setEarly(true);
  let last = { at: performance.now(), used: cpuSeconds() };
  setInterval(() => {
    const now = { at: performance.now(), used: cpuSeconds() };
    setEarly((now.used - last.used) * 1000 < BUSY * (now.at - last.at));
    last = now;
  }, EVERY_MS).unref();
}

function setEarly(on: boolean): void {
  setFlagsFromString(on ? "--optimize-for-size" : "--no-optimize-for-size");
}

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
