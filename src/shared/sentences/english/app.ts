import { counted } from "../catalogue.js";

/** What operators read: health pages, `dreamloom doctor`, and the program at its start. */
export const app = {
  "app.ready": ({ address }: { address: string | undefined }) =>
    `Dreamloom is ready${address ? `: open ${address} and write /dream.` : "."} Ctrl+C stops it.`,
  "app.sample": "A path into the mountains: Picos de Europa, photo by Aitzol Berasategi, CC BY 4.0",
  "app.engine-failed": "The engine failed on this picture; this is a mistake in Dreamloom.",
  "app.register": "discord.token is empty, so there is nothing to register: set DISCORD_TOKEN to the bot's token.",
  "backup.inside": "{target} is inside the data folder: name a folder outside it.",
  "backup.nothing": "There is nothing to copy in {folder}: set DATA_DIR to the bot's data folder.",
  "ops.silent": "It has not answered for {seconds} s.",
  "ops.disk": "The disk of {folder} has {megabytes} MB left: free some, or lower retention.megabytes.",
  "ops.devices": "{devices} cannot compute; the log says why.",
  "ops.engine-silent": "The engine's process does not answer.",
  "ops.engine-failing": "The engine's process ends before it can take jobs; the log says why.",
  "ops.engine-closed": "The engine is shut down.",
  "ops.redis": "Redis at {host} cannot be reached (REDIS_URL); unfinished jobs wait for it.",
  "ops.redis-worker": "Redis at {host} cannot be reached (REDIS_URL); the worker takes no jobs meanwhile.",
  "ops.not-started": "It has not been started yet.",
  "ops.not-connected": "It is not connected.",
  "ops.phase": "It is {phase}.",
  "ops.failed": "It is in the log.",
  "ops.method": "Only GET and HEAD are answered here.",
  "ops.unknown": "There is nothing here; there are {paths}.",
  "service.off": "switched off",
  "service.store-empty": "nothing is kept yet",
  "service.store": ({ jobs }: { jobs: number }) => `${counted(jobs, "job")} kept`,
  "service.store-broken": "{file} cannot be read ({reason}); put back a copy of it",
  "service.redis-off": "not used, until REDIS_URL is set",
  "service.redis": "{host} answers, version {version}",
  "service.redis-gone": "{host} does not answer ({reason}); is REDIS_URL right, and does it run?",
  "service.redis-old": "{answers}; 6.2 or later is needed",
  "service.redis-policy":
    "{answers}; its maxmemory-policy is {policy}, which may throw jobs away: set it to noeviction",
  "service.slack-off": "off, until SLACK_BOT_TOKEN or SLACK_CLIENT_ID is set",
  "service.slack-half": "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): without one no event comes",
  "service.slack": ({ oauth, http }: { oauth: boolean; http: boolean }) =>
    `for ${oauth ? "workspaces that install it" : "one workspace"}, events by ${http ? "HTTP" : "Socket Mode"}; ` +
    "the tokens themselves are tried at the start",
  "service.port-free": "{where} is free",
  "service.port-used": "{where} is in use: by the bot, if it runs; else choose another ({setting})",
  "service.port-broken": "{where} cannot be listened on ({code})",
  "service.no-bots": "none were here within the last day; they need this REDIS_URL and CLUSTER_PREFIX, too",
  "service.bots": "Dreamloom {version}, protocol {protocol}",
  "service.bots-other": (is: { bots: string; version: string; protocol: number }) =>
    `${is.bots}; this is ${is.version} with protocol ${is.protocol}: a worker from here would get no jobs. ` +
    "Update the older one",
  "service.worker": (worker: { busy: number; slots: number; device: string; version: string; seconds: number }) =>
    `${worker.busy} of ${counted(worker.slots, "slot")} busy, ${worker.device}, Dreamloom ${worker.version}, ` +
    `seen ${worker.seconds} s ago`,
  "service.worker-stopping": "{worker}, stopping",
  "service.worker-protocol": (is: { worker: string; protocol: number; bots: number; version: string }) =>
    `${is.worker}; it speaks protocol ${is.protocol} and the bots ${is.bots} (Dreamloom ${is.version}): ` +
    "it gets no jobs. Update the older one",
  "service.worker-version":
    "{worker}; the bots are {version}: it gets jobs, but pictures may come out otherwise. Update the older one",
  "service.no-worker":
    "no worker is there: run dreamloom worker with this REDIS_URL and CLUSTER_PREFIX={prefix} on a machine that paints",
} as const;
