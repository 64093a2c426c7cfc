import { isIP, type LookupFunction } from "node:net";
import { Client, type Dispatcher } from "undici";
import { abortable } from "../../../shared/async.js";
import { cutText } from "../../../shared/text.js";
import { version } from "../../../shared/version.js";
import { UserError } from "../../user-error.js";
import { tooLarge } from "../check-image.js";
import { publicAddress } from "./public-address.js";
import { resolveHost } from "./resolve.js";

/** Where a link may lead: to the public internet. Tests, whose servers are on this machine, have rules of their own. */
export interface LinkRules {
  /** The IP addresses of a host, none when there is no such host. */
  readonly resolve?: (host: string, signal: AbortSignal) => Promise<readonly string[]>;
  readonly allows?: (ip: string) => boolean;
  readonly ports?: readonly number[];
}

interface DownloadOptions extends LinkRules {
  readonly maxBytes: number;
  /** Ends the download whatever it is waiting for. */
  readonly signal: AbortSignal;
  /** What the image is called in messages. */
  readonly name: string;
}

const MAX_REDIRECTS = 5;
/** Of the answer's headers together, in bytes. */
const MAX_HEADERS = 16_384;
/** Addresses of one host that are tried. */
const MAX_ADDRESSES = 8;
const HEADERS = {
  accept: "image/avif, image/webp, image/png, image/jpeg, image/gif, image/tiff, video/mp4, video/webm, */*;q=0.1",
  // The limit counts the bytes that arrive, so they must not be compressed.
  "accept-encoding": "identity",
  "user-agent": `Dreamloom/${version} (picture fetcher of a chat bot)`,
};

/**
 * The bytes behind a link. Every address on the way, also after a redirect, is checked before it is connected to: http
 * or https at their own ports, a host all of whose IP addresses are public. The connection goes to the addresses that
 * were checked, even if DNS changes in between. No cookies, no passwords, no proxies.
 *
 * @throws UserError; the signal's reason when it is aborted
 */
export async function download(link: URL, options: DownloadOptions): Promise<Uint8Array> {
  let url = link;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await get(url, await addressesOf(url, options), options);
    if (!(answer instanceof URL)) return answer;
    url = answer;
  }
  throw new UserError("link.redirects", { count: MAX_REDIRECTS });
}

/** The checked IP addresses of a link's host. @throws UserError when nothing may be fetched from there */
async function addressesOf(url: URL, options: DownloadOptions): Promise<readonly string[]> {
  const { resolve = resolveHost, allows = publicAddress, ports = [80, 443], signal } = options;
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new UserError("link.protocol", { protocol: shorten(url.protocol.slice(0, -1)) });
  if (url.username !== "" || url.password !== "") throw new UserError("link.password");
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  if (!ports.includes(port)) throw new UserError("link.port", { port });
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const host = shorten(name);
  const addresses = isIP(name)
    ? [name]
    : await abortable(resolve(name, signal), signal).catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new UserError("link.lookup", { host }, { cause });
      });
  if (addresses.length === 0) throw new UserError("link.no-site", { host });
  // One private address among public ones is the mark of an attack.
  if (!addresses.every(allows)) throw new UserError("link.private", { host });
  return addresses.slice(0, MAX_ADDRESSES);
}

/** One request: the body, or where the site sends on to. */
async function get(url: URL, addresses: readonly string[], options: DownloadOptions): Promise<Uint8Array | URL> {
  const { signal } = options;
  const client = new Client(url.origin, {
    // The signal aborts connecting as well, which the client itself would wait for.
    connect: { lookup: pinned(addresses), autoSelectFamily: true, signal },
    maxHeaderSize: MAX_HEADERS,
    pipelining: 0,
  });
  try {
    const request = { method: "GET", path: url.pathname + url.search, headers: HEADERS, signal } as const;
    const response = await abortable(client.request(request), signal);
    // A body that is not read is destroyed, which it reports as an error.
    response.body.on("error", () => undefined);
    return redirectOf(url, response) ?? (await readBody(url, response, options));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError) throw error;
    throw new UserError("link.unreachable", { host: shorten(url.host) }, { cause: error });
  } finally {
    void client.destroy().catch(() => undefined);
  }
}

function redirectOf(url: URL, { statusCode, headers }: Dispatcher.ResponseData): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const { location } = headers;
  if (typeof location !== "string" || !URL.canParse(location, url.href))
    throw new UserError("link.redirect-nowhere", { host: shorten(url.host) });
  return new URL(location, url);
}

async function readBody(
  url: URL,
  response: Dispatcher.ResponseData,
  { maxBytes, name }: DownloadOptions,
): Promise<Uint8Array> {
  const { statusCode: status, headers, body } = response;
  const host = shorten(url.host);
  if (status === 404 || status === 410) throw new UserError("link.not-found", { host, status });
  if (status === 401 || status === 403) throw new UserError("link.forbidden", { host, status });
  if (status !== 200) throw new UserError("link.status", { host, status });
  if (/^\s*(text\/html|application\/xhtml\+xml)\b/i.test(String(headers["content-type"] ?? "")))
    throw new UserError("link.page");
  const encoding = String(headers["content-encoding"] ?? "identity");
  if (encoding.trim().toLowerCase() !== "identity") throw new UserError("link.compressed", { host });
  const announced = Number(headers["content-length"] ?? 0);
  if (announced > maxBytes) throw tooLarge(name, maxBytes);

  // One buffer that grows: a list of many small chunks would take a multiple of their size.
  let bytes = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(announced, 65_536)));
  let received = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const needed = received + chunk.length;
    if (needed > maxBytes) throw tooLarge(name, maxBytes);
    if (needed > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(needed, bytes.length * 2)));
      bytes.copy(larger, 0, 0, received);
      bytes = larger;
    }
    chunk.copy(bytes, received);
    received = needed;
  }
  return new Uint8Array(bytes.subarray(0, received));
}

/** A look-up that answers with the addresses that were checked: the connection goes nowhere else. */
function pinned(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all }, callback) => {
    const [first = { address: "", family: 0 }] = entries;
    if (all) callback(null, entries);
    else callback(null, first.address, first.family);
  };
}

function shorten(text: string): string {
  return cutText(text, 60, "...");
}
