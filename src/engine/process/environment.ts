/**
 * The environment for a process that computes: huge pages.
 *
 * A step takes and gives back hundreds of megabytes. By pages of 4 kB that costs a fifth of its time at 512 px; by
 * pages of 2 MB nothing that shows. glibc asks for those when it is told to, and is told when a process starts, so one
 * that runs already cannot set it for itself. Other C libraries, and kernels without transparent huge pages, take no
 * notice.
 */
const NAME = "GLIBC_TUNABLES";
const HUGE_PAGES = "glibc.malloc.hugetlb";

/** Does this environment lack what would make steps faster here? What somebody set on purpose counts as there. */
export function lacksHugePages(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  return platform === "linux" && !env[NAME]?.includes(HUGE_PAGES);
}

/** `env`, with huge pages where the machine has them and the environment does not decide otherwise. */
export function engineEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): NodeJS.ProcessEnv {
  if (!lacksHugePages(env, platform)) return env;
  return { ...env, [NAME]: [env[NAME], `${HUGE_PAGES}=1`].filter(Boolean).join(":") };
}
