import type { Logger } from "pino";
import type { MetricsSink } from "../domain/model.js";
import type { JobRepository } from "../queue/job-repository.js";
import type { JobQueue } from "../queue/queue.js";
import type { Store } from "../store/open.js";
import type { OptOuts } from "../store/opt-outs.js";
import type { BotOptions } from "./bot-options.js";
import type { Thumbnails } from "./gallery/thumbnails.js";
import type { WholeResults } from "./gallery/whole-results.js";
import type { Moderation } from "./moderation/moderation.js";
import type { Debts } from "./presenting/debts.js";
import type { KeptOctaves } from "./presenting/kept-octaves.js";
import type { Presenter } from "./presenting/presenter.js";
import type { Recipe } from "./recipes/recipe.js";
import type { ChannelSettings } from "./settings/channel-settings.js";
import type { StyleLibrary } from "./styles/style-library.js";

export type AppStore = Pick<
  Store,
  | "acts"
  | "bars"
  | "favourites"
  | "gallery"
  | "images"
  | "interactiveMessages"
  | "jobs"
  | "looks"
  | "myData"
  | "octaves"
  | "optOuts"
  | "presets"
  | "reports"
  | "settings"
  | "styles"
>;

/** What commands, buttons and reactions share. A function names the part that it needs in an interface of its own. */
export interface AppContext {
  readonly botOptions: BotOptions;
  readonly queue: JobQueue;
  readonly jobs: JobRepository;
  readonly presenter: Presenter;
  /** What morphs are made of. */
  readonly octaves: KeptOctaves;
  /** What chats are owed. */
  readonly debts: Debts;
  /** By the engine's names. */
  readonly recipes: ReadonlyMap<string, Recipe>;
  /** The styles that people may name. */
  readonly styles: StyleLibrary;
  /** What is stored besides jobs. */
  readonly store: AppStore;
  /** What is set in channels and communities. */
  readonly settings: ChannelSettings;
  /** Whose pictures no one else may use. */
  readonly optOuts: Pick<OptOuts, "has">;
  /** What moderators do to people and their works. */
  readonly moderation: Moderation;
  /** Links to results that a chat takes smaller only; none where the web chat has no public address. */
  readonly wholeResults?: WholeResults | undefined;
  /** Small images of results. */
  readonly thumbnails: Thumbnails;
  readonly logger: Logger;
  readonly metrics: MetricsSink;
  /** Wait before the second try of a message, in milliseconds. */
  readonly backoffMs: number;
  /** The clock of what is due at an hour of the day, in milliseconds since 1970. */
  readonly now: () => number;
}
