import { and, asc, count, inArray, ne, type SQL, sql } from "drizzle-orm";
import type { Community, User, UserKey } from "../domain/model.js";
import { StoreError } from "../shared/store-error.js";
import { type Database, matching } from "./database.js";
import type { Images, StoredImage } from "./images.js";
import { lookTable } from "./schema.js";

/** A look that a community has taught. */
export interface Look extends Community {
  readonly id: number;
  readonly name: string;
  /** The network that has learnt it, and alone can dream of it. */
  readonly network: string;
  /** How many pictures it was taught from. */
  readonly pictures: number;
  readonly author: User;
  /** Who else made those pictures, and agreed. */
  readonly makers: readonly User[];
  /** SHA-256 of the trained layer's file. */
  readonly layer: string;
  /** The job that taught it. */
  readonly job: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

interface NewLook extends Omit<Look, "id" | "layer" | "createdAt"> {
  /** The trained layer's file. */
  readonly file: Uint8Array;
}

/** Most looks. */
interface LookLimits {
  readonly perCommunity: number;
  /** Of one person, in one community. */
  readonly perPerson: number;
}

const FILE_TYPE = "application/octet-stream";

/** The looks that communities have taught. A community has each name once. */
export class Looks {
  constructor(
    private readonly database: Database,
    private readonly images: Images,
    private readonly now: () => number,
  ) {}

  /**
   * Keeps a look, in place of its author's of the same name; one that this job has taught already stays as it is.
   * @throws StoreError "taken" or "too-many" for its author, "full" or "unwritable" as the disk is
   */
  async add(look: NewLook, limits: LookLimits): Promise<Look> {
    const { author, file, ...columns } = look;
    let replaced: Look | undefined;
    const refer = ([stored]: readonly StoredImage[]): Look => {
      this.check(look, limits);
      replaced = this.find(look, look.name);
      if (replaced?.job === look.job) return replaced;
      if (replaced) this.forget([replaced.id]);
      const layer = stored?.sha ?? "";
      const row = { ...columns, authorId: author.id, authorName: author.name, layer, createdAt: this.now() };
      return lookOf(this.database.orm.insert(lookTable).values(row).returning().get());
    };
    const undo = ({ id }: Look): void => {
      this.forget([id]);
    };
    const kept = await this.images.keep([{ bytes: file, type: FILE_TYPE }], refer, { undo });
    if (replaced) this.images.removeUnused([replaced.layer]);
    return kept;
  }

  /** @throws StoreError where a look of that name could not be kept for its author now */
  check(
    { platform, community, name, author }: Pick<NewLook, "platform" | "community" | "name" | "author">,
    limits: LookLimits,
  ): void {
    const here = { platform, community };
    const same = this.find(here, name);
    if (same && same.author.id !== author.id)
      throw new StoreError("taken", "store.look-taken", { name, author: same.author.name });
    const others = (where: SQL | undefined) => this.#count(and(where, ne(lookTable.name, name)));
    if (others(matching(lookTable, here)) >= limits.perCommunity)
      throw new StoreError("too-many", "store.looks-full", { count: limits.perCommunity });
    if (others(matching(lookTable, { ...here, authorId: author.id })) >= limits.perPerson)
      throw new StoreError("too-many", "store.own-looks-full", { count: limits.perPerson });
  }

  /** A community's looks by name. */
  list({ platform, community }: Community): Look[] {
    return this.#read(matching(lookTable, { platform, community }));
  }

  find({ platform, community }: Community, name: string): Look | undefined {
    return this.#read(matching(lookTable, { platform, community, name }))[0];
  }

  /** A person's looks in all communities of a platform. */
  of({ platform, user }: UserKey): Look[] {
    return this.#read(matching(lookTable, { platform, authorId: user }));
  }

  /** Looks that others have taught from a person's works. */
  taughtFrom({ platform, user }: UserKey): Look[] {
    const { makers } = lookTable;
    const among = sql`EXISTS (SELECT 1 FROM json_each(${makers}) WHERE json_extract(value, '$.id') = ${user})`;
    return this.#read(and(matching(lookTable, { platform }), ne(lookTable.authorId, user), among));
  }

  /** Removes looks with their files. */
  remove(ids: readonly number[]): void {
    this.images.release(() => {
      const files = this.#read(inArray(lookTable.id, [...ids])).map(({ layer }) => layer);
      this.forget(ids);
      return files;
    });
  }

  /** Removes looks alone; the caller removes their files. Returns how many there were. */
  forget(ids: readonly number[]): number {
    const those = inArray(lookTable.id, [...ids]);
    return this.database.write(() => this.database.orm.delete(lookTable).where(those).run().changes);
  }

  /** The trained layer's file; undefined when it is damaged. */
  file({ layer }: Pick<Look, "layer">): Promise<Uint8Array | undefined> {
    return this.images.read(layer);
  }

  #read(where: SQL | undefined): Look[] {
    return this.database.orm.select().from(lookTable).where(where).orderBy(asc(lookTable.name)).all().map(lookOf);
  }

  #count(where: SQL | undefined): number {
    return this.database.orm.select({ looks: count() }).from(lookTable).where(where).get()?.looks ?? 0;
  }
}

function lookOf({ authorId, authorName, ...row }: typeof lookTable.$inferSelect): Look {
  return { ...row, author: { id: authorId, name: authorName } };
}
