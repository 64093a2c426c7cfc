/** The verbs of `dreamloom`. Each is loaded when it is typed: a verb needs neither the packages of another nor their native parts. */
import type { Command } from "commander";

interface Verb {
  /** It runs the engine in its own process. `start` and `worker` do not: their engines have processes of their own. */
  readonly computes?: true;
  /** Adds the verb to the program. */
  readonly add: (program: Command) => Promise<void>;
}

const VERBS = new Map<string, Verb>([
  ["start", { add: async (program) => (await import("./start.js")).addStart(program) }],
  ["worker", { add: async (program) => (await import("./worker.js")).addWorker(program) }],
  ["dream", { computes: true, add: async (program) => (await import("./dream.js")).addDream(program) }],
  ["neuron", { computes: true, add: async (program) => (await import("./neuron.js")).addNeuron(program) }],
  ["grid", { computes: true, add: async (program) => (await import("./neuron-grid.js")).addGrid(program) }],
  ["zoom", { computes: true, add: async (program) => (await import("./zoom.js")).addZoom(program) }],
  ["stylize", { computes: true, add: async (program) => (await import("./paint.js")).addStylize(program) }],
  ["blend", { computes: true, add: async (program) => (await import("./paint.js")).addBlend(program) }],
  ["texture", { computes: true, add: async (program) => (await import("./paint.js")).addTexture(program) }],
  ["bench", { computes: true, add: async (program) => (await import("./bench.js")).addBench(program) }],
  ["evaluate", { computes: true, add: async (program) => (await import("./evaluate.js")).addEvaluate(program) }],
  ["models", { add: async (program) => (await import("./models.js")).addModels(program) }],
  ["teach", { computes: true, add: async (program) => (await import("./teach.js")).addTeach(program) }],
  ["backup", { add: async (program) => (await import("./backup.js")).addBackup(program) }],
  ["doctor", { computes: true, add: async (program) => (await import("./doctor.js")).addDoctor(program) }],
  ["register", { add: async (program) => (await import("./register.js")).addRegister(program) }],
]);

/** Does this verb run the engine in its own process? */
export function computesHere(verb: string | undefined): boolean {
  return verb !== undefined && VERBS.get(verb)?.computes === true;
}

/** Adds the verb that was typed, or all of them where the help or a suggestion may name any. */
export async function addVerbs(program: Command, typed: string | undefined): Promise<void> {
  const verb = typed === undefined ? undefined : VERBS.get(typed);
  if (verb) await verb.add(program);
  else if (typed !== "--version" && typed !== "-V") for (const { add } of VERBS.values()) await add(program);
}
