/**
 * A soak: people dream in the web chat while others flood it, send as slowly as they can and never read, and the
 * program and its engine, which paints nothing, are killed again and again. At the end every acknowledged command has
 * become one picture, or its author was answered; and the program, which is killed no more in the second half, has
 * hardly grown since it was warm: a new process fills its heap and its caches first, from some 100 MB to some 170,
 * which is no leak. Says each minute where it is, and ends by itself, in the last line with "sound" or "NOT SOUND" and
 * why; the exit code is 1 where it is not.
 *
 *   npm run soak [-- --minutes 30 --people 50]
 *
 * Under five minutes there is no time to weigh it warm, and the last line says so.
 */
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { random, randomInteger } from "../../src/engine/images/random.js";
import { CrowdMember } from "../support/crowd.js";
import { freePort } from "../support/free-port.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { type Command, counted } from "./acknowledged.js";
import { World } from "./world.js";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, people: { type: "string", default: "50" } },
});
const [MINUTES, PEOPLE] = [Number(values.minutes), Number(values.people)];
/** Of the time; what comes after it shows whether the program grows. */
const KILLING = 0.5;
const MOST_GROWTH = 1.2;
/** From the second half, or the last start, until it is weighed: seconds at least, and a share of the half. */
const WARM_UP = { seconds: 60, share: 0.2 };
/** Weighed fewer times, once a second, its first and last quarter say nothing. */
const LEAST_WEIGHED = 60;
/** For what is left when time is up: minutes in all, and seconds for one thing that somebody does. */
const PATIENCE = { minutes: 15, seconds: 300 };
/** People of one address. */
const OF_ONE_ADDRESS = 5;

const next = random(20_261_127);
const dir = newFolder();
const port = await freePort();
const worker = fileURLToPath(new URL("./stub-worker.mjs", import.meta.url));
const env = { ENGINE_CONCURRENCY: "4", WEB_PORT: String(port), WEB_HOST: "127.0.0.1", RETENTION_DAYS: "100" };
const world = new World({ dir, worker, web: true, env });
const startedAt = Date.now();
const elapsed = (): number => (Date.now() - startedAt) / (MINUTES * 60_000);
world.run();

const commands: Command[] = [];
const picture = await drawn(40, 30);
const refused = new Map<string, number>();

/** Does something until it has worked, while the program may be away. Gives up long after the last kill. */
async function insist(work: () => Promise<unknown>): Promise<void> {
  while (Date.now() < startedAt + (MINUTES * 60 + PATIENCE.seconds) * 1_000) {
    const done = await work().then(
      () => true,
      () => false,
    );
    if (done) return;
    await delay(randomInteger(next, 200, 1_500));
  }
}

/** Sends a command until it is acknowledged, with one nonce as the page does. */
async function dream(person: CrowdMember, command: Command): Promise<void> {
  const line = `/dream ${command.picture ? "" : "picture:none "}size:64 octaves:4 seed:${command.seed}`;
  await insist(async () => {
    const { status, body } = await person.say(line, { nonce: command.nonce, ...(command.picture && { picture }) });
    if (status === 200) command.acknowledged = true;
    else {
      const why = `${status} ${JSON.stringify(body)}`;
      refused.set(why, (refused.get(why) ?? 0) + 1);
      throw new Error(why);
    }
  });
}

async function personOf(n: number): Promise<CrowdMember> {
  const person = new CrowdMember(port, `127.0.2.${1 + Math.floor(n / OF_ONE_ADDRESS)}`);
  await insist(() => person.enter());
  return person;
}

async function live(n: number): Promise<void> {
  const person = await personOf(n);
  let socket = person.listen(() => undefined);
  while (elapsed() < 1) {
    if (socket.readyState === socket.CLOSED) socket = person.listen(() => undefined);
    const seed = commands.length + 1;
    const command = {
      seed,
      nonce: crypto.randomUUID(),
      picture: seed % 3 === 0 ? picture : undefined,
      acknowledged: false,
    };
    commands.push(command);
    await dream(person, command);
    await delay(randomInteger(next, 4_000, 16_000));
  }
  socket.terminate();
}

/** Sends frames that mean nothing, as fast as the socket takes them, and comes back when it is cut off. */
async function flood(n: number): Promise<void> {
  const person = await personOf(n);
  while (elapsed() < 1) {
    const socket = person.listen(() => undefined);
    await new Promise((resolve) => socket.once("open", resolve).once("close", resolve));
    while (socket.readyState === socket.OPEN && elapsed() < 1) {
      for (let frame = 0; frame < 200; frame++) socket.send("{}");
      await delay(5);
    }
    socket.terminate();
    await delay(1_000);
  }
}

/** Posts far more than is allowed. */
async function chatter(n: number): Promise<void> {
  const person = await personOf(n);
  while (elapsed() < 1) {
    await person.say("noise").catch(() => undefined);
    await delay(20);
  }
}

/** Sends a message of a byte every five seconds. */
async function crawl(n: number): Promise<void> {
  const person = await personOf(n);
  const type = "multipart/form-data; boundary=x";
  while (elapsed() < 1) {
    const sent = person.begin("POST", "/api/messages", { "content-type": type, "content-length": "1000000" });
    const over = new Promise((resolve) => sent.once("close", resolve).on("error", () => undefined));
    sent.on("response", (response) => response.resume());
    const timer = setInterval(() => sent.write("-"), 5_000);
    sent.write("--x\r\n");
    await Promise.race([over, delay(60_000)]);
    clearInterval(timer);
    sent.destroy();
    await delay(1_000);
  }
}

/** Opens a socket and never reads it. */
async function sleep(n: number): Promise<void> {
  const person = await personOf(n);
  while (elapsed() < 1) {
    const socket = person.listen(() => undefined);
    await new Promise((resolve) => socket.once("open", resolve).once("close", resolve));
    socket.pause();
    await Promise.race([new Promise((resolve) => socket.once("close", resolve)), delay(60_000)]);
    socket.terminate();
    await delay(500);
  }
}

const kills = { bots: 0, engine: 0, both: 0 };
async function kill(): Promise<void> {
  while (elapsed() < KILLING) {
    await delay(randomInteger(next, 8_000, 30_000));
    if (elapsed() >= KILLING) return;
    const what = (["bots", "engine", "both"] as const)[randomInteger(next, 0, 2)] ?? "engine";
    kills[what] += 1;
    world.kill(what);
  }
}

/** Megabytes of memory that the program has. */
function resident(): number {
  const status = readFileSync(`/proc/${world.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

let sizes: number[] = [];
async function weigh(): Promise<void> {
  const warmUp = Math.max(WARM_UP.seconds, WARM_UP.share * (1 - KILLING) * MINUTES * 60) * 1_000;
  const half = startedAt + KILLING * MINUTES * 60_000;
  let [pid, since] = [world.pid, Date.now()];
  while (elapsed() < 1) {
    await delay(1_000);
    if (world.pid !== pid) [pid, since, sizes] = [world.pid, Date.now(), []];
    if (Date.now() >= Math.max(half, since) + warmUp) sizes.push(resident());
  }
}

/** One line a minute, for those who look. */
async function tell(): Promise<void> {
  for (let minute = 1; elapsed() < 1; minute++) {
    await delay(Math.max(0, Math.min(startedAt + minute * 60_000, startedAt + MINUTES * 60_000) - Date.now()));
    const taken = commands.filter(({ acknowledged }) => acknowledged).length;
    process.stdout.write(`minute ${minute} of ${MINUTES}: ${taken} commands taken, ${world.starts} starts\n`);
  }
}

function fail(why: string): never {
  process.stdout.write(`the data folder is left in ${dir}\nNOT SOUND: ${why}\n`);
  process.exit(1);
}

setTimeout(() => fail("it does not come to its end"), (MINUTES + PATIENCE.minutes) * 60_000).unref();

const people = Array.from({ length: PEOPLE }, (_, n) => live(n));
const strangers = [flood, chatter, crawl, crawl, sleep].map((act, n) => act(PEOPLE + n * OF_ONE_ADDRESS));
await Promise.all([...people, ...strangers, kill(), weigh(), tell()]).catch((error: unknown) => fail(String(error)));
await world
  .until(() => counted(dir, commands).unfinished === 0, "every job's final picture", PATIENCE.seconds)
  .catch((error: unknown) => fail(String(error)));
const code = await world.stop();
const count = counted(dir, commands);
// Of quarters the middle: between two collections of garbage the size goes up and down by half.
const quarter = Math.max(1, Math.floor(sizes.length / 4));
const middle = (part: readonly number[]): number => part.toSorted((a, b) => a - b)[part.length >> 1] ?? 0;
const [first, last] = [middle(sizes.slice(0, quarter)), middle(sizes.slice(-quarter))];
const weighed = sizes.length >= LEAST_WEIGHED;
const crashes = world.starts - 1 - kills.bots - kills.both;
const report = {
  minutes: MINUTES,
  people: PEOPLE,
  kills,
  starts: world.starts,
  crashes,
  ...count,
  answeredOtherwise: Object.fromEntries(refused),
  ...(weighed && {
    megabytesWarm: {
      first: Math.round(first),
      last: Math.round(last),
      most: Math.round(Math.max(...sizes)),
      growth: Number((last / first).toFixed(3)),
    },
  }),
};
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
const faults = Object.entries({
  "it did not stop cleanly": code !== 0,
  "it ended without being killed": crashes !== 0,
  "not every command was taken": count.acknowledged !== commands.length,
  "not every command is accounted for": count.run + count.told + count.refused !== commands.length,
  "something was lost, doubled or left": count.lost + count.doubled + count.unfinished > 0,
  "it has grown": weighed && last > first * MOST_GROWTH,
}).flatMap(([fault, found]) => (found ? [fault] : []));
if (faults.length > 0) fail(faults.join("; "));
rmSync(dir, { recursive: true, force: true });
process.stdout.write(weighed ? "sound\n" : "sound, but not weighed: it was not warm for a minute\n");
process.exit(0);
