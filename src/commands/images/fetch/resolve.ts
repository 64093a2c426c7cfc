import { Resolver } from "node:dns/promises";

/** Of one query, in milliseconds; it is tried twice. */
const QUERY_MS = 3000;

/**
 * The IP addresses of a host by DNS; none when there is no such host. The hosts file and the search domains of this
 * machine, which name its neighbours, are not used, and a silent name server blocks no thread, as the system's look-up
 * would.
 *
 * @param servers name servers to ask, `address:port`; those of this machine when left out
 * @throws the DNS error when it is not known whether there is one
 */
export async function resolveHost(
  host: string,
  signal: AbortSignal,
  servers?: readonly string[],
): Promise<readonly string[]> {
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: QUERY_MS, tries: 2 });
  if (servers) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    const trouble = answers.find((answer) => answer.status === "rejected" && !saysNone(answer.reason));
    if (addresses.length === 0 && trouble?.status === "rejected") throw trouble.reason;
    return addresses;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function saysNone(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOTFOUND", "ENODATA", "EBADNAME"].includes(String(error.code));
}
