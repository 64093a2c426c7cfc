/** The last line of a bench that has an aim: whether it is met, or what is not; the exit code is 1 then. */
export function verdict(misses: Readonly<Record<string, boolean>>): void {
  const found = Object.entries(misses).flatMap(([miss, is]) => (is ? [miss] : []));
  process.stdout.write(found.length === 0 ? "the aim is met\n" : `NOT MET: ${found.join("; ")}\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
