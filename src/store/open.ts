import { join } from "node:path";
import { type Logger, pino } from "pino";
import { storeError } from "../shared/store-error.js";
import { Acts } from "./acts.js";
import { Bars } from "./bars.js";
import { Database } from "./database.js";
import { Favourites } from "./favourites.js";
import { Gallery } from "./gallery.js";
import { Images } from "./images.js";
import { InteractiveMessages } from "./interactive-messages.js";
import { Jobs } from "./jobs.js";
import { KeyValueStores } from "./key-value-store.js";
import { Looks } from "./looks.js";
import { MyData } from "./my-data.js";
import { Octaves } from "./octaves.js";
import { OptOuts } from "./opt-outs.js";
import { Presets } from "./presets.js";
import { Reports } from "./reports.js";
import { Retention } from "./retention.js";
import { Sealer, sealStored } from "./sealer.js";
import { Settings } from "./settings.js";
import { SlackInstallations } from "./slack-installations.js";
import { Styles } from "./styles.js";

export interface StoreOptions {
  /** The data folder; made where it is missing. */
  readonly dir: string;
  /** Default: silent. */
  readonly logger?: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Encrypts what may hold tokens, a long random text; empty, the default: they are kept as they are. */
  readonly encryptionKey?: string;
  /** How long to wait for another program that still uses the folder, in milliseconds; default: 5,000. */
  readonly busyMs?: number;
}

/** All that outlives a restart. Queries are synchronous; only what writes or reads images is not. */
export interface Store {
  readonly images: Images;
  readonly jobs: Jobs;
  readonly gallery: Gallery;
  readonly favourites: Favourites;
  readonly styles: Styles;
  readonly presets: Presets;
  readonly looks: Looks;
  readonly settings: Settings;
  readonly interactiveMessages: InteractiveMessages;
  readonly bars: Bars;
  readonly acts: Acts;
  readonly octaves: Octaves;
  readonly optOuts: OptOuts;
  readonly reports: Reports;
  readonly slackInstallations: SlackInstallations;
  readonly keyValues: KeyValueStores;
  readonly myData: MyData;
  readonly retention: Retention;
  /** Waits for images that are being written, and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens the store in a data folder: `dreamloom.sqlite`, and `images/`, named by content.
 *
 * @throws StoreError when the folder cannot be written, is full, is used by another Dreamloom or written by a newer
 *   one, or its tokens are encrypted with another key
 */
export function openStore(options: StoreOptions): Store {
  const { dir, logger = pino({ level: "silent" }), now = Date.now } = options;
  const database = new Database(dir, options.busyMs === undefined ? {} : { busyMs: options.busyMs });
  const { sealer, images } = closingOnError(database, () => {
    const sealer = new Sealer(options.encryptionKey ?? "");
    sealStored(database, sealer);
    return { sealer, images: openImages(database, logger, now) };
  });
  const jobs = new Jobs(database, images);
  const favourites = new Favourites(database, now);
  const styles = new Styles(database, images, now);
  const interactiveMessages = new InteractiveMessages(database, now);
  const presets = new Presets(database, now);
  const looks = new Looks(database, images, now);
  const acts = new Acts(database, now);
  const optOuts = new OptOuts(database, now);
  const reports = new Reports(database, now);
  const settings = new Settings(database, now);
  const personal = { jobs, styles, presets, looks, favourites, interactiveMessages, optOuts, reports, settings };
  let closing: Promise<void> | undefined;
  return {
    images,
    jobs,
    favourites,
    styles,
    presets,
    looks,
    interactiveMessages,
    bars: new Bars(database, favourites, now),
    acts,
    octaves: new Octaves(database, images),
    optOuts,
    reports,
    gallery: new Gallery(database),
    settings,
    slackInstallations: new SlackInstallations(database, now, sealer),
    keyValues: new KeyValueStores(database, now, sealer),
    myData: new MyData({ database, images, ...personal }),
    retention: new Retention({ database, images, jobs, boards: interactiveMessages, acts, reports }, now),
    close: () => {
      closing ??= images.idle().then(() => database.close());
      return closing;
    },
  };
}

function openImages(database: Database, logger: Logger, now: () => number): Images {
  try {
    return new Images(database, join(database.dir, "images"), logger, now);
  } catch (cause) {
    throw storeError(cause, database.dir);
  }
}

function closingOnError<T>(database: Database, work: () => T): T {
  try {
    return work();
  } catch (error) {
    database.close();
    throw error;
  }
}
