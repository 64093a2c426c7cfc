/** Reads database files for `stores.ts`, which does not end when one of them ends this process. */
import { ChatError } from "../../src/port/chat-error.js";
import { StoreError } from "../../src/shared/store-error.js";
import { STORED_FILES } from "./stored-files.js";

/** What came of a file. */
export type ReadAnswer =
  | { readonly rows: readonly (readonly [name: string, text: string])[] }
  | { readonly refused: string; readonly sentence: string }
  | { readonly error: string }
  | { readonly died: string };

async function read(name: string, folder: string): Promise<ReadAnswer> {
  try {
    const rows = await STORED_FILES.find((stored) => stored.name === name)?.read(folder);
    return { rows: [...(rows ?? [])] };
  } catch (error) {
    const fault = error instanceof ChatError ? error.cause : error;
    if (fault instanceof StoreError) return { refused: fault.kind, sentence: fault.message };
    return { error: error instanceof Error ? String(error.stack) : String(error) };
  }
}

process.on("message", ({ name, folder }: { readonly name: string; readonly folder: string }) => {
  void read(name, folder).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit(0));
