import type { Logger } from "pino";
import type { MetricsSink } from "../domain/metric-event.js";
import type { JobRepository } from "../queue/job-repository.js";
import type { JobQueue } from "../queue/queue.js";
import type { BotOptions } from "./bot-options.js";
import { cancelCommand } from "./cancel.js";
import type { AppContext, AppStore } from "./context.js";
import { galleryCommand } from "./gallery/command.js";
import { Thumbnails } from "./gallery/thumbnails.js";
import { helpCommand } from "./help.js";
import { Votes } from "./interactive/votes/votes.js";
import { Presenter } from "./presenting/presenter.js";
import { queueCommand } from "./queue.js";
import { againCommand } from "./recipes/again.js";
import { recipeCommands } from "./recipes/recipe-commands.js";
import { Registry } from "./registry.js";
import { ChannelSettings } from "./settings/channel-settings.js";
import { settingsCommand } from "./settings/command.js";
import { styleCommand } from "./styles/command.js";
import type { StyleLibrary } from "./styles/style-library.js";

export interface AppContextOptions {
  readonly botOptions: BotOptions;
  readonly queue: JobQueue;
  readonly jobs: JobRepository;
  readonly styles: StyleLibrary;
  readonly store: AppStore;
  readonly logger: Logger;
  /** See `PresenterOptions`. */
  readonly backoffMs?: number;
  /** Hears what operators want to know. */
  readonly metrics?: MetricsSink;
}

/** Every command of a chat, and the recipes that some of them make. A new command joins here. */
export function chatCommands(botOptions: BotOptions): ReturnType<typeof recipeCommands> {
  const { recipes, commands } = recipeCommands(botOptions);
  const more = [
    styleCommand(botOptions),
    galleryCommand,
    againCommand,
    queueCommand,
    cancelCommand,
    settingsCommand(botOptions),
    helpCommand,
  ];
  return { recipes, commands: [...commands, ...more] };
}

/** Puts everything behind the commands together. */
export function createAppContext(options: AppContextOptions): AppContext {
  const { botOptions, queue, jobs, styles, store, logger, backoffMs, metrics: notice = () => undefined } = options;
  const chat = chatCommands(botOptions);
  const recipes = new Map(chat.recipes.map((recipe) => [recipe.name, recipe]));
  const registry = new Registry(chat.commands, styles);
  const presenter = new Presenter({
    queue,
    recipes,
    logger,
    metrics: notice,
    ...(backoffMs === undefined ? {} : { backoffMs }),
  });
  const settings = new ChannelSettings(botOptions, store.settings);
  const votes = new Votes(backoffMs ?? 500);
  const thumbnails = new Thumbnails(store.jobs);
  return {
    botOptions,
    queue,
    jobs,
    presenter,
    registry,
    recipes,
    styles,
    store,
    settings,
    votes,
    thumbnails,
    logger,
    metrics: notice,
  };
}
