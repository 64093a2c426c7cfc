import type { Logger } from "pino";
import type { Journal } from "../queue/journal.js";
import type { JobQueue } from "../queue/queue.js";
import { againCommand } from "./again.js";
import { cancelCommand } from "./cancel.js";
import type { Desk, DeskStore } from "./desk.js";
import { helpCommand } from "./help.js";
import type { House } from "./house.js";
import { Presenter } from "./present/presenter.js";
import { queueCommand } from "./queue.js";
import { recipeCommands } from "./recipe-commands.js";
import { Registry } from "./registry.js";
import type { StyleShelf } from "./styles/shelf.js";

export interface DeskOptions {
  readonly house: House;
  readonly queue: JobQueue;
  readonly journal: Journal;
  readonly styles: StyleShelf;
  readonly store: DeskStore;
  readonly logger: Logger;
  /** See `PresenterOptions`. */
  readonly backoffMs?: number;
}

/** Puts the commands together. A new command joins here. */
export function createDesk(options: DeskOptions): Desk {
  const { house, queue, journal, styles, store, logger, backoffMs } = options;
  const painting = recipeCommands(house);
  const recipes = new Map(painting.recipes.map((recipe) => [recipe.name, recipe]));
  const registry = new Registry([...painting.commands, againCommand, queueCommand, cancelCommand, helpCommand], styles);
  const presenter = new Presenter({ queue, recipes, logger, ...(backoffMs === undefined ? {} : { backoffMs }) });
  return { house, queue, journal, presenter, registry, recipes, styles, store, logger };
}
