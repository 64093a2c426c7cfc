import { app } from "./english/app.js";
import { chat } from "./english/chat.js";
import { cli } from "./english/cli.js";
import { commands } from "./english/commands.js";
import { discord } from "./english/discord.js";
import { doctor } from "./english/doctor.js";
import { engine } from "./english/engine.js";
import { images } from "./english/images.js";
import { interactive } from "./english/interactive.js";
import { networks } from "./english/networks.js";
import { posted } from "./english/posted.js";
import { queue } from "./english/queue.js";
import { slack } from "./english/slack.js";
import { store } from "./english/store.js";
import { web } from "./english/web.js";

/** Every sentence that the program says, by identifier: a text with its parameters in braces, or a function of them. */
export const english = {
  ...app,
  ...chat,
  ...cli,
  ...commands,
  ...discord,
  ...doctor,
  ...engine,
  ...images,
  ...interactive,
  ...networks,
  ...posted,
  ...queue,
  ...slack,
  ...store,
  ...web,
};
