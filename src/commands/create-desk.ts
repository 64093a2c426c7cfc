import type { Logger } from "pino";
import type { Journal } from "../queue/journal.js";
import type { JobQueue } from "../queue/queue.js";
import { againCommand } from "./again.js";
import { cancelCommand } from "./cancel.js";
import type { Desk } from "./desk.js";
import { dreamCommand } from "./dream.js";
import { dreamRecipe } from "./dream-recipe.js";
import { helpCommand } from "./help.js";
import type { House } from "./house.js";
import { Presenter } from "./present/presenter.js";
import { queueCommand } from "./queue.js";
import { Registry } from "./registry.js";

export interface DeskOptions {
  readonly house: House;
  readonly queue: JobQueue;
  readonly journal: Journal;
  readonly logger: Logger;
  /** See `PresenterOptions`. */
  readonly backoffMs?: number;
}

/** Puts the commands together. A new command joins here, and a new recipe too. */
export function createDesk(options: DeskOptions): Desk {
  const { house, queue, journal, logger, backoffMs } = options;
  const recipes = new Map([dreamRecipe(house)].map((recipe) => [recipe.name, recipe]));
  const registry = new Registry([dreamCommand(house), againCommand(house), queueCommand, cancelCommand, helpCommand]);
  const presenter = new Presenter({ queue, recipes, logger, ...(backoffMs === undefined ? {} : { backoffMs }) });
  return { house, queue, journal, presenter, registry, recipes, logger };
}
