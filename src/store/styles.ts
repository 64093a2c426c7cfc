import { and, asc, count, eq, inArray, or, type SQL } from "drizzle-orm";
import type { Community, User, UserKey } from "../domain/model.js";
import { StoreError } from "../shared/store-error.js";
import { emojiKey } from "../shared/typed.js";
import { type Database, matching } from "./database.js";
import type { Images, NewImage, StoredImage } from "./images.js";
import { styleTable } from "./schema.js";

/** A style that a community has added. */
export interface Style extends Community {
  readonly id: number;
  readonly name: string;
  readonly emoji: string;
  readonly author: User;
  /** SHA-256 of its image. */
  readonly picture: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface NewStyle extends Omit<Style, "id" | "picture" | "createdAt"> {
  readonly picture: NewImage;
}

/** Most styles. */
interface StyleLimits {
  readonly perCommunity: number;
  /** Of one person, in one community. */
  readonly perPerson: number;
}

/** The styles of communities. A community has each name (in any case) and each emoji once. */
export class Styles {
  constructor(
    private readonly database: Database,
    private readonly images: Images,
    private readonly now: () => number,
  ) {}

  /**
   * Adds a style with its image.
   *
   * @throws StoreError "taken" or "too-many" for the person who adds it, "full" or "unwritable" as the disk is.
   */
  async add(style: NewStyle, limits: StyleLimits): Promise<Style> {
    // Before the image is written, and again when nothing can come in between.
    this.#check(style, limits);
    const { author, name, emoji, ...community } = style;
    const refer = ([image]: readonly StoredImage[]): Style => {
      this.#check(style, limits);
      const row = {
        ...community,
        name,
        nameKey: nameKey(name),
        emoji,
        emojiKey: emojiKey(emoji),
        authorId: author.id,
        authorName: author.name,
        picture: image?.sha ?? "",
        createdAt: this.now(),
      };
      return styleOf(this.database.orm.insert(styleTable).values(row).returning().get());
    };
    const undo = ({ id }: Style): void => {
      this.database.orm.delete(styleTable).where(eq(styleTable.id, id)).run();
    };
    return this.images.keep([style.picture], refer, { undo });
  }

  /** A community's styles by name. */
  list({ platform, community }: Community): Style[] {
    return this.#read(matching(styleTable, { platform, community }));
  }

  /** A style by its name (in any case) or its emoji. */
  find({ platform, community }: Community, nameOrEmoji: string): Style | undefined {
    const wanted = or(eq(styleTable.nameKey, nameKey(nameOrEmoji)), eq(styleTable.emojiKey, emojiKey(nameOrEmoji)));
    return this.#read(and(matching(styleTable, { platform, community }), wanted))[0];
  }

  /** A person's styles in all communities of a platform. */
  of({ platform, user }: UserKey): Style[] {
    return this.#read(matching(styleTable, { platform, authorId: user }));
  }

  /** @throws StoreError "taken" when another style has that name, "gone" when this one is no longer there. */
  rename(id: number, name: string): Style {
    return this.database.write(() => {
      const style = this.#read(eq(styleTable.id, id))[0];
      if (!style) throw new StoreError("gone", "store.style-gone");
      this.#checkName(style, name, id);
      const change = { name, nameKey: nameKey(name) };
      this.database.orm.update(styleTable).set(change).where(eq(styleTable.id, id)).run();
      return { ...style, name };
    });
  }

  /** Removes styles; images that nothing else uses go too. Returns how many there were. */
  remove(ids: readonly number[]): number {
    let removed = 0;
    this.images.release(() => {
      const shas = this.#read(inArray(styleTable.id, [...ids])).map(({ picture }) => picture);
      removed = this.forget(ids);
      return shas;
    });
    return removed;
  }

  /** Removes styles alone; the caller removes their images. Returns how many there were. */
  forget(ids: readonly number[]): number {
    const those = inArray(styleTable.id, [...ids]);
    return this.database.write(() => this.database.orm.delete(styleTable).where(those).run().changes);
  }

  /** A style's image, encoded; undefined when it is damaged. */
  picture(style: Pick<Style, "picture">): Promise<Uint8Array | undefined> {
    return this.images.read(style.picture);
  }

  #check(style: NewStyle, limits: StyleLimits): void {
    const { platform, community, emoji, author } = style;
    const here = { platform, community };
    this.#checkName(style, style.name);
    const sameEmoji = this.#read(matching(styleTable, { ...here, emojiKey: emojiKey(emoji) }))[0];
    if (sameEmoji) throw new StoreError("taken", "store.emoji-taken", { emoji, style: sameEmoji.name });
    if (this.#count(matching(styleTable, here)) >= limits.perCommunity)
      throw new StoreError("too-many", "store.styles-full", { count: limits.perCommunity });
    if (this.#count(matching(styleTable, { ...here, authorId: author.id })) >= limits.perPerson)
      throw new StoreError("too-many", "store.own-styles-full", { count: limits.perPerson });
  }

  #checkName({ platform, community }: Community, name: string, except?: number): void {
    const same = this.#read(matching(styleTable, { platform, community, nameKey: nameKey(name) }))[0];
    if (same && same.id !== except) throw new StoreError("taken", "store.style-taken", { style: same.name });
  }

  #read(where: SQL | undefined): Style[] {
    return this.database.orm
      .select()
      .from(styleTable)
      .where(where)
      .orderBy(asc(styleTable.nameKey), asc(styleTable.id))
      .all()
      .map(styleOf);
  }

  #count(where: SQL | undefined): number {
    return this.database.orm.select({ styles: count() }).from(styleTable).where(where).get()?.styles ?? 0;
  }
}

function nameKey(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

function styleOf(row: typeof styleTable.$inferSelect): Style {
  const { id, platform, community, name, emoji, authorId, authorName, picture, createdAt } = row;
  return { id, platform, community, name, emoji, author: { id: authorId, name: authorName }, picture, createdAt };
}
