import { type Logger, pino } from "pino";
import { PinoPretty } from "pino-pretty";
import { hideSecrets, secretsOf } from "../shared/secrets.js";
import { LineOutput } from "./line-output.js";
import type { Config } from "./settings/load-settings.js";

interface LogOptions {
  /** Values that never reach the log, whatever holds them; see {@link secretsOf}. */
  readonly secrets?: readonly string[];
  /** Where the lines go, as JSON; `fd` unless given. */
  readonly stream?: { write(line: string): void };
  /** The open file to which they go else; standard error unless given. */
  readonly fd?: number;
}

/** The program's log: easy to read on a terminal, JSON lines elsewhere. Secrets are left out, whatever holds them. */
export function createLogger(
  { level, format }: Config["log"],
  { secrets = [], stream, fd = 2 }: LogOptions = {},
): Logger {
  const terminal = process.stderr.isTTY === true;
  const pretty = stream === undefined && (format === "pretty" || (format === "auto" && terminal));
  const output = new LineOutput(fd);
  const form = { colorize: terminal, ignore: "pid,hostname", translateTime: "HH:MM:ss" };
  const destination = pretty ? PinoPretty({ destination: output.asStream(), ...form }) : (stream ?? output);
  // The whole line as it will be written: so no nesting, no error's cause and no text that quotes a secret is missed.
  return pino({ level, hooks: { streamWrite: hideSecrets(secrets) } }, destination);
}

/** The log that the settings describe, which hides every secret in them and in the environment. */
export function configuredLogger(config: Config): Logger {
  return createLogger(config.log, { secrets: [...secretsOf(config), ...secretsOf(process.env)] });
}
