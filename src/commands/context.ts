import type { Logger } from "pino";
import type { Journal } from "../queue/job-repository.js";
import type { JobQueue } from "../queue/queue.js";
import type { Store } from "../store/open.js";
import type { House } from "./bot-options.js";
import type { Thumbnails } from "./gallery/thumbnails.js";
import type { Votes } from "./interactive/votes/votes.js";
import type { Observer } from "./metric-events.js";
import type { Presenter } from "./presenting/presenter.js";
import type { Recipe } from "./recipes/recipe.js";
import type { Registry } from "./registry.js";
import type { PlaceSettings } from "./settings/channel-settings.js";
import type { StyleShelf } from "./styles/style-library.js";

export type DeskStore = Pick<
  Store,
  "boards" | "favourites" | "gallery" | "images" | "jobs" | "myData" | "settings" | "styles"
>;

/** What all commands share. */
export interface Desk {
  readonly house: House;
  readonly queue: JobQueue;
  readonly journal: Journal;
  readonly presenter: Presenter;
  readonly registry: Registry;
  /** By the engine's names. */
  readonly recipes: ReadonlyMap<string, Recipe>;
  /** The styles that people may name. */
  readonly styles: StyleShelf;
  /** What outlives a restart besides jobs. */
  readonly store: DeskStore;
  /** What is set in channels and communities. */
  readonly settings: PlaceSettings;
  /** Votes that are open. */
  readonly votes: Votes;
  /** Small pictures of works. */
  readonly thumbnails: Thumbnails;
  readonly logger: Logger;
  readonly notice: Observer;
}
