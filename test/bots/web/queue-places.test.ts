/** Names can be made up in the web chat, addresses less so: places in the queue are bounded by address, too. */
import { join } from "node:path";
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { WebChat } from "../../../src/bots/web/chat.js";
import { openSqlite } from "../../../src/shared/native.js";
import { FakeEngine } from "../../fakes/engine.js";
import { openStudio } from "../../fakes/studio.js";
import { program } from "../../ops/program.js";
import { newFolder } from "../../support/new-folder.js";
import { Visitor } from "./harness.js";

const REFUSED = /^People at your internet address, .* have 3 unfinished jobs together/;

it("gives one address no more places than its share, whatever names it takes, and moderators theirs", async () => {
  const options = { dataDir: newFolder(), port: 0, logger: pino({ level: "silent" }) };
  const chat = new WebChat({ ...options, trustedProxies: ["127.0.0.1"], moderatorCode: "warp" });
  await program({ chats: [chat], env: { QUEUE_PER_ADDRESS: "3" } });
  /** Somebody asks for a picture; resolves with whether they get a place. */
  const gets = async (address: string, visitor?: Visitor) => {
    const person = visitor ?? (await Visitor.enter(chat, address));
    const [ear, { me }] = [await person.listen(), await person.session()];
    await person.said("/dream picture:none octaves:2");
    const isAnswer = (text: string) => text.includes(me.name) || REFUSED.test(text);
    const { text } = await ear.message((message) => message.author.bot && isAnswer(message.text));
    return REFUSED.test(text) ? "refused" : "a place";
  };
  const [roaming, second] = [
    await Visitor.enter(chat, "2001:db8:1:2::1"),
    await Visitor.enter(chat, "2001:db8:1:2::2"),
  ];
  expect(await gets("2001:db8:1:2::1", roaming)).toBe("a place");
  expect(await gets("2001:db8:1:2::2", second)).toBe("a place");
  expect(await gets("2001:db8:1:2:ffff::3")).toBe("a place");
  // A job stays its address's, wherever its author goes.
  roaming.forwarded = "203.0.113.5";
  await roaming.session();
  for (const address of ["2001:db8:1:2::4", "2001:db8:1:2::5"]) expect(await gets(address)).toBe("refused");
  expect(await gets("2001:db8:1:3::1")).toBe("a place");

  // A moderator is bounded alone, and takes no place from the others there.
  const moderator = await Visitor.enter(chat, "2001:db8:1:2::6");
  await moderator.request("POST", "/api/session", { moderatorCode: "warp" });
  expect(await gets("2001:db8:1:2::6", moderator)).toBe("a place");
  const ear = await second.listen();
  await second.said("/cancel");
  await ear.message(({ text }) => text.includes("Cancelled by"));
  expect(await gets("2001:db8:1:2::7")).toBe("a place");
  expect(await gets("2001:db8:1:2::8")).toBe("refused");
});

it("counts the jobs of an address after a restart too, and keeps nothing of it when they have ended", async () => {
  const dirs = { web: newFolder(), studio: newFolder() };
  const [first, second] = [new FakeEngine(), new FakeEngine()];
  const limits = { length: 20, waitingPerPerson: 5, perHourPerPerson: 100, perAddress: 3 };
  /** Begins both, as a start of the program does. */
  const begin = async (engine: FakeEngine) => {
    const logger = pino({ level: "silent" });
    const chat = new WebChat({ dataDir: dirs.web, port: 0, logger, trustedProxies: ["127.0.0.1"] });
    const opened = await openStudio(chat, { engine, dir: dirs.studio, queue: { limits } });
    await opened.queue.recover((job) => opened.app.presenter.reopen(job, [chat], async () => true));
    return opened;
  };
  const asks = async (chat: WebChat) => {
    const visitor = await Visitor.enter(chat, "203.0.113.9");
    const [ear, { me }] = [await visitor.listen(), await visitor.session()];
    await visitor.said("/dream picture:none octaves:2");
    const { text } = await ear.message((message) => message.author.bot && isAnswer(message.text, me.name));
    return REFUSED.test(text) ? "refused" : "a place";
  };
  const isAnswer = (text: string, name: string) => text.includes(name) || REFUSED.test(text);
  const keys = () => {
    const database = openSqlite(join(dirs.studio, "dreamloom.sqlite"), { readonly: true });
    const rows = database.prepare("SELECT address_key AS address FROM job").all() as { address: string | null }[];
    database.close();
    return rows.map(({ address }) => address);
  };
  const before = await begin(first);
  for (let place = 0; place < 3; place++) expect(await asks(before.chat)).toBe("a place");
  expect(new Set(keys()).size).toBe(1);
  expect(keys().join()).not.toContain("203.0.113.9");
  await before.chat.stop();
  await before.close();
  const after = await begin(second);
  onTestFinished(async () => {
    await after.chat.stop();
    await after.close();
  });
  expect(await asks(after.chat)).toBe("refused");
  for (const { job } of after.queue.positions()) after.queue.cancel(job.id, { by: "person", name: "Mo" });
  await after.quiet();
  expect(keys()).toEqual([null, null, null]);
  expect(await asks(after.chat)).toBe("a place");
});
