import type { Logger } from "pino";
import { Admin } from "../commands/admin.js";
import type { AppContext } from "../commands/context.js";
import { createAppContext } from "../commands/create-context.js";
import { renewCalled } from "../commands/gallery/renew-called.js";
import { WholeResults } from "../commands/gallery/whole-results.js";
import type { Presenter } from "../commands/presenting/presenter.js";
import { storedStyleLibrary } from "../commands/styles/stored-style-library.js";
import type { Engine, EngineDownload } from "../engine/process/engine.js";
import { Operation } from "../ops/operations.js";
import type { Chat } from "../port/adapter.js";
import type { JobQueue } from "../queue/queue.js";
import { withTimeout } from "../shared/async.js";
import { ImageProcess, openImagesIn } from "../shared/image-process.js";
import { sentence } from "../shared/sentences/sentence.js";
import { openStore, type Store } from "../store/open.js";
import { startRetention } from "../store/retention.js";
import { botOptionsOf, type Catalogue } from "./bot-options.js";
import { ChatRunner } from "./chat-runner.js";
import { configuredChats } from "./chats.js";
import { startEngines, warmUp } from "./engines.js";
import { Lifecycle } from "./lifecycle.js";
import { LineOutput } from "./line-output.js";
import { configuredLogger } from "./log.js";
import { startFilter } from "./picture-filter.js";
import { openQueue, shownWorker, type Work } from "./queue.js";
import type { Config } from "./settings/load-settings.js";

/** What takes the place of what the settings describe. */
export interface Parts {
  /** Closed when the program stops. It reports downloads of networks. */
  readonly engine?: (config: Config, logger: Logger, onDownload: (download: EngineDownload) => void) => Engine;
  readonly catalogue?: Catalogue;
  readonly chats?: readonly Chat[];
  readonly logger?: Logger;
  /** First wait before a chat that cannot be reached is tried again, in milliseconds; default: 5,000. */
  readonly retryMs?: number;
  /** The clock of what is due at an hour of the day, in milliseconds since 1970; default: the machine's. */
  readonly now?: () => number;
  /** Prints where people find the program; default: to standard output. */
  readonly print?: (line: string) => void;
}

/** A program that runs. */
export interface Running {
  /** Where the web chat is, for instance "http://127.0.0.1:3000"; undefined where it is off or could not be started. */
  readonly address: string | undefined;
  /** Where health and metrics are served, for instance "http://127.0.0.1:9464"; undefined where they are not. */
  readonly operationAddress: string | undefined;
  /**
   * Stops gracefully: no new jobs, a few seconds for running ones, last messages to the chats. Unfinished jobs resume
   * at the next start. A second call waits for the first.
   */
  stop(): Promise<void>;
}

/**
 * When the program stops, in milliseconds beyond what is given to running jobs: until when it waits for the last
 * messages to the chats, and until when for the chats to close. Both are within `CLOSE_MS`, after which it ends all the
 * same. What has not been told by then is owed, and told at the next start.
 */
const [LAST_MESSAGES_MS, CHATS_MS] = [2_000, 2_500];
/** What either is given at least, where the engine has taken all of that. */
const LEAST_MS = 500;
/** A chat that is being tried again while the program stops is waited for no longer. */
const QUIESCE_MS = 500;

/**
 * Starts the whole program, service by service, to be stopped in reverse.
 *
 * @throws StoreError when the data folder cannot be used, for instance because another Dreamloom does
 * @throws ChatError when a chat cannot be started, for instance because its port is taken
 */
export async function startDreamloom(config: Config, parts: Parts): Promise<Running> {
  const logger = parts.logger ?? configuredLogger(config);
  const lifecycle = new Lifecycle(logger);
  try {
    const { address, operationAddress } = await startServices(config, { ...parts, logger }, lifecycle);
    const print = parts.print ?? ((line: string) => new LineOutput(1).write(`${line}\n`));
    print(sentence("app.ready", { address }));
    return { address, operationAddress, stop: () => lifecycle.stop() };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

/** What a long film may take to be made small enough for a chat; uploads do not wait for it. */
const FILM_MS = 600_000;

/** Strangers' files are opened in processes of their own from here on. */
function startImageProcesses(logger: Logger, lifecycle: Lifecycle): void {
  const options = { logger: logger.child({ part: "images" }) };
  const quick = new ImageProcess(options);
  const slow = new ImageProcess({ ...options, milliseconds: FILM_MS });
  openImagesIn({ inspect: quick, admit: quick, moving: quick, still: quick, smaller: slow, square: slow });
  lifecycle.onStop("images", async () => {
    openImagesIn(undefined);
    await Promise.all([quick.close(), slow.close()]);
  });
}

type Services = Pick<Running, "address" | "operationAddress">;

async function startServices(
  config: Config,
  parts: Parts & { readonly logger: Logger },
  lifecycle: Lifecycle,
): Promise<Services> {
  const { logger } = parts;
  const store = openStore({ ...config.data, logger: logger.child({ part: "store" }) });
  lifecycle.onStop("store", () => store.close());
  startImageProcesses(logger, lifecycle);
  const operation = startOperation(config, logger, lifecycle);
  operation.watchStore(store);
  lifecycle.onStop("retention", startRetention(store.retention, config.retention, logger));
  let presenter: Presenter | undefined;
  const onDownload = (download: EngineDownload, job?: string) => presenter?.downloading(download, job);
  const work = await startWork(config, parts, store, onDownload);
  const { engine, queue } = work;
  watchWork(operation, work);
  startFilter(config, queue, lifecycle);
  if (engine) lifecycle.onStop("engine", () => engine.close());
  const chats = parts.chats ?? (await configuredChats(config, store, logger));
  const app = createAppContext({
    botOptions: botOptionsOf(config, parts.catalogue),
    queue,
    jobs: store.jobs,
    styles: storedStyleLibrary(store.styles),
    store,
    logger: logger.child({ part: "commands" }),
    metrics: operation.metricsSink,
    now: parts.now,
    wholeResults: wholeResultsOf(config, store, parts.now),
  });
  presenter = app.presenter;
  const admin = adminOf(app, chats, operation, work);
  const slowedDown = (platform: string, milliseconds: number) => operation.slowedDown(platform, milliseconds);
  const runner = new ChatRunner({ chats, app, admin, logger, retryMs: parts.retryMs, slowedDown });
  stopInTime(lifecycle, { runner, queue, graceMs: config.queue.shutdownSeconds * 1000 });
  lifecycle.onStop("operation", () => operation.stopping());
  for (const chat of chats) operation.watchChat(chat, () => runner.started(chat));
  const operationAddress = await operation.listen();
  // Before people can ask about them: a Cancel that is pressed at once finds the job.
  await queue.recover((job) => app.presenter.reopen(job, chats, (chat) => runner.ready(chat)));
  await runner.start();
  operation.started();
  startBehind({ config, parts, work, app }, lifecycle);
  const started = chats.filter((chat) => runner.started(chat));
  return { address: started.map(addressOf).find((known) => known !== undefined), operationAddress };
}

interface Started {
  readonly config: Config;
  readonly parts: Parts & { readonly logger: Logger };
  readonly work: Work;
  readonly app: AppContext;
}

/** What no one waits for. */
function startBehind({ config, parts, work: { engine }, app }: Started, lifecycle: Lifecycle): void {
  startRenewal(app, lifecycle);
  // One that was handed in is its owner's to warm up.
  if (engine && !parts.engine) void warmUp(config, engine, parts.logger.child({ part: "engine" }));
}

interface Stopping {
  readonly runner: ChatRunner;
  readonly queue: JobQueue;
  readonly graceMs: number;
}

/** A chat that does not answer holds the end of the program up no longer than one that does. */
function stopInTime(lifecycle: Lifecycle, { runner, queue, graceMs }: Stopping): void {
  let begun = 0;
  const until = (limit: number, work: Promise<unknown>) => {
    const left = begun + graceMs + limit - performance.now();
    return withTimeout(work, Math.max(LEAST_MS, left), () => undefined);
  };
  lifecycle.onStop("chats", () => until(CHATS_MS, runner.stop()));
  lifecycle.onStop("last messages", () => until(LAST_MESSAGES_MS, runner.idle()));
  lifecycle.onStop("queue", () => queue.close(graceMs));
  lifecycle.onStop("chats", () => {
    begun = performance.now();
    return withTimeout(runner.quiesce(), QUIESCE_MS, () => undefined);
  });
}

function startRenewal(app: AppContext, lifecycle: Lifecycle): void {
  const stop = new AbortController();
  const renewed = renewCalled(app, stop.signal).catch((err: unknown) => {
    app.logger.warn({ err }, "works may not be found by their titles");
  });
  lifecycle.onStop("titles", () => {
    stop.abort();
    return renewed;
  });
}

/** Links lead to the web chat: where it is off, or has no address that others reach, there are none. */
function wholeResultsOf({ web }: Config, { keyValues }: Store, now?: () => number): WholeResults | undefined {
  return web.enabled && web.publicUrl !== "" ? new WholeResults(web.publicUrl, keyValues, now) : undefined;
}

/** Opens the queue, and starts the engine where this program computes itself. */
function startWork(
  config: Config,
  { logger, engine = startEngines }: Parts & { readonly logger: Logger },
  store: Store,
  onDownload: (download: EngineDownload, job?: string) => void,
): Promise<Work> {
  return openQueue(config, {
    repository: store.jobs,
    keyValues: store.keyValues,
    logger: logger.child({ part: "queue" }),
    engine: () => engine(config, logger.child({ part: "engine" }), (download) => onDownload(download)),
    onDownload: (job, download) => onDownload(download, job),
  });
}

function startOperation(config: Config, logger: Logger, lifecycle: Lifecycle): Operation {
  const operation = new Operation({
    settings: config.ops,
    folder: config.data.dir,
    logger: logger.child({ part: "operation" }),
  });
  lifecycle.onStop("operation", () => operation.close());
  return operation;
}

function watchWork(operation: Operation, { engine, cluster, queue }: Work): void {
  if (engine) operation.watchEngine(engine);
  if (cluster) operation.watchCluster(cluster);
  operation.watchQueue(queue);
}

function adminOf(app: AppContext, chats: readonly Chat[], operation: Operation, { engine, cluster }: Work): Admin {
  return new Admin(app, chats, {
    startedAt: operation.startedAt,
    engine: () => engine?.status?.(),
    workers: () => cluster?.workers().map(shownWorker) ?? [],
    workerOf: (job) => cluster?.workerOf(job),
    disk: () => operation.disk.last,
    problems: () => operation.problems(),
  });
}

/** Only the web chat has an address of its own. */
function addressOf(chat: Chat): string | undefined {
  return "address" in chat && typeof chat.address === "string" ? chat.address : undefined;
}
