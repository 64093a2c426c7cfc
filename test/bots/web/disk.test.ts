/** The web chat's own file on a full, failing or read-only disk. */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { WebChat } from "../../../src/bots/web/chat.js";
import { mayPass } from "../../../src/port/chat-error.js";
import { deferred } from "../../../src/shared/async.js";
import { openSqlite } from "../../../src/shared/native.js";
import { SqliteFile } from "../../../src/shared/sqlite-file.js";
import { storeError } from "../../../src/shared/store-error.js";
import { damage } from "../../support/damage.js";
import { newFolder } from "../../support/new-folder.js";
import { waitFor } from "../../support/wait-for.js";
import { handlers, photo, startChat, Visitor } from "./harness.js";

const art = { platform: "web", community: "local", id: "art" };
const NAME = "web-chat.sqlite";

async function unstarted(spoil: (path: string) => void) {
  const dataDir = newFolder();
  const path = join(dataDir, NAME);
  spoil(path);
  const chat = new WebChat({ dataDir, logger: pino({ level: "silent" }), port: 0 });
  const error: unknown = await chat.start(handlers()).catch((reason: unknown) => reason);
  return { chat, path, message: error instanceof Error ? error.message : "", health: chat.health() };
}

describe("the web chat's file", () => {
  it("that is damaged, newer or no file is named at the start, with what would help", async () => {
    const damaged = await unstarted((path) => writeFileSync(path, "This is no database, long as it is. ".repeat(200)));
    expect(damaged.message).toBe(
      `The database ${damaged.path} is damaged: restore a copy of it (docs/operating.md, "Backup"), or move it away to ` +
        "start with an empty one.",
    );
    expect(damaged.health).toEqual({ connected: false, detail: damaged.message });
    const folder = await unstarted((path) => mkdirSync(path));
    expect(folder.message).toContain(`${folder.path} cannot be written (SQLITE_CANTOPEN): make it writable`);
    const newer = await unstarted((path) => {
      const file = openSqlite(path);
      file.exec("CREATE TABLE schema_version (version INTEGER); INSERT INTO schema_version VALUES (999)");
      file.close();
    });
    expect(newer.message).toContain(`${newer.path} was written by a newer Dreamloom`);
  });

  it("that a disk has damaged refuses in a sentence for everybody, and tells operators which file", async () => {
    const dataDir = newFolder();
    const chat = await startChat(handlers(), { dataDir });
    const visitor = await Visitor.enter(chat);
    for (let n = 0; n < 20; n++) await chat.post(art, { text: "words ".repeat(600) });
    expect(chat.health()).toEqual({ connected: true });
    damage(join(dataDir, NAME));
    const response = await visitor.say("hello");
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      error:
        "I cannot keep this: my database is damaged. The operator has to restore a copy of it; then please try again.",
    });
    const posted: unknown = await chat.post(art, { text: "hello" }).catch((reason: unknown) => reason);
    expect(posted).toMatchObject({ name: "ChatError", kind: "unavailable" });
    // The page tries to come back; that ends no program.
    const url = `${chat.address.replace("http", "ws")}/api/live`;
    const socket = new WebSocket(url, { headers: { cookie: visitor.cookie, origin: chat.address } });
    await new Promise((resolve) => socket.on("close", resolve).on("error", resolve));
    expect(chat.health()).toMatchObject({ connected: false });
    expect(chat.health().detail).toContain(`The database ${join(dataDir, NAME)} is damaged`);
    await chat.stop();
  });

  it("on a full disk refuses posts, can be read all the same, and goes on when there is space", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    await visitor.said("before");
    const cause = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    const spy = vi.spyOn(SqliteFile.prototype, "write").mockImplementation(() => {
      throw storeError(cause, NAME);
    });
    const refused = await visitor.say("hello");
    expect([refused.status, ((await refused.json()) as { error: string }).error]).toEqual([
      503,
      expect.stringContaining("my disk is full. The operator has to free some space"),
    ]);
    const posted: unknown = await chat.post(art, { text: "hello" }).catch((reason: unknown) => reason);
    expect(mayPass(posted)).toBe(true);
    expect((await visitor.session()).channels).toHaveLength(1);
    expect((await visitor.page()).messages.at(-1)?.text).toBe("before");
    spy.mockRestore();
    expect((await visitor.said("after")).text).toBe("after");
  });

  it("refuses a picture that the disk does not take in the same words", async () => {
    const dataDir = newFolder();
    const chat = await startChat(handlers(), { dataDir });
    const visitor = await Visitor.enter(chat);
    rmSync(join(dataDir, "pictures"), { recursive: true });
    const refused = await visitor.say("look", { files: [{ bytes: await photo(), name: "photo.jpg" }] });
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining("my data folder cannot")]);
  });

  it("acknowledges what is on the disk: to who says it, to those who see it, and to the bot", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    const ear = await visitor.listen();
    const disk = deferred();
    const synced = vi.spyOn(SqliteFile.prototype, "synced").mockReturnValue(disk.promise);
    const told: string[] = [];
    const acknowledged = Promise.all([
      visitor.said("hello").then(() => told.push("answered")),
      ear.message(({ text }) => text === "hello").then(() => told.push("seen")),
      chat.post(art, { text: "hello, too" }).then(() => told.push("posted")),
    ]);
    // All three wait: two for what they say, the sockets for what they show.
    await waitFor(() => expect(synced.mock.calls.length).toBeGreaterThanOrEqual(3));
    const calls = synced.mock.calls.length;
    const read = visitor.page().finally(() => told.push("read"));
    await waitFor(() => expect(synced.mock.calls.length).toBeGreaterThan(calls));
    expect(told).toEqual([]);
    synced.mockRestore();
    disk.resolve();
    await acknowledged;
    expect((await read).messages.map(({ text }) => text)).toContain("hello");
  });

  it("tells who comes back of what is on the disk, and of the rest as soon as it is", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    const { rev } = await visitor.session();
    const first = await visitor.listen();
    await visitor.said("on the disk");
    await first.message(({ text }) => text === "on the disk");
    const [before, after] = [deferred(), deferred()];
    onTestFinished(() => after.resolve());
    const synced = vi.spyOn(SqliteFile.prototype, "synced").mockReturnValue(before.promise);
    const listening = visitor.listen(rev);
    await waitFor(() => expect(synced).toHaveBeenCalledTimes(1));
    synced.mockReturnValue(after.promise);
    const saying = visitor.said("not yet");
    // Its answer waits, and what the pages are told.
    await waitFor(() => expect(synced).toHaveBeenCalledTimes(3));
    before.resolve();
    const ear = await listening;
    expect(ear.messages().map(({ text }) => text)).toEqual(["on the disk"]);
    synced.mockRestore();
    after.resolve();
    await saying;
    await ear.message(({ text }) => text === "not yet");
  });

  it("that the disk does not take acknowledges nothing, and pages come back for what there is", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    const ear = await visitor.listen();
    const cut = new Promise((resolve) => ear.socket.once("close", resolve));
    const cause = Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_FSYNC" });
    const synced = vi.spyOn(SqliteFile.prototype, "synced").mockRejectedValue(storeError(cause, NAME));
    const refused = await visitor.say("hello");
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining("my data folder cannot")]);
    await cut;
    expect(ear.messages()).toEqual([]);
    expect((await visitor.page()).messages.map(({ text }) => text)).toContain("hello");
    synced.mockRestore();
    expect((await visitor.said("again")).text).toBe("again");
  });

  it("is one complete file when the chat stops", async () => {
    const dataDir = newFolder();
    const chat = await startChat(handlers(), { dataDir });
    await (await Visitor.enter(chat)).said("kept");
    await chat.stop();
    expect(statSync(join(dataDir, `${NAME}-wal`), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });
});
