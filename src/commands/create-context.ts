import type { Logger } from "pino";
import type { Journal } from "../queue/job-repository.js";
import type { JobQueue } from "../queue/queue.js";
import type { House } from "./bot-options.js";
import { cancelCommand } from "./cancel.js";
import type { Desk, DeskStore } from "./context.js";
import { galleryCommand } from "./gallery/command.js";
import { Thumbnails } from "./gallery/thumbnails.js";
import { helpCommand } from "./help.js";
import { Votes } from "./interactive/votes/votes.js";
import type { Observer } from "./metric-events.js";
import { Presenter } from "./presenting/presenter.js";
import { queueCommand } from "./queue.js";
import { againCommand } from "./recipes/again.js";
import { recipeCommands } from "./recipes/recipe-commands.js";
import { Registry } from "./registry.js";
import { PlaceSettings } from "./settings/channel-settings.js";
import { settingsCommand } from "./settings/command.js";
import { styleCommand } from "./styles/command.js";
import type { StyleShelf } from "./styles/style-library.js";

export interface DeskOptions {
  readonly house: House;
  readonly queue: JobQueue;
  readonly journal: Journal;
  readonly styles: StyleShelf;
  readonly store: DeskStore;
  readonly logger: Logger;
  /** See `PresenterOptions`. */
  readonly backoffMs?: number;
  /** Hears what operators want to know. */
  readonly notice?: Observer;
}

/** Every command of a chat, and the recipes that some of them make. A new command joins here. */
export function chatCommands(house: House): ReturnType<typeof recipeCommands> {
  const { recipes, commands } = recipeCommands(house);
  const more = [
    styleCommand(house),
    galleryCommand,
    againCommand,
    queueCommand,
    cancelCommand,
    settingsCommand(house),
    helpCommand,
  ];
  return { recipes, commands: [...commands, ...more] };
}

/** Puts everything behind the commands together. */
export function createDesk(options: DeskOptions): Desk {
  const { house, queue, journal, styles, store, logger, backoffMs, notice = () => undefined } = options;
  const chat = chatCommands(house);
  const recipes = new Map(chat.recipes.map((recipe) => [recipe.name, recipe]));
  const registry = new Registry(chat.commands, styles);
  const presenter = new Presenter({
    queue,
    recipes,
    logger,
    notice,
    ...(backoffMs === undefined ? {} : { backoffMs }),
  });
  const settings = new PlaceSettings(house, store.settings);
  const votes = new Votes(backoffMs ?? 500);
  const thumbnails = new Thumbnails(store.jobs);
  return {
    house,
    queue,
    journal,
    presenter,
    registry,
    recipes,
    styles,
    store,
    settings,
    votes,
    thumbnails,
    logger,
    notice,
  };
}
