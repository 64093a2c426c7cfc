import { onTestFinished } from "vitest";
import { type Parts, startDreamloom } from "../../src/app/application.js";
import { createLogger } from "../../src/app/log.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import type { Chat } from "../../src/port/adapter.js";
import { FakeChat } from "../fakes/chat.js";
import { FakeEngine } from "../fakes/engine.js";
import { botOptions } from "../fakes/studio.js";
import { newFolder } from "../support/new-folder.js";

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly engine?: Parts["engine"];
  readonly chats?: readonly Chat[];
}

/** The whole program on free ports, by default with a fake engine and a fake chat, and all that it logs. */
export async function program({ env = {}, ...parts }: ProgramOptions = {}) {
  const dir = newFolder();
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: "trace", format: "json" },
    { stream: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) } },
  );
  const chat = new FakeChat();
  const engine = new FakeEngine();
  const config = loadConfig({ DATA_DIR: dir, WEB_PORT: "0", OPS_PORT: "0", QUEUE_SHUTDOWN_SECONDS: "0.1", ...env });
  const running = await startDreamloom(config, {
    engine: parts.engine ?? (() => engine),
    catalogue: botOptions,
    chats: parts.chats ?? [chat],
    logger,
    print: () => undefined,
  });
  onTestFinished(() => running.stop());
  const address = running.operationAddress ?? "";
  return { dir, lines, chat, engine, running, address, config };
}

/** Samples of a page of metrics: `name{label="value"}` -> number. */
export function samples(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

export async function scrape(address: string): Promise<ReadonlyMap<string, number>> {
  return samples(await (await fetch(`${address}/metrics`)).text());
}
