import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Installation } from "@slack/oauth";
import { describe, expect, it } from "vitest";
import { openSqlite } from "../../src/shared/native.js";
import { StoreError } from "../../src/shared/store-error.js";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";

const KEY = "0123456789abcdef0123456789abcdef";
/** No real one: the scanners of repositories know what those look like. */
const TOKEN = "xoxb-token-of-nothing";
const query = { teamId: "T1", enterpriseId: undefined, isEnterpriseInstall: false } as const;

const installation = {
  team: { id: "T1", name: "Ann's" },
  enterprise: undefined,
  user: { id: "U1", token: undefined, scopes: undefined },
  bot: { id: "B1", userId: "U2", token: TOKEN, scopes: ["chat:write"] },
} satisfies Installation<"v2", false>;

/** Everything in the folder's files, also in what SQLite has freed. */
function onDisk(dir: string): string {
  const files = readdirSync(dir).filter((name) => name.includes("sqlite"));
  return files.map((name) => readFileSync(join(dir, name), "latin1")).join("\n");
}

async function written(dir: string, encryptionKey: string): Promise<void> {
  const store = openStore({ dir, encryptionKey });
  await store.slackInstallations.storeInstallation(installation);
  store.keyValues.set("answer.to", { token: TOKEN });
  await store.close();
}

async function read(dir: string, encryptionKey: string) {
  const store = openStore({ dir, encryptionKey });
  const { bot } = await store.slackInstallations.fetchInstallation(query);
  const found = { token: bot?.token, value: store.keyValues.get("answer.to"), list: store.keyValues.list("answer.") };
  await store.close();
  return found;
}

const whole = { token: TOKEN, value: { token: TOKEN }, list: [["answer.to", { token: TOKEN }]] };

function failure(dir: string, encryptionKey: string): StoreError {
  try {
    openStore({ dir, encryptionKey });
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("The store was opened.");
}

describe("tokens", () => {
  it("are on disk as they are without a key, and encrypted with one", async () => {
    const [plain, sealed] = [newFolder(), newFolder()];
    await written(plain, "");
    expect(onDisk(plain)).toContain(TOKEN);
    await written(sealed, KEY);
    expect(onDisk(sealed)).not.toContain(TOKEN);
    expect(await read(sealed, KEY)).toEqual(whole);
  });

  it("from before there was a key are read, and encrypted at the next start with one", async () => {
    const dir = newFolder();
    await written(dir, "");
    const store = openStore({ dir, encryptionKey: KEY });
    expect(onDisk(dir)).not.toContain(TOKEN);
    expect(store.keyValues.get("answer.to")).toEqual({ token: TOKEN });
    await store.close();
    expect(await read(dir, KEY)).toEqual(whole);
  });

  it("are refused with one sentence where the key is missing or another one, and stay as they are", async () => {
    const dir = newFolder();
    await written(dir, KEY);
    const file = join(dir, "dreamloom.sqlite");
    const missing = failure(dir, "");
    expect([missing.kind, missing.message]).toEqual([
      "locked",
      `The tokens in ${file} are encrypted: set data.encryptionKey or DATA_ENCRYPTION_KEY to the key they were ` +
        "encrypted with.",
    ]);
    expect(failure(dir, KEY.toUpperCase()).message).toBe(
      `The tokens in ${file} are encrypted with another key than data.encryptionKey or DATA_ENCRYPTION_KEY says: set ` +
        "it to that one.",
    );
    expect(await read(dir, KEY)).toEqual(whole);
  });

  it("open in their own row only", async () => {
    const dir = newFolder();
    await written(dir, KEY);
    const file = openSqlite(join(dir, "dreamloom.sqlite"));
    file.exec("INSERT INTO memo SELECT 'other', value, at FROM memo");
    file.close();
    expect(failure(dir, KEY).kind).toBe("locked");
  });
});
