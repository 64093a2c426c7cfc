/**
 * The program is killed while people command it through its own web chat: whatever was answered with 200 is run once,
 * or its author is told to send it again.
 */
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { random, randomInteger } from "../../src/engine/images/random.js";
import { Visitor } from "../bots/web/harness.js";
import { freePort } from "../support/free-port.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { type Command, counted } from "./acknowledged.js";
import { World } from "./world.js";

const STUB = fileURLToPath(new URL("./stub-worker.mjs", import.meta.url));
/** Programs side by side, since starting one takes longest, and how often each is killed. */
const LANES = 2;
const KILLS = Number(process.env.FAULT_KILLS ?? 35);
const COMMANDS = 4;

/** When a kill comes, as seen from the answers to what has just been sent: before, with, or after the first or last. */
async function moment(answers: readonly Promise<unknown>[], next: () => number): Promise<void> {
  const when = next();
  if (when < 0.25) return void (await delay(randomInteger(next, 0, 80)));
  const first = Promise.race(answers);
  const all = Promise.all(answers);
  await (when < 0.5 ? first : when < 0.75 ? all : first.then(() => delay(randomInteger(next, 0, 1_500))));
}

async function lane(seeds: number) {
  const next = random(seeds);
  const dir = newFolder();
  const port = await freePort();
  const env = { ENGINE_CONCURRENCY: "4", WEB_PORT: String(port), WEB_HOST: "127.0.0.1", RETENTION_DAYS: "100" };
  const world = new World({ dir, worker: STUB, web: true, env });
  onTestFinished(async () => {
    await world.stop();
  });
  world.run();
  const ready = () => world.until(() => world.ready, "a program that hears");
  await ready();
  const people: Visitor[] = [];
  for (let n = 0; n < COMMANDS; n++) people.push(await Visitor.enter({ address: `http://127.0.0.1:${port}` }));
  const picture = await drawn(40, 30);
  const commands: Command[] = [];
  const send = async (command: Command): Promise<void> => {
    const { seed, nonce } = command;
    const files = command.picture ? [{ name: "photo.png", bytes: command.picture }] : [];
    const line = `/dream ${command.picture ? "" : "picture:none "}size:64 octaves:4 seed:${seed}`;
    const response = await people[seed % COMMANDS]?.say(line, { nonce, files }).catch(() => undefined);
    // Read to its end: a kill may cut an answer off.
    const answer: unknown = response && (await response.json().catch(() => undefined));
    if (response?.status === 200 && answer !== undefined) command.acknowledged = true;
    else if (response && answer !== undefined) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  };
  // What a kill has cut off is sent again with the same nonce, as the page does.
  const open = () => commands.filter(({ acknowledged }) => !acknowledged);
  for (let kill = 0; kill < KILLS; kill++) {
    await ready();
    for (let n = open().length; n < COMMANDS; n++) {
      const seed = seeds + commands.length;
      const nonce = crypto.randomUUID();
      commands.push({ seed, nonce, picture: seed % 2 === 0 ? picture : undefined, acknowledged: false });
    }
    const answers = open().map(send);
    await moment(answers, next);
    world.kill("bots");
    await Promise.all(answers);
  }
  await ready();
  await Promise.all(open().map(send));
  return { world, dir, commands, kills: KILLS };
}

it("loses and doubles no command that the web chat has answered with 200", { timeout: 2_400_000 }, async () => {
  const lanes = await Promise.all(Array.from({ length: LANES }, (_, n) => lane(20_261_126 + n * 1_000_000)));
  let kills = 0;
  for (const { world, dir, commands, kills: done } of lanes) {
    kills += done;
    await world.until(() => counted(dir, commands).unfinished === 0, "every job's final picture", 600);
    expect(await world.stop()).toBe(0);
    const count = counted(dir, commands);
    process.stdout.write(`kills ${done}, starts ${world.starts}, ${JSON.stringify(count)}\n`);
    expect(count).toMatchObject({
      acknowledged: commands.length,
      refused: 0,
      lost: 0,
      doubled: 0,
      failed: 0,
      unfinished: 0,
    });
    expect(count.run + count.told).toBe(commands.length);
    // Some were hit before there was a job, and some after.
    expect(Math.min(count.run, count.told)).toBeGreaterThan(0);
  }
  expect(kills).toBe(LANES * KILLS);
});
