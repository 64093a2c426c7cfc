/**
 * The environment for a process that computes: how glibc's malloc gets and keeps memory.
 *
 * A step takes and gives back hundreds of megabytes. By pages of 4 kB, each cleared by the kernel when it is touched,
 * that costs a fifth of its time at 512 px; by pages of 2 MB, and where malloc keeps what it is given back until the
 * job is done (`give-back.ts`), nothing that shows. glibc is told when a process starts, so one that runs already
 * cannot set it for itself. Other C libraries, and kernels without transparent huge pages, take no notice.
 */
const NAME = "GLIBC_TUNABLES";
const TUNABLES: Readonly<Record<string, number>> = {
  /** Asks for huge pages. */
  "glibc.malloc.hugetlb": 1,
  /** Bytes from which a block is a mapping of its own, which is given back at once: the most that glibc takes. */
  "glibc.malloc.mmap_threshold": 32 * 2 ** 20,
  /** Bytes free at the end of the heap from which they are given back: more than there are. */
  "glibc.malloc.trim_threshold": 2 ** 40,
};

function missing(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly string[] {
  if (platform !== "linux") return [];
  const set = env[NAME] ?? "";
  return Object.entries(TUNABLES).flatMap(([name, value]) => (set.includes(name) ? [] : [`${name}=${value}`]));
}

/** Does this environment lack what would make steps faster here? What somebody set on purpose counts as there. */
export const lacksTunables = (
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean => missing(env, platform).length > 0;

/** `env`, with what glibc's malloc does best for steps where the environment does not decide otherwise. */
export function engineEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): NodeJS.ProcessEnv {
  const added = missing(env, platform);
  return added.length === 0 ? env : { ...env, [NAME]: [env[NAME], ...added].filter(Boolean).join(":") };
}
