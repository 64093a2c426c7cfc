/** The program as it is built, with its web chat and an engine that paints nothing, for strangers to attack. */
import { fileURLToPath } from "node:url";
import { World } from "../fault/world.js";
import { CrowdMember } from "../support/crowd.js";
import { freePort } from "../support/free-port.js";
import { newFolder } from "../support/new-folder.js";
import type { Note, Scene } from "./attack.js";

/** What another person's post takes at most while strangers attack, in milliseconds: an attack takes both cores. */
const MOST_MS = 5_000;

export interface Program extends Omit<Scene, "attempt"> {
  readonly port: number;
  readonly dir: string;
  /** Someone whom the attack must not reach; not a moderator. */
  readonly victim: CrowdMember;
  check(note: Note): Promise<void>;
}

export async function startProgram(env: Readonly<Record<string, string>> = {}): Promise<Program> {
  const dir = newFolder();
  const port = await freePort();
  const worker = fileURLToPath(new URL("../fault/stub-worker.mjs", import.meta.url));
  const web = { WEB_PORT: String(port), WEB_HOST: "127.0.0.1", ...env };
  const world = new World({ dir, worker, web: true, env: web });
  const close = async () => {
    await world.stop();
  };
  try {
    world.run();
    await world.until(() => world.ready, "a program that hears");
    // The first visitor is the moderator, and takes no part.
    await new CrowdMember(port, "127.0.0.1").enter();
    const victim = new CrowdMember(port, "127.0.0.9");
    await victim.enter();
    return { port, dir, victim, pid: world.pid, close, check: (note) => check(world, victim, note) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function check(world: World, victim: CrowdMember, note: Note): Promise<void> {
  if (world.starts > 1) note.broke("the program does not die", `it was started ${world.starts} times`);
  const begun = performance.now();
  const answer = await victim.say("hello").catch((error: unknown) => String(error));
  const took = Math.round(performance.now() - begun);
  if (typeof answer === "string" || answer.status !== 200) note.broke("another's post is taken", answer);
  else if (took > MOST_MS) note.broke(`another's post takes ${MOST_MS} ms at most`, `${took} ms`);
}

/** People who are up to no good, five at an address. */
export async function strangers(port: number, count: number): Promise<readonly CrowdMember[]> {
  const all = Array.from({ length: count }, (_, n) => new CrowdMember(port, `127.1.0.${1 + Math.floor(n / 5)}`));
  for (const one of all) await one.enter();
  return all;
}
