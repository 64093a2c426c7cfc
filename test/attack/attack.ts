/** The frame of the attacks: inputs made of seeds are tried and counted, and what breaks a promise is told. */
import { readFileSync } from "node:fs";
import { random, type SeededRandom } from "../../src/engine/images/random.js";
import { cutText } from "../../src/shared/text.js";

/** What became of one input. */
export interface Note {
  answered(kind: string, times?: number): void;
  /** @param input what did it, as a person would have to type it in again */
  broke(promise: string, input: unknown): void;
}

/** What is attacked, ready for it. */
export interface Scene {
  /** The process that must not grow. */
  readonly pid: number | undefined;
  /** Makes an input of random numbers and tries it. What it throws ends the attack. */
  attempt(next: SeededRandom, note: Note): Promise<void>;
  /** Asked ten times: whether others are served as ever. */
  check?(note: Note): Promise<void>;
  close(): Promise<void>;
}

export interface Attack {
  readonly name: string;
  /** Inputs, unless the command says how many. */
  readonly count: number;
  /** Inputs that are tried side by side. */
  readonly atOnce: number;
  /** How much the process may grow, in megabytes, after the first inputs have filled its caches. */
  readonly mostGrowth: number;
  open(): Promise<Scene>;
}

export interface Report {
  readonly name: string;
  readonly seed: number;
  tried: number;
  readonly answered: Map<string, number>;
  /** How often a promise was broken, and by what, as far as there is room for it. */
  broken: number;
  readonly examples: string[];
  /** Peak resident memory of the process that was attacked, in megabytes; 0 where the system does not say. */
  peak: number;
  seconds: number;
}

const PARTS = 10;
const MOST_EXAMPLES = 20;
const EXAMPLE_LENGTH = 600;

/** Tries `count` inputs. The seed of the first is given, the others' follow it: each can be tried again alone. */
export async function run(attack: Attack, count: number, seed: number): Promise<Report> {
  const report: Report = {
    name: attack.name,
    seed,
    tried: 0,
    answered: new Map(),
    broken: 0,
    examples: [],
    peak: 0,
    seconds: 0,
  };
  const begun = performance.now();
  const scene = await attack.open();
  try {
    let warm = 0;
    for (let part = 1; part <= PARTS; part++) {
      const end = Math.round((count * part) / PARTS);
      const lane = async (): Promise<void> => {
        while (report.tried < end) {
          const own = seed + report.tried++;
          await scene.attempt(random(own), noteIn(report, own));
        }
      };
      await Promise.all(Array.from({ length: attack.atOnce }, lane));
      await scene.check?.(noteIn(report, seed + report.tried - 1));
      report.peak = peakMegabytes(scene.pid);
      // The second part sees what the first has left behind in caches and heaps.
      if (part === 2) warm = report.peak;
    }
    if (report.peak - warm > attack.mostGrowth)
      noteIn(report, seed).broke(`grows by ${attack.mostGrowth} MB at most`, `${report.peak - warm} MB`);
  } finally {
    await scene.close();
  }
  report.seconds = Math.round((performance.now() - begun) / 1000);
  return report;
}

function noteIn(report: Report, seed: number): Note {
  return {
    answered(kind, times = 1) {
      report.answered.set(kind, (report.answered.get(kind) ?? 0) + times);
    },
    broke(promise, input) {
      report.broken += 1;
      if (report.examples.length === MOST_EXAMPLES) return;
      const shown = cutText(typeof input === "string" ? input : (JSON.stringify(input) ?? ""), EXAMPLE_LENGTH);
      report.examples.push(`broke "${promise}" with --seed ${seed} --count 1: ${shown}`);
    },
  };
}

/** One line, and one for each example of what broke a promise. */
export function linesOf({ name, seed, tried, answered, broken, examples, peak, seconds }: Report): string[] {
  const kinds = [...answered].sort(([, a], [, b]) => b - a).map(([kind, times]) => `${kind}: ${times}`);
  const counts = `${tried} tried from seed ${seed} in ${seconds} s; ${kinds.join(", ")}`;
  return [`${name}: ${counts}; ${broken} broke a promise; peak ${peak} MB`, ...examples];
}

/** The most memory that a process has had so far, in megabytes; 0 where the system does not say. */
function peakMegabytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
