/** The verbs of those who run the bots: `dreamloom start`, `worker`, `register` and `backup`. */
import type { Command } from "commander";
import { loadConfig } from "../app/settings/load-settings.js";
import { sentence } from "../shared/sentences/sentence.js";
import { UsageError } from "./usage.js";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("Start the bot: the web chat and every platform that is configured")
    .action(async () => {
      await (await import("../app/start.js")).start();
    });
}

export function addWorker(program: Command): void {
  program
    .command("worker")
    .description("Run jobs on this machine for bots elsewhere; they come through Redis (REDIS_URL)")
    .action(async () => {
      const config = loadConfig();
      if (config.cluster.url === "") throw new UsageError("cli.worker-redis");
      await (await import("../app/worker.js")).startWorker(config);
    });
}

export function addRegister(program: Command): void {
  program
    .command("register")
    .description("Register the commands with Discord; the bot does so by itself when it starts and they have changed")
    .action(async () => {
      const { registerDiscord } = await import("../app/discord.js");
      process.stdout.write(`${sentence("cli.registered", await registerDiscord(loadConfig()))}\n`);
    });
}

export function addBackup(program: Command): void {
  program
    .command("backup")
    .description(
      "Copy jobs, messages and pictures into a folder, even while the bot runs; the next time only what is new",
    )
    .argument("<folder>", "Where the copy goes: another disk")
    .action(async (folder: string) => {
      const { backUpData } = await import("../app/back-up.js");
      const { databases, ...counts } = await backUpData(loadConfig(), folder);
      process.stdout.write(`${sentence("cli.backed-up", { ...counts, databases: databases.join(" and ") })}\n`);
    });
}
