import type { Logger } from "pino";
import type { ChannelRef, MetricsSink } from "../domain/model.js";
import type { JobRepository } from "../queue/job-repository.js";
import type { JobQueue } from "../queue/queue.js";
import type { BotOptions } from "./bot-options.js";
import { cancelCommand } from "./cancel.js";
import type { AppStore } from "./context.js";
import { galleryCommand } from "./gallery/command.js";
import { Thumbnails } from "./gallery/thumbnails.js";
import type { WholeResults } from "./gallery/whole-results.js";
import type { HandlersContext } from "./handlers.js";
import { helpCommand } from "./help.js";
import { teachCommand } from "./looks/command.js";
import { keepLook } from "./looks/keep-look.js";
import { moderateCommand } from "./moderation/command.js";
import { Moderation } from "./moderation/moderation.js";
import { reportCommand } from "./moderation/report-command.js";
import { Debts } from "./presenting/debts.js";
import { KeptOctaves } from "./presenting/kept-octaves.js";
import { madeFrom } from "./presenting/made-from.js";
import { Presenter } from "./presenting/presenter.js";
import { presetCommand } from "./presets/command.js";
import { queueCommand } from "./queue.js";
import { againCommand } from "./recipes/again.js";
import { madeCommand } from "./recipes/made.js";
import type { Recipe } from "./recipes/recipe.js";
import { recipeCommands } from "./recipes/recipe-command.js";
import { Registry } from "./registry.js";
import { seeCommand } from "./see.js";
import { ChannelSettings } from "./settings/channel-settings.js";
import { settingsCommand } from "./settings/command.js";
import { styleCommand } from "./styles/command.js";
import type { StyleLibrary } from "./styles/style-library.js";

interface AppContextOptions {
  readonly botOptions: BotOptions;
  readonly queue: JobQueue;
  readonly jobs: JobRepository;
  readonly styles: StyleLibrary;
  readonly store: AppStore;
  readonly logger: Logger;
  /** Wait before the second try of a message, in milliseconds; 500 by default. */
  readonly backoffMs?: number;
  /** The clock of what is due at an hour of the day; the machine's by default. */
  readonly now?: (() => number) | undefined;
  /** Counts for operators. */
  readonly metrics?: MetricsSink;
  /** See {@link AppContext.wholeResults}. */
  readonly wholeResults?: WholeResults | undefined;
}

/** When a debt is paid, in multiples of the wait before a message's second try: after 16 s, at last once a minute. */
const FIRST_DEBT = 32;
const LONGEST_DEBT = 120;

/** Every command of a chat, and the recipes that some of them make. A new command joins here. */
export function chatCommands(botOptions: BotOptions): ReturnType<typeof recipeCommands> {
  const { recipes, commands } = recipeCommands(botOptions);
  const more = [
    styleCommand,
    presetCommand,
    teachCommand(botOptions),
    seeCommand(botOptions),
    galleryCommand,
    againCommand,
    madeCommand,
    queueCommand,
    cancelCommand,
    reportCommand,
    settingsCommand(botOptions),
    moderateCommand,
    helpCommand,
  ];
  return { recipes, commands: [...commands, ...more] };
}

/** Puts everything behind the commands together. */
export function createAppContext(options: AppContextOptions): HandlersContext {
  const {
    botOptions,
    queue,
    store,
    styles,
    logger,
    backoffMs = 500,
    metrics = () => undefined,
    wholeResults,
  } = options;
  const chat = chatCommands(botOptions);
  const recipes = new Map(chat.recipes.map((recipe) => [recipe.name, recipe]));
  const debts = new Debts({ firstMs: backoffMs * FIRST_DEBT, longestMs: backoffMs * LONGEST_DEBT, logger });
  const settings = new ChannelSettings(botOptions, store.settings);
  const reportsChannel = (channel: ChannelRef) => settings.reportsChannel(channel);
  const marksFiles = (channel: ChannelRef) => settings.marksFiles(channel);
  const largest = (recipe: Recipe, channel: ChannelRef) => settings.largest(recipe, channel);
  return {
    botOptions,
    queue,
    jobs: options.jobs,
    store,
    styles,
    logger,
    backoffMs,
    now: options.now ?? Date.now,
    metrics,
    recipes,
    registry: new Registry(chat.commands, { styles, presets: store.presets, looks: store.looks, botOptions }),
    debts,
    presenter: new Presenter({
      queue,
      recipes,
      logger,
      metrics,
      backoffMs,
      debts,
      reportsChannel,
      largest,
      marksFiles,
      linkTo: (job) => wholeResults?.linkTo(job),
      keepLook: (job, lesson) => keepLook(job, lesson, store.looks),
      madeFrom: (job, recipe) => madeFrom(job, recipe, store.jobs),
    }),
    octaves: new KeptOctaves({ queue, recipes, store: store.octaves, logger }),
    settings,
    optOuts: store.optOuts,
    moderation: new Moderation({ queue, store, recipes, logger }),
    thumbnails: new Thumbnails(store.jobs),
    wholeResults,
  };
}
