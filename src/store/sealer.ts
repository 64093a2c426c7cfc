import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { eq } from "drizzle-orm";
import { StoreError } from "../shared/store-error.js";
import type { Database } from "./database.js";
import { memoTable, type Sealed, slackInstallationTable } from "./schema.js";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts values that may hold tokens, where the operator has given a key; without one it leaves them as they are. */
export class Sealer {
  readonly #key: Buffer | undefined;

  /** @param secret a long random text; empty: none */
  constructor(secret: string) {
    // Long and random already, so that a salt of its own would add nothing.
    this.#key = secret === "" ? undefined : scryptSync(secret, "dreamloom", 32);
  }

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  /** @param name of the value's row: it opens there only */
  seal<T>(name: string, value: T): T | Sealed {
    if (!this.#key) return value;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(name));
    const hidden = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
    return { sealed: Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString("base64") } satisfies Sealed;
  }

  /**
   * What was sealed; a value from before there was a key as it is.
   * @throws Error where there is no key or another one
   */
  open(name: string, value: unknown): unknown {
    if (!isSealed(value)) return value;
    if (!this.#key) throw new Error("a value is encrypted, and there is no key");
    const bytes = Buffer.from(value.sealed, "base64");
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(name));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const shown = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return JSON.parse(shown.toString("utf8"));
  }
}

function isSealed(value: unknown): value is Sealed {
  return typeof value === "object" && value !== null && "sealed" in value && typeof value.sealed === "string";
}

/**
 * Sees that all that is encrypted can be read, and encrypts what an earlier run has written without a key.
 *
 * @throws StoreError "locked" where the key is missing or another one
 */
export function sealStored(database: Database, sealer: Sealer): void {
  const { orm } = database;
  const { id, installation } = slackInstallationTable;
  const values = orm.select({ name: memoTable.key, value: memoTable.value }).from(memoTable).all();
  const installations = orm.select({ name: id, value: installation }).from(slackInstallationTable).all();
  try {
    for (const { name, value } of [...values, ...installations]) sealer.open(name, value);
  } catch (cause) {
    const { path } = database;
    if (sealer.hasKey) throw new StoreError("locked", "store.other-key", { path }, { cause });
    throw new StoreError("locked", "store.no-key", { path }, { cause });
  }
  if (!sealer.hasKey || [...values, ...installations].every(({ value }) => isSealed(value))) return;
  database.write(() => {
    for (const { name, value } of values.filter((row) => !isSealed(row.value)))
      orm
        .update(memoTable)
        .set({ value: sealer.seal(name, value) })
        .where(eq(memoTable.key, name))
        .run();
    for (const { name, value } of installations.filter((row) => !isSealed(row.value)))
      orm
        .update(slackInstallationTable)
        .set({ installation: sealer.seal(name, value) })
        .where(eq(id, name))
        .run();
  });
  // What stood there is in the log no longer, either.
  database.checkpoint();
}
