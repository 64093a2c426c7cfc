/** What became of commands that the web chat has acknowledged. */
import { join } from "node:path";
import { openSqlite } from "../../src/shared/native.js";

/** A `/dream` with a seed of its own, by which its job and what is said of it are found. */
export interface Command {
  readonly seed: number;
  readonly nonce: string;
  readonly picture: Uint8Array | undefined;
  /** It was answered with 200. */
  acknowledged: boolean;
}

/** What became of the commands: in both files of the data folder. */
export function counted(dir: string, commands: readonly Command[]) {
  const [jobs, chat] = ["dreamloom.sqlite", "web-chat.sqlite"].map((file) => openSqlite(join(dir, file)));
  const rows = jobs?.prepare("SELECT id, state, params FROM job").all([]) as Record<
    "id" | "state" | "params",
    string
  >[];
  const query = "SELECT text, nonce, private_to AS reader FROM message WHERE author = 'bot' AND removed = 0";
  const said = chat?.prepare(query).all([]) as { text: string; nonce: string | null; reader: string | null }[];
  jobs?.close();
  chat?.close();
  const finals = new Set(said.flatMap(({ nonce }) => (nonce?.endsWith(" final") ? [nonce.split(" ")[0] ?? ""] : [])));
  const told = said.filter(({ text, reader }) => reader !== null && text.startsWith("I was restarted before I read"));
  const jobsOf = countBy(rows.map(({ params }) => String((JSON.parse(params) as { seed?: number }).seed)));
  const toldOf = countBy(told.map(({ text }) => /seed:(\d+)`/.exec(text)?.[1] ?? ""));
  const fates = commands.map(({ seed }) => ({
    jobs: jobsOf.get(String(seed)) ?? 0,
    told: toldOf.get(String(seed)) ?? 0,
  }));
  return {
    acknowledged: commands.filter(({ acknowledged }) => acknowledged).length,
    run: fates.filter(({ jobs, told }) => jobs === 1 && told === 0).length,
    told: fates.filter(({ jobs, told }) => jobs === 0 && told === 1).length,
    lost: fates.filter(({ jobs, told }) => jobs + told === 0).length,
    doubled: fates.filter(({ jobs, told }) => jobs + told > 1).length,
    /** Given up and told, as when the engine dies under a job again and again. */
    failed: rows.filter(({ state }) => state === "failed").length,
    unfinished: rows.filter(({ id, state }) => state !== "failed" && (state !== "done" || !finals.has(id))).length,
  };
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
