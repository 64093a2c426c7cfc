import type { BotOptions, Look } from "./bot-options.js";

/** As much of the engine's catalogue as people are shown. */
type KnownNetworks = Readonly<
  Record<
    string,
    {
      readonly title: string;
      readonly help: string;
      readonly dream: { readonly looks: Readonly<Record<string, { readonly description: string }>> };
    }
  >
>;

/**
 * What people may choose from: the catalogue's networks with their looks, and networks in folders of one's own, whose looks only the
 * engine knows.
 */
export function offer(known: KnownNetworks, folders: readonly string[]): Pick<BotOptions, "looks" | "networks"> {
  const looks = new Map<string, Look>();
  for (const [id, network] of Object.entries(known)) {
    for (const [name, { description }] of Object.entries(network.dream.looks)) {
      const before = looks.get(name);
      looks.set(name, { name, help: before?.help ?? description, networks: [...(before?.networks ?? []), id] });
    }
  }
  const own = folders.filter((folder) => !Object.hasOwn(known, folder));
  const networks = [
    ...Object.entries(known).map(([id, { title }]) => ({ id, help: title })),
    ...[...new Set(own)].map((id) => ({ id, help: "From a folder" })),
  ];
  return { looks: [...looks.values()], networks };
}
