import type { WireWatch } from "./wire.js";

/**
 * What a page says over the socket, as far as it says anything that is known. Without a schema, whose errors of what a
 * stranger sends by the thousand would be half of the program's garbage (`npm run soak`).
 */
export function readWatch(data: { toString(): string }): Partial<WireWatch> {
  const frame = parse(data.toString());
  if (typeof frame !== "object" || frame === null) return {};
  const { watch, thread } = frame as Readonly<Record<string, unknown>>;
  return {
    ...((watch === "admin" || watch === "nothing") && { watch }),
    ...((thread === null || (typeof thread === "string" && /^\d{1,15}$/.test(thread))) && { thread }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
