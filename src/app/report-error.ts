import { NetworkError } from "../engine/networks/network.js";
import { EngineError } from "../engine/process/engine.js";
import { RecipeError } from "../engine/recipes/recipe.js";
import { DeviceError } from "../engine/runtimes/runtime.js";
import { ChatError } from "../port/chat-error.js";
import { PictureError } from "../shared/inspect-image.js";
import { NativePartError } from "../shared/native.js";
import { sentence } from "../shared/sentences/sentence.js";
import { StoreError } from "../shared/store-error.js";
import { ConfigError } from "./settings/load-settings.js";

const USAGE = 2;
const FAILED = 1;
const FOR_PEOPLE = [
  ConfigError,
  PictureError,
  NetworkError,
  EngineError,
  RecipeError,
  ChatError,
  DeviceError,
  NativePartError,
  StoreError,
];

/**
 * Prints one sentence for what a person can fix, and the stack for what only a developer can; returns the exit code.
 */
export function reportError(error: unknown): number {
  if (error instanceof EngineError && error.kind === "internal") {
    // A shell has no log to look into.
    process.stderr.write(`${sentence("app.engine-failed")}\n${traceOf(error.cause ?? error)}\n`);
    return FAILED;
  }
  if (FOR_PEOPLE.some((kind) => error instanceof kind) && error instanceof Error) {
    process.stderr.write(`${error.message}\n`);
    const outOfReach = error instanceof NetworkError && error.kind === "unreachable";
    return outOfReach || error instanceof NativePartError || (error instanceof EngineError && error.kind !== "input")
      ? FAILED
      : USAGE;
  }
  process.stderr.write(`${traceOf(error)}\n`);
  return FAILED;
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
