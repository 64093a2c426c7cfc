import type { Installation, InstallationQuery, InstallationStore } from "@slack/oauth";
import { eq } from "drizzle-orm";
import type { Database } from "./database.js";
import { slackInstallationTable } from "./schema.js";
import type { Sealer } from "./sealer.js";

/** Where the Slack app is installed, with its tokens: what Bolt's OAuth reads and writes. */
export class SlackInstallations implements InstallationStore {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
    private readonly sealer: Sealer,
  ) {}

  async storeInstallation(installation: Installation): Promise<void> {
    const id = installation.isEnterpriseInstall ? installation.enterprise?.id : installation.team?.id;
    if (id === undefined) throw new Error("an installation without a workspace or an organisation");
    const set = { installation: this.sealer.seal(id, installation), at: this.now() };
    const { id: target } = slackInstallationTable;
    const insert = this.database.orm.insert(slackInstallationTable).values({ id, ...set });
    this.database.write(() => insert.onConflictDoUpdate({ target, set }).run());
  }

  /** @throws when the app is not installed there. */
  async fetchInstallation(query: InstallationQuery<boolean>): Promise<Installation> {
    for (const id of idsOf(query)) {
      const where = eq(slackInstallationTable.id, id);
      const row = this.database.orm.select().from(slackInstallationTable).where(where).get();
      if (row) return this.sealer.open(id, row.installation) as Installation;
    }
    throw new Error(`the Slack app is not installed in ${idsOf(query).join(" or ") || "an unnamed workspace"}`);
  }

  async deleteInstallation(query: InstallationQuery<boolean>): Promise<void> {
    const [id] = idsOf(query);
    if (id === undefined) return;
    const { orm } = this.database;
    this.database.write(() => orm.delete(slackInstallationTable).where(eq(slackInstallationTable.id, id)).run());
  }
}

/** A workspace may have the app through its whole organisation. */
function idsOf({ isEnterpriseInstall, teamId, enterpriseId }: InstallationQuery<boolean>): string[] {
  const ids = isEnterpriseInstall ? [enterpriseId] : [teamId, enterpriseId];
  return ids.filter((id) => id !== undefined);
}
