/**
 * Gives back to the system what malloc has kept of freed blocks.
 *
 * glibc keeps freed blocks for the next ones of their size: right between two steps, which need the same again, but
 * after the last job it would keep some hundred megabytes for good. `malloc_trim` gives them back in a few
 * milliseconds; allocators that give back by themselves take blocks away from steps that go on (docs/benchmarks.md).
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Of glibc, which alone has `malloc_trim`. */
const LIBRARY = "libc.so.6";

async function trimOf(): Promise<() => unknown> {
  const { default: koffi } = await import("koffi");
  const trim = koffi.load(LIBRARY).func("int malloc_trim(size_t)");
  return () => trim(0) as unknown;
}

/**
 * What collects garbage and then gives freed memory back. On systems other than Linux with glibc it collects only.
 * @param untrimmed Is told why nothing can be given back.
 */
export async function memoryReturner(untrimmed: (error: unknown) => void): Promise<() => void> {
  // V8 lends its collector to scripts that begin after this flag is set.
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const trim = await trimOf().catch((error: unknown) => {
    untrimmed(error);
    return () => undefined;
  });
  return () => {
    collectGarbage();
    trim();
  };
}
