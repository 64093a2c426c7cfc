import { isIP } from "node:net";
import type { z } from "zod";
import { ChatError } from "../../port/chat-error.js";
import { sentence } from "../../shared/sentences/sentence.js";

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
 * Why a request may not be answered, in a sentence; undefined when it may.
 *
 * A page elsewhere must neither act in a visitor's name (so what changes something, and every WebSocket, must come from
 * a page of this very host) nor read the chat by pointing its own DNS name here (so the host must be an address,
 * localhost or a configured name).
 *
 * @example refuse({ method: "POST", host: "localhost:3000", origin: "http://evil.example", upgrade: false }, [])
 */
export function refuse(request: RequestOrigin, allowedHosts: readonly string[]): string | undefined {
  const name = hostName(request.host);
  if (name === undefined || !isTrusted(name, allowedHosts))
    return sentence("web.host", { name: JSON.stringify(name ?? "") });
  const reads = (request.method === "GET" || request.method === "HEAD") && !request.upgrade;
  if (reads) return undefined;
  const origin = parseUrl(request.origin);
  const web = origin && /^https?:$/.test(origin.protocol);
  if (!web) return sentence("web.origin");
  const host = canonicalHost(request.host, origin.protocol) ?? "";
  return origin.host === host ? undefined : sentence("web.other-origin", { page: origin.host, host });
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

function parseUrl(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}

/** Reads what a request brings. @throws ChatError "forbidden" for what the page would not send. */
export function readBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new ChatError("forbidden", "web.bad-request");
  return result.data;
}
