/**
 * The environment for a process that computes: an allocator that gives memory back, and huge pages.
 *
 * A step takes and gives back hundreds of megabytes. By pages of 4 kB that costs a fifth of its time at 512 px; by
 * pages of 2 MB nothing that shows. glibc asks for those when it is told to, but keeps most of what is freed for good;
 * jemalloc gives it back some seconds after the last step, so it is taken where it is installed (docs/benchmarks.md).
 * All of this is read when a process starts, so one that runs already cannot set it for itself. Other C libraries, and
 * kernels without transparent huge pages, take no notice.
 */
import { existsSync } from "node:fs";

const NAME = "GLIBC_TUNABLES";
const HUGE_PAGES = "glibc.malloc.hugetlb";

/** Where Debian, Fedora, and Arch or Alpine keep jemalloc. */
const JEMALLOC: readonly string[] = [
  "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
  "/usr/lib/aarch64-linux-gnu/libjemalloc.so.2",
  "/usr/lib64/libjemalloc.so.2",
  "/usr/lib/libjemalloc.so.2",
];

/**
 * One arena, since steps run on one thread; large blocks in it too, so that they are used again. Freed pages are kept
 * for longer than a step takes.
 */
const JEMALLOC_SETTINGS = [
  "thp:always",
  "narenas:1",
  "oversize_threshold:0",
  "background_thread:true",
  "dirty_decay_ms:10000",
  "muzzy_decay_ms:0",
].join(",");

/** Does this environment lack what would make steps faster here? What somebody set on purpose counts as there. */
export function lacksHugePages(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  return platform === "linux" && !env[NAME]?.includes(HUGE_PAGES);
}

/** `env`, with huge pages and jemalloc where the machine has them and the environment does not decide otherwise. */
export function engineEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
): NodeJS.ProcessEnv {
  if (!lacksHugePages(env, platform)) return env;
  const huge = { ...env, [NAME]: [env[NAME], `${HUGE_PAGES}=1`].filter(Boolean).join(":") };
  const jemalloc = JEMALLOC.find(exists);
  if (jemalloc === undefined || env.LD_PRELOAD !== undefined || env.MALLOC_CONF !== undefined) return huge;
  return { ...huge, LD_PRELOAD: jemalloc, MALLOC_CONF: JEMALLOC_SETTINGS };
}
