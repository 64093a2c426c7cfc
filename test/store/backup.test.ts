import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startDreamloom } from "../../src/app/application.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { backUp } from "../../src/store/backup.js";
import { openStore } from "../../src/store/open.js";
import { ann, FakeChat, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { botOptions } from "../fakes/studio.js";
import { program } from "../ops/program.js";
import { newFolder } from "../support/new-folder.js";

describe("a backup", () => {
  it("of a running program holds what was there, and a program starts from it and goes on", async () => {
    const { dir, chat, engine } = await program();
    const photo = await picture(80, 60);
    await chat.say(ann, "/dream size:256", { attachments: [source(photo)] });
    await (await engine.next()).finish();
    await chat.until(() => chat.in("thread").find(({ content }) => content.text.includes("ready")));
    await chat.say(ann, "/dream size:128 octaves:2", { attachments: [source(photo)] });
    await engine.next();
    // The second job runs; its row may be in the write-ahead log only.
    const target = join(newFolder(), "copy");
    const first = await backUp(dir, target);
    expect(first).toMatchObject({ databases: ["dreamloom.sqlite"], kept: 0, removed: 0 });
    expect(first.copied).toBeGreaterThanOrEqual(2);

    const restored = new FakeEngine();
    const { pino } = await import("pino");
    const running = await startDreamloom(
      loadConfig({ DATA_DIR: target, OPS_PORT: "0", WEB_PORT: "0", QUEUE_SHUTDOWN_SECONDS: "0.1" }),
      {
        engine: () => restored,
        catalogue: botOptions,
        chats: [new FakeChat()],
        logger: pino({ level: "silent" }),
        print: () => undefined,
      },
    );
    const resumed = await restored.next();
    expect(resumed.request.params).toMatchObject({ size: 128 });
    expect(Buffer.from(resumed.request.pictures.image ?? []).equals(photo)).toBe(true);
    await running.stop();
    const store = openStore({ dir: target });
    const done = store.jobs.latest({ platform: "fake", community: "club", author: ann.id });
    expect(done?.state).toBe("waiting");
    expect(store.images.total().images).toBeGreaterThanOrEqual(2);
    await store.close();
  });

  it("again into the same folder copies what is new, and forgets what was deleted", async () => {
    const dir = newFolder();
    const target = newFolder();
    const store = openStore({ dir });
    const where = { platform: "fake", community: "club" };
    const add = (name: string, side: number) =>
      picture(side, side).then((bytes) =>
        store.styles.add(
          {
            ...where,
            name,
            emoji: name === "one" ? "🌊" : "🔥",
            author: { id: "ann", name: "Ann" },
            picture: { bytes },
          },
          { perCommunity: 5, perPerson: 5 },
        ),
      );
    const one = await add("one", 40);
    expect(await backUp(dir, target)).toEqual({ databases: ["dreamloom.sqlite"], copied: 1, kept: 0, removed: 0 });
    // A copy that was cut short counts for nothing.
    writeFileSync(join(target, "images", "x.part"), "half");
    await add("two", 50);
    expect(await backUp(dir, target)).toMatchObject({ copied: 1, kept: 1, removed: 0 });
    store.styles.remove([one.id]);
    expect(await backUp(dir, target)).toMatchObject({ copied: 0, kept: 1, removed: 1 });
    await store.close();
    expect(readdirSync(target).sort()).toEqual(["dreamloom.sqlite", "images"]);
  });

  it("says so when its folder cannot be written", async () => {
    const dir = newFolder();
    await openStore({ dir }).close();
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    await expect(backUp(dir, file)).rejects.toMatchObject({ name: "StoreError", kind: "unwritable" });
  });
});
