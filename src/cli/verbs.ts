/**
 * The verbs of `dreamloom`. Each is loaded when it is typed: a verb needs neither the packages of another nor their
 * native parts.
 */
import type { Command } from "commander";

interface Verb {
  /** It runs the engine in its own process. `start` and `worker` do not: their engines have processes of their own. */
  readonly computes?: true;
  /** Adds the verb to the program. */
  readonly add: (program: Command) => Promise<void>;
}

/** All but the recipes' own. */
const VERBS = new Map<string, Verb>([
  ["start", { add: async (program) => (await import("./operate.js")).addStart(program) }],
  ["worker", { add: async (program) => (await import("./operate.js")).addWorker(program) }],
  ["bench", { computes: true, add: async (program) => (await import("./measure.js")).addBench(program) }],
  ["evaluate", { computes: true, add: async (program) => (await import("./measure.js")).addEvaluate(program) }],
  ["models", { add: async (program) => (await import("./models.js")).addModels(program) }],
  ["see", { computes: true, add: async (program) => (await import("./see.js")).addSee(program) }],
  ["teach", { computes: true, add: async (program) => (await import("./teach.js")).addTeach(program) }],
  ["backup", { add: async (program) => (await import("./operate.js")).addBackup(program) }],
  ["doctor", { computes: true, add: async (program) => (await import("./doctor.js")).addDoctor(program) }],
  ["init", { add: async (program) => (await import("./init/init.js")).addInit(program) }],
  ["job", { add: async (program) => (await import("./job.js")).addJob(program) }],
  ["register", { add: async (program) => (await import("./operate.js")).addRegister(program) }],
]);

/** Whether this verb runs the engine in its own process, as every recipe does. */
export function computesHere(verb: string | undefined): boolean {
  if (verb === undefined || verb.startsWith("-") || verb === "help") return false;
  const known = VERBS.get(verb);
  return known === undefined || known.computes === true;
}

/** Adds the verb that was typed: all recipes for one of them, and all verbs where the help may name any. */
export async function addVerbs(program: Command, typed: string | undefined): Promise<void> {
  if (typed === "--version" || typed === "-V") return;
  const verb = typed === undefined ? undefined : VERBS.get(typed);
  if (verb) return verb.add(program);
  (await import("./recipes.js")).addRecipes(program);
  if (program.commands.some((command) => command.name() === typed)) return;
  for (const { add } of VERBS.values()) await add(program);
}
