import { type Logger, pino } from "pino";
import { PinoPretty } from "pino-pretty";
import type { Config } from "./config.js";

/** Whatever field holds one of these never reaches a log. */
const SECRETS = ["token", "appToken", "botToken", "signingSecret", "authorization", "cookie", "password", "secret", "moderatorCode"];

/** The program's log, on standard error: easy to read on a terminal, JSON lines elsewhere. Tokens are left out. */
export function createLogger({ level, format }: Config["log"]): Logger {
  const redact = { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[hidden]" };
  const pretty = format === "pretty" || (format === "auto" && process.stderr.isTTY === true);
  const stream = pretty
    ? PinoPretty({ destination: 2, sync: true, colorize: process.stderr.isTTY === true, ignore: "pid,hostname", translateTime: "HH:MM:ss" })
    : pino.destination({ fd: 2, sync: true });
  return pino({ level, redact }, stream);
}
