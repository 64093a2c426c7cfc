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
  const query = "SELECT author, text, nonce, private_to AS reader FROM message WHERE removed = 0 ORDER BY id";
  const all = chat?.prepare(query).all([]) as Said[];
  const said = all.filter(({ author }) => author === "bot");
  jobs?.close();
  chat?.close();
  const finals = new Set(said.flatMap(({ nonce }) => (nonce?.endsWith(" final") ? [nonce.split(" ")[0] ?? ""] : [])));
  const told = said.filter(({ text, reader }) => reader !== null && text.startsWith("I was restarted before I read"));
  const jobsOf = countBy(rows.map(({ params }) => String((JSON.parse(params) as { seed?: number }).seed)));
  const toldOf = countBy(told.map(({ text }) => /seed:(\d+)`/.exec(text)?.[1] ?? ""));
  const fates = commands.map(({ seed, nonce }) => {
    const [jobs, told] = [jobsOf.get(String(seed)) ?? 0, toldOf.get(String(seed)) ?? 0];
    return { jobs, told, answer: jobs + told === 0 ? answerTo(nonce, all) : undefined };
  });
  const refusals = fates.flatMap(({ answer }) => answer ?? []);
  return {
    acknowledged: commands.filter(({ acknowledged }) => acknowledged).length,
    run: fates.filter(({ jobs, told }) => jobs === 1 && told === 0).length,
    told: fates.filter(({ jobs, told }) => jobs === 0 && told === 1).length,
    /** Refused in words, which name the mend. */
    refused: refusals.length,
    refusals: [...new Set(refusals)],
    lost: fates.filter(({ jobs, told, answer }) => jobs + told === 0 && answer === undefined).length,
    doubled: fates.filter(({ jobs, told }) => jobs + told > 1).length,
    /** Given up and told, as when the engine dies under a job again and again. */
    failed: rows.filter(({ state }) => state === "failed").length,
    unfinished: rows.filter(({ id, state }) => state !== "failed" && (state !== "done" || !finals.has(id))).length,
  };
}

interface Said {
  readonly author: string;
  readonly text: string;
  readonly nonce: string | null;
  readonly reader: string | null;
}

/** What the bot told the author of a message alone, before the author's next one. */
function answerTo(nonce: string, all: readonly Said[]): string | undefined {
  const at = all.findIndex((message) => message.nonce === nonce);
  const author = all[at]?.author;
  const after = all.slice(at + 1);
  const next = after.findIndex((message) => message.author === author);
  const answers = after.slice(0, next < 0 ? undefined : next).filter(({ reader }) => reader === author);
  return at < 0 ? undefined : answers[0]?.text;
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
