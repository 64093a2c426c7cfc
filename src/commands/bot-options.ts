/** What this installation offers and allows: data that the application hands to the commands. */
import { sentence } from "../shared/sentences/sentence.js";

/** A named choice of layers, from the engine's network catalogue. */
interface Look {
  readonly name: string;
  readonly help: string;
  /** Ids of the networks that have it. */
  readonly networks: readonly string[];
}

interface KnownNetwork {
  readonly id: string;
  readonly help: string;
  /** Whether it can name what it sees; undefined of one in a folder, which only the engine knows. */
  readonly classifier?: boolean | undefined;
}

/** Defaults and largest values of recipes' options; the options' definitions name them. */
type RecipeSettings = Readonly<Record<string, string | number>>;
type Sizes = Readonly<Record<"size" | "maxSize", number>>;

export interface BotOptions {
  readonly looks: readonly Look[];
  readonly networks: readonly KnownNetwork[];
  /** Longest sides in pixels, like `maxSize`. */
  readonly dream: RecipeSettings & { readonly look: string; readonly network: string } & Sizes;
  /** /stylize, /blend and /texture. */
  readonly paint: RecipeSettings & Sizes;
  /** /neuron, /neurons and the neurons of /zoom. */
  readonly neuron: RecipeSettings & Sizes;
  /** /zoom, and the sweeps of /blend. */
  readonly film: RecipeSettings;
  /** Most styles that a community, and one person in it, may add. */
  readonly styles: { readonly perCommunity: number; readonly perPerson: number };
  /** The most that may wait or run, and be started in an hour, of one person and of one channel. */
  readonly caps: {
    readonly perPerson: number;
    readonly perHour: number;
    readonly perChannel: number;
    readonly perChannelHour: number;
  };
  /** The engine's bound of a job's feature maps in megabytes, beyond which it works in tiles; Infinity for none. */
  readonly mapsMegabytes: number;
  readonly pictures: {
    readonly maxBytes: number;
    readonly seconds: number;
    /** Most frames of a moving picture that a job works on, and the most seconds that they last. */
    readonly filmFrames: number;
    readonly filmSeconds: number;
  };
}

/** As much of the engine's catalogue of networks as people are shown. */
type KnownNetworks = Readonly<
  Record<
    string,
    {
      readonly title: string;
      readonly classifier?: boolean | undefined;
      /** Left out of one that judges pictures, and is not there to dream with. */
      readonly dream?: { readonly looks: Readonly<Record<string, { readonly description: string }>> } | undefined;
    }
  >
>;

/** A folder in which a network may lie. */
interface NetworkFolder {
  readonly id: string;
  readonly title?: string | undefined;
  /** Left out where a network of the catalogue has its looks from there. */
  readonly dream?: OfferedLooks | undefined;
}

interface OfferedLooks {
  readonly default?: string | undefined;
  readonly looks: Readonly<Record<string, { readonly description: string }>>;
}

/**
 * What people may choose from: the catalogue's networks with their looks, and those in folders. Of folders with one
 * name the first counts.
 */
export function offer(known: KnownNetworks, folders: readonly NetworkFolder[]): Pick<BotOptions, "looks" | "networks"> {
  const looks = new Map<string, Look>();
  const dreamers = Object.entries(known).filter(([, { dream }]) => dream !== undefined);
  const [inFolders, own] = [new Map<string, NetworkFolder>(), new Map<string, NetworkFolder>()];
  for (const folder of folders) {
    if (inFolders.has(folder.id)) continue;
    inFolders.set(folder.id, folder);
    if (!Object.hasOwn(known, folder.id)) own.set(folder.id, folder);
  }
  const all = [
    ...dreamers.map(([id, { dream }]) => ({ id, dream: inFolders.get(id)?.dream ?? dream })),
    ...[...own.values()].map(({ id, dream }) => ({ id, dream: dream && defaultFirst(dream) })),
  ];
  for (const { id, dream } of all) {
    for (const [name, { description }] of Object.entries(dream?.looks ?? {})) {
      const before = looks.get(name);
      looks.set(name, { name, help: before?.help ?? description, networks: [...(before?.networks ?? []), id] });
    }
  }
  const networks = [
    ...dreamers.map(([id, { title, classifier = false }]) => {
      // A folder may hold another file of it, with a classifier.
      const unknown = !classifier && inFolders.has(id);
      return { id, help: title, ...(unknown ? {} : { classifier }) };
    }),
    ...[...own.values()].map(({ id, title }) => ({ id, help: title ?? sentence("network.folder") })),
  ];
  return { looks: [...looks.values()], networks };
}

/** The default comes first: it is what a network dreams of where the usual look is not among its own. */
function defaultFirst(dream: OfferedLooks): OfferedLooks {
  const { [dream.default ?? ""]: first, ...others } = dream.looks;
  return first === undefined ? dream : { looks: { [dream.default ?? ""]: first, ...others } };
}
