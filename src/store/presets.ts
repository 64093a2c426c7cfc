import { and, asc, count, desc, eq, or } from "drizzle-orm";
import type { Community, User, UserKey } from "../domain/model.js";
import { StoreError } from "../shared/store-error.js";
import { type Database, matching } from "./database.js";
import { presetTable } from "./schema.js";

/** Options of a command under a name. */
export interface Preset {
  readonly id: number;
  readonly platform: string;
  /** Whose it is: a community's, or one person's own, which goes with them everywhere on a platform. */
  readonly scope: { readonly community: string } | { readonly person: string };
  readonly name: string;
  readonly command: string;
  /** As they are typed. */
  readonly options: string;
  readonly author: User;
  /** Who is named besides, where it came from elsewhere. */
  readonly credits?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

type NewPreset = Omit<Preset, "id" | "createdAt">;

/** Whose presets somebody may use: their own, and those of the community that they are in. */
export interface PresetReader extends Community {
  readonly user: string;
}

/** The presets of people and of communities. Each scope has a name once. */
export class Presets {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /**
   * Saves a preset, in place of its author's of the same name.
   * @throws StoreError "taken" where that is somebody else's, "too-many" where its scope holds `most`
   */
  save(preset: NewPreset, most: number): Preset {
    const { name, command, options, author, credits } = preset;
    const scope = scopeOf(preset);
    return this.database.write(() => {
      const { orm } = this.database;
      const [same] = orm
        .select()
        .from(presetTable)
        .where(matching(presetTable, { ...scope, name }))
        .all();
      if (same && same.authorId !== author.id)
        throw new StoreError("taken", "store.preset-taken", { name, author: same.authorName });
      const all = orm.select({ number: count() }).from(presetTable).where(matching(presetTable, scope)).get();
      if (!same && (all?.number ?? 0) >= most) throw new StoreError("too-many", "store.presets-full", { count: most });
      if (same) orm.delete(presetTable).where(eq(presetTable.id, same.id)).run();
      const written = { command, options, authorId: author.id, authorName: author.name, credits: credits ?? null };
      const row = { ...scope, name, ...written, createdAt: this.now() };
      return presetOf(orm.insert(presetTable).values(row).returning().get());
    });
  }

  /** All that somebody may use, by name; their own come first. */
  list(reader: PresetReader): Preset[] {
    return this.#read(reader);
  }

  /** Somebody's own of that name, else the community's. */
  find(reader: PresetReader, name: string): Preset | undefined {
    return this.#read(reader, name)[0];
  }

  remove(id: number): void {
    this.database.write(() => this.database.orm.delete(presetTable).where(eq(presetTable.id, id)).run());
  }

  /** Those that a person has saved. */
  of({ platform, user: authorId }: UserKey): Preset[] {
    const where = matching(presetTable, { platform, authorId });
    return this.database.orm.select().from(presetTable).where(where).orderBy(asc(presetTable.id)).all().map(presetOf);
  }

  /** Returns how many there were. */
  removeOf({ platform, user: authorId }: UserKey): number {
    const where = matching(presetTable, { platform, authorId });
    return this.database.write(() => this.database.orm.delete(presetTable).where(where).run().changes);
  }

  #read({ platform, community, user }: PresetReader, name?: string): Preset[] {
    const own = matching(presetTable, { community: "", owner: user });
    const shared = matching(presetTable, { community, owner: "" });
    return this.database.orm
      .select()
      .from(presetTable)
      .where(and(matching(presetTable, { platform, name }), or(own, shared)))
      .orderBy(desc(presetTable.owner), asc(presetTable.name))
      .all()
      .map(presetOf);
  }
}

function scopeOf({ platform, scope }: NewPreset) {
  return "person" in scope
    ? { platform, community: "", owner: scope.person }
    : { platform, community: scope.community, owner: "" };
}

function presetOf(row: typeof presetTable.$inferSelect): Preset {
  const { id, platform, community, owner, name, command, options, authorId, authorName, credits, createdAt } = row;
  const scope = owner === "" ? { community } : { person: owner };
  const author = { id: authorId, name: authorName };
  return { id, platform, scope, name, command, options, author, ...(credits !== null && { credits }), createdAt };
}
