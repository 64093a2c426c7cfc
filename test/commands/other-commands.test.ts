import { describe, expect, it } from "vitest";
import { ann, art, ben, mod, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";

const idOf = (text: string) => /job `(\w+)`/.exec(text)?.[1] ?? "";

describe("/queue", () => {
  it("lists what runs and waits to the person who asks", async () => {
    const { chat, engine } = await studio();
    await chat.say(ann, "/queue");
    for (const user of [ann, ben, ann]) await chat.say(user, "/dream size:256");
    await engine.next();
    await chat.say(ann, "/queue");
    expect(chat.ephemeral[0]?.text).toBe(
      "Nobody is waiting: the next job starts at once.\nYou: 0 of 5 unfinished, 0 of 100 in the last hour. " +
        "This channel: 0 of 15 unfinished, 0 of 200 in the last hour.",
    );
    const rows = chat.ephemeral[1]?.text.split("\n") ?? [];
    expect(rows[0]).toMatch(/^▶ Dream of creatures, \*\*yours\*\* \(`\w{8}`\): running, about \d+ s left$/);
    expect(rows[1]).toMatch(/^1\. Dream of creatures, by Ben/);
    expect(rows[3]).toBe(
      "You: 2 of 5 unfinished, 2 of 100 in the last hour. This channel: 3 of 15 unfinished, 3 of 200 in the last hour.",
    );
    expect(rows).toHaveLength(4);
    await chat.say(mod, "/settings per-person:3 per-hour:9 per-channel:6");
    await chat.say(ann, "/queue");
    expect(chat.ephemeral.at(-1)?.text.split("\n").at(-1)).toBe(
      "You: 2 of 5 unfinished, 2 of 100 in the last hour; in this channel: 2 of 3 unfinished, " +
        "2 of 9 in the last hour. This channel: 3 of 6 unfinished, 3 of 200 in the last hour.",
    );
  });

  it("counts what was accepted within the hour, as the cap does, also when it is deleted", async () => {
    const { app, chat, engine, quiet } = await studio();
    await chat.say(mod, "/settings per-hour:2");
    for (let made = 0; made < 2; made++) {
      await chat.say(ann, "/dream");
      await (await engine.next()).finish();
      await quiet();
    }
    await chat.say(ann, "/settings mydata delete confirm");
    expect(app.store.jobs.since(0)).toEqual([]);
    await chat.say(ann, "/queue");
    expect(chat.ephemeral.at(-1)?.text).toContain("in this channel: 0 of 5 unfinished, 2 of 2 in the last hour");
    await chat.say(ann, "/dream");
    expect(chat.ephemeral.at(-1)?.text).toMatch(/2 jobs here in the last hour/);
  });

  it("names people as they are called, whose names are no formatting", async () => {
    const { chat, engine } = await studio();
    await chat.say({ ...ben, name: "[free](http://evil.test) **Ben**" }, "/dream");
    await engine.next();
    await chat.say(ann, "/queue");
    expect(chat.ephemeral.at(-1)?.text).toContain("by free(http://evil.test) Ben (");
  });

  it("does not show one channel's or community's jobs to another", async () => {
    const { chat, engine } = await studio();
    await chat.say(ann, "/dream", { channel: { ...art, community: "secret" } });
    await engine.next();
    await chat.say(ben, "/dream", { channel: { ...art, id: "private" } });
    await chat.say(mod, "/queue");
    await chat.say(ben, "/queue");
    expect(chat.ephemeral[0]?.text).toMatch(
      /^▶ A job in another channel or thread: running.*\n1\. A job in another channel or thread: starts/,
    );
    expect(chat.ephemeral[1]?.text).toMatch(/\n1\. Dream of creatures, \*\*yours\*\*/);
  });
});

describe("/cancel", () => {
  it("takes back one's latest job, one by id, or all; moderators may take back others'", async () => {
    const { chat, engine, queue, quiet } = await studio();
    for (let job = 0; job < 4; job++) await chat.say(ann, "/dream");
    await engine.next();
    const ids = queue.positions().map((position) => position.job.id);
    await chat.say(ann, "/cancel");
    await chat.say(ben, `/cancel ${ids[1]}`);
    await chat.say(mod, `/cancel ${ids[1]?.toLowerCase()}`);
    await chat.say(ben, "/cancel all");
    await chat.say(ann, "/cancel all");
    await chat.say(ann, "/cancel");
    await quiet();
    expect(chat.ephemeral.map((reply) => reply.text)).toEqual([
      `Cancelled ${ids[3]}.`,
      `Job ${ids[1]} is Ann's; only they and moderators can cancel it.`,
      `Cancelled ${ids[1]}.`,
      "You have no job that is waiting or running.",
      `Cancelled ${ids[0]}, ${ids[2]}.`,
      expect.stringMatching(/You have no job|It had already ended/),
    ]);
  });

  it("tells nobody of others' jobs where not everybody reads, but those who are there or moderate there", async () => {
    const { chat, engine, queue } = await studio();
    const hidden = { ...art, id: "private" };
    chat.info = { ...chat.info, closed: true };
    for (let job = 0; job < 2; job++) await chat.say(ann, "/dream", { channel: hidden });
    await engine.next();
    const [running = "", waiting = ""] = queue.positions().map(({ job }) => job.id);
    chat.info = { ...chat.info, closed: false };
    const told = async (...said: Parameters<typeof chat.say>) => {
      await chat.say(...said);
      return chat.ephemeral.at(-1)?.text;
    };
    const unknown = `No job ${waiting.slice(0, 4)} is waiting or running here; \`/queue\` lists those that are.`;
    expect(await told(ben, `/cancel ${waiting.slice(0, 4)}`)).toBe(unknown);
    expect(await told(ben, `/cancel ${waiting}`, { channel: hidden })).toMatch(/is Ann's/);
    expect(await told(ann, `/cancel ${waiting}`)).toBe(`Cancelled ${waiting}.`);
    expect(await told(mod, `/cancel ${running}`)).toBe(`Cancelled ${running}.`);
  });
});

describe("/again", () => {
  it("repeats one's latest job with a new seed, or any job with its seed and changes", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const photo = await picture(20, 20);
    await chat.say(ann, "/dream seed:7 strength:2 octaves:1", { attachments: [source(photo)] });
    await quiet();
    const id = idOf(chat.in("channel")[0]?.content.text ?? "");
    await chat.say(ann, "/again");
    await chat.say(ben, `/again ${id.slice(0, 5).toLowerCase()} strength:0.8`);
    await chat.say(ben, `/again ${id} seed:random size:300`);
    await quiet();
    const [first, again, stronger, larger] = engine.runs.map((run) => run.request);
    expect(again?.params).toEqual({ ...first?.params, seed: again?.params.seed });
    expect(again?.params.seed).not.toBe(7);
    expect(stronger?.params).toEqual({ ...first?.params, strength: 0.8 });
    expect(larger?.params).toMatchObject({ size: 300, strength: 2 });
    expect(larger?.params.seed).not.toBe(7);
    for (const run of engine.runs) expect(run.request.pictures).toEqual({ image: photo });
  });

  it("says what is wrong when there is no such job", async () => {
    const { chat } = await studio();
    await chat.say(ann, "/again");
    await chat.say(ann, "/again 7777");
    expect(chat.ephemeral.map((reply) => reply.text)).toEqual([
      "You have not made anything yet. Begin with `/dream`.",
      "There is no job 7777 here. A job's id is in its message; `/again` alone takes your latest job.",
    ]);
  });

  it.each([{ community: "secret" }, { id: "private" }])(
    "does not reach into another community or channel: %j",
    async (elsewhere) => {
      const { chat, quiet, engine } = await studio({ engine: new FakeEngine({ automatic: true }) });
      chat.info = { closed: true, restricted: false };
      await chat.say(ann, "/dream octaves:1", { channel: { ...art, ...elsewhere } });
      await quiet();
      const message = chat.messages[0];
      if (!message) throw new Error("nothing was announced");
      await chat.say(ben, `/again ${idOf(message.content.text)}`);
      expect(chat.ephemeral[0]?.text).toMatch(/^There is no job/);
      expect(engine.runs).toHaveLength(1);
    },
  );
});

describe("/help", () => {
  it("lists the commands and explains one", async () => {
    const { chat } = await studio();
    await chat.say(ann, "/help");
    await chat.say(ann, "/help /dream");
    await chat.say(ann, "/help draem");
    const [all, ...answers] = chat.ephemeral.map((reply) => reply.text);
    const near = answers.at(-1);
    // More than one message of this chat holds.
    expect(answers.length).toBeGreaterThan(2);
    const dream = answers.slice(0, -1).join("\n");
    for (const name of ["dream", "again", "queue", "cancel", "help"]) expect(all).toContain(`\`/${name}\``);
    expect(dream).toContain("`octave-scale` How much larger each octave is, 1.05 to 4 x (default: 1.4)");
    expect(dream).toContain("`/dream size:256 steps:20 seed:7`");
    expect(near).toContain("did you mean /dream?");
    expect(chat.messages).toEqual([]);
    expect(chat.violations).toEqual([]);
  });
});

describe("mistakes and caps", () => {
  it("are answered to that person only, and start nothing", async () => {
    const { chat, engine } = await studio({
      queue: { limits: { length: 20, waitingPerPerson: 1, perHourPerPerson: 9 } },
    });
    await chat.say(ann, "/dream look:craetures");
    await chat.say(ann, '/dream layers:"a');
    await chat.say(ann, "/nothing");
    expect(chat.messages).toEqual([]);
    await chat.say(ann, "/dream");
    await chat.say(ann, "/dream");
    expect(chat.ephemeral.map((reply) => reply.user)).toEqual([ann, ann, ann, ann]);
    expect(chat.ephemeral[3]?.text).toMatch(/^You have 1 unfinished job/);
    await engine.next();
    expect(engine.runs).toHaveLength(1);
  });

  it("work with structured options as well as with text", async () => {
    const { chat, engine } = await studio();
    await chat.say(ann, "/dream", { options: { size: "300", "octave-scale": "1.5", look: "patterns" } });
    expect((await engine.next()).request.params).toMatchObject({ size: 300, octaveScale: 1.5, look: "patterns" });
  });

  it("names cannot become formatting", async () => {
    const { chat } = await studio();
    await chat.say({ id: "x", name: "**@everyone** `[x](http://evil)`", moderator: false }, "/dream");
    const message = await chat.until(() => chat.in("channel")[0]);
    expect(message.content.text.split("\n")[0]).toContain("for @everyone x(http://evil) · job");
  });
});
