/** Signing in at a reverse proxy: it hands on in a header who somebody is. */
import type { IncomingHttpHeaders } from "node:http";

/** Longest name that is taken. */
const MOST = 200;

/** What is read of a request: the connection's own address, not the one that a header tells. */
interface Arrived {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Who a request's proxy says that the visitor is; undefined where it says nothing, or is not to be believed. */
export type SignIn = (request: Arrived) => string | undefined;

/**
 * Reads a header of requests that come straight from a trusted proxy. From elsewhere it says nothing, as anybody can
 * send it.
 */
export function signInBy(header: string, isProxy: (address: string | undefined) => boolean): SignIn {
  const key = header.toLowerCase();
  return ({ headers, socket }) => {
    const { [key]: value } = headers;
    if (typeof value !== "string" || !isProxy(socket.remoteAddress)) return undefined;
    // Node reads headers as Latin-1; proxies write UTF-8.
    const name = Buffer.from(value, "latin1").toString("utf8").trim();
    return name === "" || name.length > MOST ? undefined : name;
  };
}
