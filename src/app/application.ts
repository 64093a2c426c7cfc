import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { DiscordChat } from "../bots/discord/chat.js";
import type { DiscordOptions, KeyValueStore } from "../bots/discord/options.js";
import { inviteLink } from "../bots/discord/permissions.js";
import { registerNow } from "../bots/discord/register.js";
import { SlackChat } from "../bots/slack/chat.js";
import { WebChat } from "../bots/web/chat.js";
import { Admin } from "../commands/admin.js";
import type { BotOptions } from "../commands/bot-options.js";
import { summarise } from "../commands/command.js";
import { chatCommands, createAppContext } from "../commands/create-context.js";
import { createHandlers, type Handlers } from "../commands/handlers.js";
import { offer } from "../commands/network-catalogue.js";
import type { Presenter } from "../commands/presenting/presenter.js";
import { SHORTCUTS } from "../commands/shortcuts.js";
import { storedStyleLibrary } from "../commands/styles/stored-style-library.js";
import { catalogue } from "../engine/networks/catalogue-file.js";
import type { Engine, EngineDownload } from "../engine/process/engine.js";
import { Operation } from "../ops/operations.js";
import type { AdminWorker } from "../port/admin.js";
import { type Chat, ChatError } from "../port/chat.js";
import type { QueueLimits } from "../queue/admission.js";
import { ClusterQueue, type WorkerState } from "../queue/cluster/cluster-queue.js";
import { Estimator } from "../queue/estimator.js";
import { ScheduledQueue } from "../queue/scheduled-queue.js";
import { SqliteJobRepository } from "../queue/sqlite-repository.js";
import { deferred } from "../shared/deferred.js";
import { retryWithBackoff } from "../shared/retry.js";
import { withTimeout } from "../shared/timeout.js";
import { openStore, type Store } from "../store/open.js";
import { startRetention } from "../store/retention-timer.js";
import { configuredDevices, configuredSlots, largestBudget } from "./devices.js";
import { configuredLogger } from "./log.js";
import { type Config, ConfigError, loadConfig } from "./settings/load-settings.js";
import { shutDownInOrder } from "./shutdown.js";

/** What the composition root does not make itself, or makes unless it is given. */
export interface Parts {
  /** Made from the settings; closed when the program stops. It reports downloads of networks, which people are shown. */
  readonly engine: (config: Config, logger: Logger, onDownload: (download: EngineDownload) => void) => Engine;
  /** The networks and looks that people may choose; the engine's catalogue and the folders in `models.path` unless given. */
  readonly catalogue?: Pick<BotOptions, "looks" | "networks">;
  /** The chats to serve; the web chat unless given. */
  readonly chats?: readonly Chat[];
  readonly logger?: Logger;
  /** First wait before a chat that cannot be reached is tried again, in milliseconds; 5,000 unless told. */
  readonly retryMs?: number;
  /** Says where people find the program; prints to standard output unless given. */
  readonly print?: (line: string) => void;
}

/** A program that runs. */
export interface Running {
  /** Where the web chat is, for instance "http://127.0.0.1:3000"; undefined when it is switched off. */
  readonly address: string | undefined;
  /** Where health and metrics are served, for instance "http://127.0.0.1:9464"; undefined where they are not. */
  readonly operationAddress: string | undefined;
  /** Stops gracefully: no new jobs, a few seconds for running ones, last words to the chats. What is unfinished goes on at the next start. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

const RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;
/** Last words to the chats may take this long when the program stops. */
const LAST_WORDS_MS = 8_000;
const SAMPLE = fileURLToPath(new URL("../../config/sample.jpg", import.meta.url));
/** What the sample shows, with the credit that its licence asks for. */
const SAMPLE_DESCRIPTION = "A path into the mountains: Picos de Europa, photo by Aitzol Berasategi, CC BY 4.0";
const SAMPLE_CREDIT = "Aitzol Berasategi (CC BY 4.0)";

/**
 * Puts the whole program together and starts it: settings, store, queue, engine, commands, chats.
 *
 * @throws StoreError when the data folder cannot be used, for instance because another Dreamloom does.
 * @throws ChatError when a chat cannot be started, for instance because its port is taken.
 */
export async function startDreamloom(config: Config, parts: Parts): Promise<Running> {
  const logger = parts.logger ?? configuredLogger(config);
  const print = parts.print ?? ((line: string) => process.stdout.write(`${line}\n`));
  const store = openStore({ dir: config.data.dir, logger: logger.child({ part: "store" }) });
  const repository = new SqliteJobRepository(store.jobs);
  const operation = new Operation({
    settings: config.ops,
    folder: config.data.dir,
    logger: logger.child({ part: "operation" }),
  });
  operation.watchStore(store);
  const stopRetention = startRetention(store.retention, config.retention, logger);
  let presenter: Presenter | undefined;
  const { cluster } = config;
  const common = {
    ...{ repository, estimator: new Estimator(config.queue.estimate), limits: limitsOf(config) },
    ...{ jobSeconds: config.engine.jobSeconds, logger: logger.child({ part: "queue" }) },
  };
  // With a cluster, other machines do the work, and this one starts no engine.
  const engine =
    cluster.url === ""
      ? parts.engine(config, logger.child({ part: "engine" }), (download) => presenter?.downloading(download))
      : undefined;
  const queue = engine
    ? new ScheduledQueue({
        ...common,
        limits: { ...common.limits, megabytes: largestBudget(config) },
        engine,
        concurrency: configuredSlots(config),
      })
    : new ClusterQueue({ ...common, cluster, onDownload: (job, download) => presenter?.downloading(download, job) });
  await queue.remember();
  if (engine) operation.watchEngine(engine);
  if (queue instanceof ClusterQueue) operation.watchCluster(queue);
  operation.watchQueue(queue);
  const app = createAppContext({
    botOptions: botOptionsOf(config, parts.catalogue ?? ownOffer(config)),
    queue,
    jobs: repository,
    styles: storedStyleLibrary(store.styles),
    store,
    logger: logger.child({ part: "commands" }),
    metrics: operation.metricsSink,
  });
  presenter = app.presenter;
  const started: { chat: Chat; handlers: Handlers }[] = [];
  const chats = parts.chats ?? defaultChats(config, logger, store);
  const readiness = new Map(chats.map((chat) => [chat, deferred<boolean>()]));
  const stopping = new AbortController();
  const later: Promise<unknown>[] = [];

  const admin = new Admin(app, chats, {
    startedAt: operation.startedAt,
    engine: () => engine?.status?.(),
    workers: () => (queue instanceof ClusterQueue ? queue.workers().map(shownWorker) : []),
    workerOf: (job) => (queue instanceof ClusterQueue ? queue.workerOf(job) : undefined),
    disk: () => operation.disk.last,
    problems: () => operation.problems(),
  });

  const stopAll = async () => {
    for (const { resolve } of readiness.values()) resolve(false);
    operation.stopping();
    stopping.abort();
    await Promise.all(later);
    for (const { handlers } of started) handlers.stop();
    await queue.close(config.queue.shutdownSeconds * 1000);
    const answers = [app.presenter.idle(), ...started.map(({ handlers }) => handlers.idle())];
    await withTimeout(Promise.all(answers), LAST_WORDS_MS, () => undefined);
    const results = await Promise.allSettled([...started.map(({ chat }) => chat.stop()), engine?.close()]);
    await stopRetention();
    await operation.close();
    await store.close();
    for (const result of results)
      if (result.status === "rejected") logger.error({ err: result.reason }, "a part did not stop cleanly");
    logger.info("stopped");
  };

  let operationAddress: string | undefined;
  try {
    for (const chat of chats) operation.watchChat(chat, () => started.some((other) => other.chat === chat));
    operationAddress = await operation.listen();
    // Before anybody can ask about them: whoever presses Cancel at once finds the job.
    const ready = async (chat: Chat) => (await readiness.get(chat)?.promise) ?? false;
    await queue.recover((job) => app.presenter.reopen(job, chats, ready));
    for (const chat of chats) {
      const slowedDown = (milliseconds: number) => operation.slowedDown(chat.platform, milliseconds);
      // Whoever moderates the web chat runs the program; a moderator elsewhere has no say over other communities.
      const handlers = createHandlers(chat, app, { slowedDown, ...(chat.platform === "web" ? { admin } : {}) });
      const open = async () => {
        await chat.start(handlers);
        started.push({ chat, handlers });
        handlers.resume();
        readiness.get(chat)?.resolve(true);
      };
      try {
        await open();
      } catch (error) {
        if (!mayPass(chat, error)) throw error;
        logger.error(
          { err: error, chat: chat.platform },
          "a chat cannot be reached; the others work, and it is tried again",
        );
        const again = (failure: unknown) => {
          logger.error({ err: failure, chat: chat.platform }, "the chat still cannot be reached");
          return mayPass(chat, failure);
        };
        const times = { firstMs: parts.retryMs ?? RETRY_MS, longestMs: LONGEST_RETRY_MS };
        later.push(
          retryWithBackoff(open, { ...times, delayFirst: true, mayPass: again, signal: stopping.signal }).catch(
            () => undefined,
          ),
        );
      }
    }
    operation.started();
  } catch (error) {
    await stopAll();
    throw error;
  }
  const web = started.map(({ chat }) => chat).find((chat) => chat instanceof WebChat);
  const address = web?.address;
  print(
    address
      ? `Dreamloom is ready: open ${address} and write /dream. Ctrl+C stops it.`
      : "Dreamloom is ready. Ctrl+C stops it.",
  );

  let stopped: Promise<void> | undefined;
  return {
    address,
    operationAddress,
    stop: () => {
      stopped ??= stopAll();
      return stopped;
    },
  };
}

/**
 * `dreamloom start`: reads the settings, starts, and stops on SIGINT and SIGTERM (at once on the second one).
 *
 * @throws ConfigError with one sentence for each wrong setting; its exit code is 2.
 */
export async function start(
  parts: Parts & { readonly env?: Readonly<Record<string, string | undefined>> },
): Promise<Running> {
  const config = loadConfig(parts.env ?? process.env);
  const logger = parts.logger ?? configuredLogger(config);
  let running: Running | undefined;
  shutDownInOrder({ what: "the program", stop: async () => running?.stop(), logger });
  running = await startDreamloom(config, { ...parts, logger });
  return running;
}

function defaultChats(config: Config, logger: Logger, store: Store): Chat[] {
  return [
    ...webChat(config, logger),
    ...slackChat(config, logger, store),
    ...discordChat(config, logger, store.keyValues),
  ];
}

/** Served when there is a token for a workspace, or what lets workspaces install the app. */
function slackChat({ slack, pictures }: Config, logger: Logger, store: Store): Chat[] {
  const { botToken, appToken, signingSecret, clientId, clientSecret, stateSecret, host, port, apiUrl } = slack;
  if (botToken === "" && clientId === "") return [];
  const installations = store.slackInstallations;
  const given = {
    ...(botToken === "" ? {} : { botToken }),
    ...(appToken === "" ? {} : { appToken }),
    ...(signingSecret === "" ? {} : { signingSecret }),
    ...(apiUrl === "" ? {} : { apiUrl }),
    ...(clientId === "" ? {} : { oauth: { clientId, clientSecret, stateSecret, installations } }),
  };
  const limits = { uploadBytes: Math.round(pictures.megabytes * 1024 * 1024) };
  return [
    new SlackChat({
      ...given,
      host,
      port,
      limits,
      keyValues: store.keyValues,
      logger: logger.child({ part: "slack" }),
    }),
  ];
}

function webChat(config: Config, logger: Logger): Chat[] {
  if (!config.web.enabled) return [];
  const { host, port, moderatorCode, allowedHosts } = config.web;
  const limits = { uploadBytes: Math.round(config.pictures.megabytes * 1024 * 1024) };
  const sample = existsSync(SAMPLE)
    ? { samplePicture: SAMPLE, sampleDescription: SAMPLE_DESCRIPTION, sampleCredit: SAMPLE_CREDIT }
    : {};
  const moderation = moderatorCode === "" ? {} : { moderatorCode };
  const where = { host, port, allowedHosts, dataDir: config.data.dir };
  return [new WebChat({ ...where, logger: logger.child({ part: "web" }), limits, ...sample, ...moderation })];
}

function discordChat(config: Config, logger: Logger, keyValues: KeyValueStore): Chat[] {
  if (config.discord.token === "") return [];
  return [new DiscordChat({ ...discordSettings(config), keyValues, logger: logger.child({ part: "discord" }) })];
}

/** The link by which the bot is added to a Discord server; undefined when the settings name no application. */
export function discordInvite({ discord }: Config): string | undefined {
  return discord.appId === "" ? undefined : inviteLink(discord.appId);
}

/**
 * `dreamloom register`: tells Discord the commands, also beside a program that runs.
 *
 * @returns how many there are, and of which application
 * @throws ChatError when Discord does not take them, ConfigError when there is no token.
 */
export async function registerDiscord(config: Config): Promise<{ readonly appId: string; readonly commands: number }> {
  if (config.discord.token === "") {
    throw new ConfigError([
      "discord.token is empty, so there is nothing to register: set DISCORD_TOKEN to the bot's token.",
    ]);
  }
  const { commands } = chatCommands(botOptionsOf(config, ownOffer(config)));
  return registerNow(discordSettings(config), { commands: commands.map(summarise), shortcuts: SHORTCUTS });
}

/** The settings of the Discord bot; what is empty was not set. */
function discordSettings({ discord }: Config): Pick<DiscordOptions, "token" | "appId" | "apiUrl" | "messageContent"> {
  const { token, appId, apiUrl, messageContent } = discord;
  return { token, messageContent, ...(appId === "" ? {} : { appId }), ...(apiUrl === "" ? {} : { apiUrl }) };
}

function limitsOf({ queue }: Config): QueueLimits {
  const { length, perPerson, perHour, perChannel, perChannelHour } = queue;
  return { length, waitingPerPerson: perPerson, perHourPerPerson: perHour, perChannel, perChannelHour };
}

/** A worker as the admin page shows it. */
function shownWorker({ id, version, device, running, slots, at, problem }: WorkerState): AdminWorker {
  const state = { name: id, version, runtime: device, running: running.length, slots, seenAt: at };
  return problem === undefined ? state : { ...state, problem };
}

function botOptionsOf(config: Config, catalogue: Pick<BotOptions, "looks" | "networks">): BotOptions {
  const { megabytes, seconds } = config.pictures;
  const { dream, paint, neuron, film, styles, queue: caps } = config;
  const bounds = { maxBytes: Math.round(megabytes * 1024 * 1024), seconds };
  const mapsMegabytes = Math.max(...configuredDevices(config).map(({ maps }) => maps));
  return { ...catalogue, mapsMegabytes, dream, paint, neuron, film, styles, caps, pictures: bounds };
}

function ownOffer(config: Config): Pick<BotOptions, "looks" | "networks"> {
  return offer(catalogue(), config.models.path.flatMap(foldersIn));
}

/** Names of the folders in a folder; none when it cannot be read, which the engine will tell whoever needs it. */
function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.name.startsWith(".") && (entry.isDirectory() || entry.isSymbolicLink()))
    .map((entry) => entry.name);
}

/** One platform's outage must not keep the others waiting; a wrong token or a taken port is the operator's to mend at once. */
function mayPass(chat: Chat, error: unknown): boolean {
  if (chat.platform === "web" || !(error instanceof ChatError)) return false;
  return error.kind === "unavailable" || error.kind === "timeout" || error.kind === "rate-limited";
}
