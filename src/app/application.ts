import type { Logger } from "pino";
import { Admin } from "../commands/admin.js";
import type { AppContext } from "../commands/context.js";
import { createAppContext } from "../commands/create-context.js";
import type { Presenter } from "../commands/presenting/presenter.js";
import { storedStyleLibrary } from "../commands/styles/stored-style-library.js";
import type { Engine, EngineDownload } from "../engine/process/engine.js";
import { Operation } from "../ops/operations.js";
import type { Chat } from "../port/adapter.js";
import { withTimeout } from "../shared/timeout.js";
import { openStore } from "../store/open.js";
import { startRetention } from "../store/retention.js";
import { botOptionsOf, type Catalogue } from "./bot-options.js";
import { ChatRunner } from "./chat-runner.js";
import { configuredChats } from "./chats.js";
import { startEngines } from "./engines.js";
import { Lifecycle } from "./lifecycle.js";
import { configuredLogger } from "./log.js";
import { openQueue, shownWorker, type Work } from "./queue.js";
import type { Config } from "./settings/load-settings.js";

/** What can be handed to the application instead of what the settings describe. */
export interface Parts {
  /** Closed when the program stops. It reports downloads of networks, which people are shown. */
  readonly engine?: (config: Config, logger: Logger, onDownload: (download: EngineDownload) => void) => Engine;
  readonly catalogue?: Catalogue;
  readonly chats?: readonly Chat[];
  readonly logger?: Logger;
  /** First wait before a chat that cannot be reached is tried again, in milliseconds; 5,000 if left out. */
  readonly retryMs?: number;
  /** Says where people find the program; prints to standard output if left out. */
  readonly print?: (line: string) => void;
}

/** A program that runs. */
export interface Running {
  /** Where the web chat is, for instance "http://127.0.0.1:3000"; undefined when it is switched off. */
  readonly address: string | undefined;
  /** Where health and metrics are served, for instance "http://127.0.0.1:9464"; undefined where they are not. */
  readonly operationAddress: string | undefined;
  /**
   * Stops gracefully: no new jobs, a few seconds for running ones, last words to the chats. Unfinished jobs go on at the next start.
   * A second call waits for the first.
   */
  stop(): Promise<void>;
}

/** Last words to the chats may take this long when the program stops. */
const LAST_WORDS_MS = 8_000;

/**
 * Starts the whole program, service by service, and stops them in reverse: settings, store, operation, chats, queue and engine, commands.
 *
 * @throws StoreError when the data folder cannot be used, for instance because another Dreamloom does.
 * @throws ChatError when a chat cannot be started, for instance because its port is taken.
 */
export async function startDreamloom(config: Config, parts: Parts): Promise<Running> {
  const logger = parts.logger ?? configuredLogger(config);
  const lifecycle = new Lifecycle(logger);
  try {
    const { chats, operationAddress } = await startServices(config, { ...parts, logger }, lifecycle);
    const address = chats.map(addressOf).find((known) => known !== undefined);
    const print = parts.print ?? ((line: string) => process.stdout.write(`${line}\n`));
    const where = address ? `open ${address} and write /dream.` : undefined;
    print(`Dreamloom is ready${where ? `: ${where}` : "."} Ctrl+C stops it.`);
    return { address, operationAddress, stop: () => lifecycle.stop() };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

type Services = { readonly chats: readonly Chat[]; readonly operationAddress: string | undefined };

async function startServices(
  config: Config,
  parts: Parts & { readonly logger: Logger },
  lifecycle: Lifecycle,
): Promise<Services> {
  const { logger, engine: makeEngine = startEngines } = parts;
  const store = openStore({ dir: config.data.dir, logger: logger.child({ part: "store" }) });
  lifecycle.onStop("store", () => store.close());
  const operation = startOperation(config, logger, lifecycle);
  operation.watchStore(store);
  lifecycle.onStop("retention", startRetention(store.retention, config.retention, logger));
  let presenter: Presenter | undefined;
  const work = await openQueue(config, {
    repository: store.jobs,
    logger: logger.child({ part: "queue" }),
    engine: () => makeEngine(config, logger.child({ part: "engine" }), (download) => presenter?.downloading(download)),
    onDownload: (job, download) => presenter?.downloading(download, job),
  });
  const { engine, queue } = work;
  watchWork(operation, work);
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
  });
  presenter = app.presenter;
  const runner = new ChatRunner({
    chats,
    app,
    admin: adminOf(app, chats, operation, work),
    logger,
    retryMs: parts.retryMs,
    slowedDown: (platform, milliseconds) => operation.slowedDown(platform, milliseconds),
  });
  lifecycle.onStop("chats", () => runner.stop());
  lifecycle.onStop("last words", () => withTimeout(runner.idle(), LAST_WORDS_MS, () => undefined));
  lifecycle.onStop("queue", () => queue.close(config.queue.shutdownSeconds * 1000));
  lifecycle.onStop("chats", () => runner.quiesce());
  lifecycle.onStop("operation", () => operation.stopping());
  for (const chat of chats) operation.watchChat(chat, () => runner.started(chat));
  const operationAddress = await operation.listen();
  // Before people can ask about them: a Cancel that is pressed at once finds the job.
  await queue.recover((job) => app.presenter.reopen(job, chats, (chat) => runner.ready(chat)));
  await runner.start();
  operation.started();
  return { chats, operationAddress };
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
