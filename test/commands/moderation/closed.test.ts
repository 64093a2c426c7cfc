import pino from "pino";
import { describe, expect, it } from "vitest";
import { WebChat } from "../../../src/bots/web/chat.js";
import type { AdminOverview } from "../../../src/port/admin.js";
import { Visitor } from "../../bots/web/harness.js";
import { ann, art, FakeChat, mod } from "../../fakes/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { program } from "../../ops/program.js";
import { newFolder } from "../../support/new-folder.js";

describe("a job where not everybody reads", () => {
  it("is told of by whose it is, and not by what is made, on the admin page and in the log", async () => {
    const web = new WebChat({ dataDir: newFolder(), port: 0, logger: pino({ level: "silent" }) });
    const [engine, elsewhere] = [new FakeEngine(), new FakeChat()];
    await program({ chats: [web, elsewhere], engine: () => engine });
    elsewhere.info = { ...elsewhere.info, closed: true };
    const channel = { ...art, id: "private" };
    await elsewhere.say(ann, "/dream picture:none look:patterns", { channel });
    await engine.next();
    const operator = await Visitor.enter(web);
    const { jobs } = (await (await operator.request("GET", "/api/admin")).json()) as AdminOverview;
    const title = "A work from a channel that not everybody can read";
    expect(jobs).toMatchObject([{ title, person: "Ann" }]);
    const [{ id } = expect.fail()] = jobs;
    await operator.request("POST", `/api/admin/jobs/${id}/cancel`, {});
    await elsewhere.say(mod, "/moderate log");
    const log = elsewhere.ephemeral.at(-1)?.text;
    expect(log).toContain("cancelled A work from a channel");
    expect(log).not.toContain("patterns");
  });
});
