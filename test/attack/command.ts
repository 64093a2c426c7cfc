import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { type Attack, linesOf, run } from "./attack.js";

/**
 * Runs the attacks that a command line names, all where it names none, and prints what came of them.
 * @returns the exit code: 1 where a promise was broken, 2 where the line cannot be understood
 */
export async function command(attacks: readonly Attack[], line: readonly string[]): Promise<number> {
  const asked = read(attacks, line);
  if (!asked) {
    const known = attacks.map(({ name }) => name).join(", ");
    process.stderr.write(`usage: npm run attack -- [NAME...] [--count N] [--seed S]; names: ${known}\n`);
    return 2;
  }
  const { chosen, options } = asked;
  // Each in a process of its own, so that what one leaves in memory is not taken for another's.
  if (chosen.length > 1) {
    const again = [...process.execArgv, process.argv[1] ?? ""];
    const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const codes = chosen.map(({ name }) =>
      spawnSync(process.execPath, [...again, name, ...given], { stdio: "inherit" }),
    );
    return codes.every(({ status }) => status === 0) ? 0 : 1;
  }
  const [attack] = chosen;
  if (!attack) return 2;
  const report = await run(attack, options.count ?? attack.count, options.seed);
  process.stdout.write(`${linesOf(report).join("\n")}\n`);
  return report.broken === 0 ? 0 : 1;
}

interface Asked {
  readonly chosen: readonly Attack[];
  readonly options: { readonly seed: number; readonly count?: number };
}

/** What a command line asks for; undefined where it cannot be understood. */
function read(attacks: readonly Attack[], line: readonly string[]): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...line],
      options: { seed: { type: "string", default: "1" }, count: { type: "string" } },
      allowPositionals: true,
    });
    const chosen = attacks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    const isKnown = positionals.every((name) => chosen.some((attack) => attack.name === name));
    const [seed, count] = [Number(values.seed), Number(values.count ?? 1)];
    if (!isKnown || !Number.isInteger(seed) || !Number.isInteger(count) || count < 1) return undefined;
    return { chosen, options: { seed, ...(values.count !== undefined && { count }) } };
  } catch {
    // An option that is unknown, or that has no value.
    return undefined;
  }
}
