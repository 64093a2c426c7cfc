/**
 * Fetches one large file over http(s): resumed where it broke off, checked, through the proxies the environment names.
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";
import { retryWithBackoff } from "../../../shared/async.js";
import { TIMEOUTS, TransferFailure, type TransferOptions, transferFailure } from "./transfer.js";

export interface RemoteFile {
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  readonly md5?: string | undefined;
  readonly sha256?: string | undefined;
}

const ATTEMPTS = 4;

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** True if the file is the one that is expected. */
async function matches(path: string, { size, md5, sha256 }: RemoteFile): Promise<boolean> {
  if ((await sizeOf(path)) !== size) return false;
  const [algorithm, expected] = sha256 !== undefined ? ["sha256", sha256] : ["md5", md5];
  const hash = createHash(algorithm ?? "sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex") === expected;
}

/** Where the response's body starts in the file; 0 if the server sends all of it. */
function startOf(response: Response, host: string, offset: number): number {
  if (response.status === 200) return 0;
  if (response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${offset}-`)) return offset;
  const passing = response.status >= 500 || response.ok || [408, 416, 429].includes(response.status);
  const status = `${response.status} ${response.statusText}`.trim();
  throw new TransferFailure(passing, "transfer.answer", { host, status });
}

/** Asks for what is missing of a file. */
async function request(
  file: RemoteFile,
  offset: number,
  dispatcher: EnvHttpProxyAgent,
  { signal, timeouts = TIMEOUTS }: TransferOptions,
): Promise<Response> {
  // A stored part is compared with the whole file's size: compression on the way would break that.
  const headers = { "accept-encoding": "identity", ...(offset > 0 && { range: `bytes=${offset}-` }) };
  // The agent has timeouts of its own, but reconnects for ever to a proxy that hangs up.
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error("no answer")), timeouts.connect + timeouts.stall);
  try {
    const either = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    return await fetch(file.url, { headers, dispatcher, signal: either });
  } catch (error) {
    signal?.throwIfAborted();
    throw transferFailure(error, new URL(file.url).host);
  } finally {
    clearTimeout(timer);
  }
}

/** Writes a response's body behind the part that is stored. */
async function receive(
  response: Response,
  file: RemoteFile,
  part: string,
  offset: number,
  onProgress: TransferOptions["onProgress"],
): Promise<void> {
  const { host } = new URL(file.url);
  // The part is longer than the server's file: it belongs to another one.
  if (response.status === 416) await rm(part, { force: true });
  let received = startOf(response, host, offset);
  const target = await open(part, received > 0 ? "a" : "w");
  try {
    for await (const chunk of response.body ?? []) {
      const bytes = chunk as Uint8Array;
      received += bytes.byteLength;
      if (received > file.size) throw new TransferFailure(false, "transfer.too-long", { host });
      await target.write(bytes);
      onProgress?.(received);
    }
  } finally {
    await target.close();
  }
  if (received < file.size) throw new TransferFailure(true, "transfer.broke-off", { host, received, size: file.size });
}

async function attempt(
  file: RemoteFile,
  part: string,
  agent: EnvHttpProxyAgent,
  options: TransferOptions,
): Promise<void> {
  const { signal, onProgress } = options;
  const offset = await sizeOf(part);
  const response = await request(file, offset, agent, options);
  try {
    await receive(response, file, part, offset, onProgress);
  } catch (error) {
    signal?.throwIfAborted();
    await response.body?.cancel().catch(() => undefined);
    throw transferFailure(error, new URL(file.url).host, "transfer.stopped");
  }
}

/**
 * Fetches `file` to the path `part`, resuming from what is stored there.
 * @throws TransferFailure, with `part` kept if it can be resumed; the signal's reason when aborted
 */
export async function fetchFile(file: RemoteFile, part: string, options: TransferOptions = {}): Promise<void> {
  const { signal, timeouts = TIMEOUTS } = options;
  const agent = new EnvHttpProxyAgent({
    // Proxies seldom allow tunnels to plain http; https always gets one.
    proxyTunnel: false,
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.stall,
    bodyTimeout: timeouts.stall,
  });
  let resumed = (await sizeOf(part)) > 0;
  // Attempts in a row that brought nothing; others do not count: a poor line gets there in the end.
  let barren = 0;
  const complete = async (): Promise<boolean> => {
    if ((await sizeOf(part)) < file.size) return false;
    if (await matches(part, file)) return true;
    await rm(part, { force: true });
    // A part left by an earlier run may be of another version of the file: once more from the start.
    if (!resumed) throw new TransferFailure(false, "transfer.other-file", { host: new URL(file.url).host });
    resumed = false;
    return false;
  };
  const fetchOnce = async (): Promise<void> => {
    while (!(await complete())) {
      const before = await sizeOf(part);
      try {
        await attempt(file, part, agent, options);
      } catch (error) {
        if (error instanceof TransferFailure && !error.passing) await rm(part, { force: true });
        barren = (await sizeOf(part)) > before ? 0 : barren + 1;
        throw error;
      }
    }
  };
  try {
    await retryWithBackoff(fetchOnce, {
      firstMs: timeouts.retry,
      waitOf: () => timeouts.retry * 2 ** (barren - 1),
      mayPass: (error) => error instanceof TransferFailure && error.passing && barren < ATTEMPTS,
      ...(signal && { signal }),
    });
  } finally {
    await agent.destroy();
  }
}
