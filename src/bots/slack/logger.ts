import { type Logger, LogLevel } from "@slack/bolt";
import type { Logger as Pino } from "pino";

/** Tokens of every kind, tickets of WebSocket addresses, and signatures. */
const SECRET = /\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w-]+|\b(?:ticket|code|state|client_secret)=[^&\s"']+/g;

/**
 * Passes the SDKs' logs on to the program's. Their debug lines hold whole payloads and are dropped, whatever the level;
 * what is left is searched for tokens.
 */
export function sdkLogger(logger: Pino): Logger {
  const words = (parts: readonly unknown[]): string => hideSecrets(parts.map(String).join(" "));
  return {
    debug: () => undefined,
    info: (...parts) => logger.debug(words(parts)),
    warn: (...parts) => logger.warn(words(parts)),
    error: (...parts) => logger.error(words(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

export function hideSecrets(text: string): string {
  return text.replace(SECRET, "[hidden]");
}
