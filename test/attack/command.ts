import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { type Attack, linesOf, run } from "./attack.js";

/**
 * Runs the attacks that a command line names, all where it names none, and prints what came of them.
 * @returns the exit code: 1 where a promise was broken, 2 where the line cannot be understood
 */
export async function command(attacks: readonly Attack[], line: readonly string[]): Promise<number> {
  const options = { count: { type: "string" }, seed: { type: "string", default: "1" } } as const;
  const { values, positionals } = parseArgs({ args: [...line], allowPositionals: true, options });
  const chosen = positionals.length > 0 ? positionals : attacks.map(({ name }) => name);
  const seed = Number(values.seed);
  const isKnown = (name: string) => attacks.some((attack) => attack.name === name);
  if (!chosen.every(isKnown) || !(Number(values.count ?? 1) >= 1) || !Number.isInteger(seed)) {
    const known = attacks.map(({ name }) => name).join(", ");
    process.stderr.write(`usage: npm run attack -- [NAME...] [--count N] [--seed S]; names: ${known}\n`);
    return 2;
  }
  // Each in a process of its own, so that what one leaves in memory is not taken for another's.
  if (chosen.length > 1) {
    const again = [...process.execArgv, process.argv[1] ?? ""];
    const rest = line.filter((word) => !positionals.includes(word));
    const codes = chosen.map((name) => spawnSync(process.execPath, [...again, name, ...rest], { stdio: "inherit" }));
    return codes.every(({ status }) => status === 0) ? 0 : 1;
  }
  const attack = attacks.find(({ name }) => name === chosen[0]);
  if (!attack) return 2;
  const report = await run(attack, Number(values.count ?? attack.count), seed);
  process.stdout.write(`${linesOf(report).join("\n")}\n`);
  return report.broken === 0 ? 0 : 1;
}
