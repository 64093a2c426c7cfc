import { and, eq, like } from "drizzle-orm";
import type { Database } from "./database.js";
import type { Images, NewImage, StoredImage } from "./images.js";
import { jobInputTable, jobTable } from "./schema.js";

/** A name on disk: rows of these roles are no inputs of a job, but go with them. */
const ROLE = "frame-";

/** Small octaves of jobs' results, for a film of the way there. They are kept as long as a job's other images. */
export class Octaves {
  constructor(
    private readonly database: Database,
    private readonly images: Images,
  ) {}

  /**
   * Keeps all octaves of a job, in their order; those of a job that is not kept are ignored.
   *
   * @throws StoreError when the disk is full or cannot be written.
   */
  async keep(job: string, octaves: readonly NewImage[]): Promise<void> {
    const refer = (stored: readonly StoredImage[]): readonly string[] => {
      const { orm } = this.database;
      const shas = stored.map(({ sha }) => sha);
      if (!orm.select({ id: jobTable.id }).from(jobTable).where(eq(jobTable.id, job)).get()) return shas;
      const rows = shas.map((sha, index) => ({ job, role: `${ROLE}${index + 1}`, sha }));
      if (rows.length > 0) orm.insert(jobInputTable).values(rows).onConflictDoNothing().run();
      return [];
    };
    const unused = await this.images.keep(octaves, refer, { atOnce: true });
    if (unused.length > 0) this.images.removeUnused(unused);
  }

  /** A job's octaves in their order; undefined where none are kept, or one of them is damaged. */
  async of(job: string): Promise<readonly Uint8Array[] | undefined> {
    const { role, sha } = jobInputTable;
    const kept = and(eq(jobInputTable.job, job), like(role, `${ROLE}%`));
    const rows = this.database.orm.select({ role, sha }).from(jobInputTable).where(kept).all();
    const place = (row: { readonly role: string }): number => Number(row.role.slice(ROLE.length));
    const octaves: Uint8Array[] = [];
    for (const row of rows.sort((a, b) => place(a) - place(b))) {
      const bytes = await this.images.read(row.sha);
      if (!bytes) return undefined;
      octaves.push(bytes);
    }
    return octaves.length > 0 ? octaves : undefined;
  }
}
