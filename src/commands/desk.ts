import type { Logger } from "pino";
import type { Journal } from "../queue/journal.js";
import type { JobQueue } from "../queue/queue.js";
import type { House } from "./house.js";
import type { Presenter } from "./present/presenter.js";
import type { Recipe } from "./recipe.js";
import type { Registry } from "./registry.js";

/** What all commands share. */
export interface Desk {
  readonly house: House;
  readonly queue: JobQueue;
  readonly journal: Journal;
  readonly presenter: Presenter;
  readonly registry: Registry;
  /** By name. */
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly logger: Logger;
}
