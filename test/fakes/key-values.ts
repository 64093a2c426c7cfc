import type { KeyValueStore } from "../../src/port/adapter.js";

/** What adapters keep between two runs, in memory. A copy of it is what was on disk at that moment. */
export class KeyValues extends Map<string, unknown> implements KeyValueStore {
  list(prefix: string): (readonly [key: string, value: unknown])[] {
    return [...this].filter(([key]) => key.startsWith(prefix));
  }
}
