/** `dreamloom start`: the bots. */
import type { Command } from "commander";
import type { House, Look } from "../commands/house.js";
import { type Catalogue, catalogue } from "../engine/networks/catalogue-file.js";
import { EngineHost } from "../engine/process/host.js";
import { start } from "../main.js";
import { engineSettings } from "./engine.js";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("starts the bot: the web chat, and every platform that is configured")
    .action(async () => {
      await start({
        engine: (config, logger) => new EngineHost({ ...engineSettings(config), logger }),
        catalogue: offers(catalogue()),
      });
    });
}

/** What the catalogue lets people choose: networks, and looks with the networks that have them. */
export function offers(known: Catalogue): Pick<House, "looks" | "networks"> {
  const looks = new Map<string, Look>();
  for (const [id, { dream }] of Object.entries(known)) {
    for (const [name, { description }] of Object.entries(dream?.looks ?? {})) {
      const look = looks.get(name);
      looks.set(name, { name, help: look?.help ?? description, networks: [...(look?.networks ?? []), id] });
    }
  }
  return { looks: [...looks.values()], networks: Object.entries(known).map(([id, { help }]) => ({ id, help })) };
}
