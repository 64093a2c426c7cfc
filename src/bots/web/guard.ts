import { isIP } from "node:net";

/** The parts of a request that tell where it comes from. */
interface RequestOrigin {
  readonly method: string;
  /** The Host header. */
  readonly host: string | undefined;
  /** The Origin header. */
  readonly origin: string | undefined;
  readonly upgrade: boolean;
}

/**
 * Tells whether a request may be answered; a sentence says why not.
 *
 * A page elsewhere must neither act in a visitor's name (so whatever changes something, and every WebSocket, must come from a page of
 * this very host) nor read the chat by pointing its own DNS name here (so the host must be an address, localhost or a configured name).
 *
 * @example refuse({ method: "POST", host: "localhost:3000", origin: "http://evil.example", upgrade: false }, []) // a sentence
 */
export function refuse(request: RequestOrigin, allowedHosts: readonly string[]): string | undefined {
  const name = hostName(request.host);
  if (name === undefined || !isTrusted(name, allowedHosts)) {
    return `This chat does not answer under the name ${JSON.stringify(name ?? "")}: open it by its address, or have its owner add the name to the allowed hosts.`;
  }
  const reads = (request.method === "GET" || request.method === "HEAD") && !request.upgrade;
  if (reads) return undefined;
  const origin = parseUrl(request.origin);
  if (
    origin &&
    (origin.protocol === "http:" || origin.protocol === "https:") &&
    origin.host === canonicalHost(request.host, origin.protocol)
  )
    return undefined;
  return "This request did not come from the chat's own page: reload the page and try again.";
}

function isTrusted(name: string, allowedHosts: readonly string[]): boolean {
  const bare = name.replace(/^\[|\]$/g, "");
  return (
    isIP(bare) !== 0 ||
    name === "localhost" ||
    name.endsWith(".localhost") ||
    allowedHosts.some((host) => host.toLowerCase() === name)
  );
}

function hostName(host: string | undefined): string | undefined {
  return host === undefined ? undefined : parseUrl(`http://${host}`)?.hostname;
}

/** Host and port as the URL class writes them: without the scheme's own port. */
function canonicalHost(host: string | undefined, protocol: string): string | undefined {
  return parseUrl(`${protocol}//${host ?? ""}`)?.host;
}

export function isLoopback(address: string | undefined): boolean {
  return address === "::1" || address?.startsWith("127.") === true || address?.startsWith("::ffff:127.") === true;
}

function parseUrl(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}
