import type { Installation, InstallationQuery, InstallationStore } from "@slack/oauth";
import { eq } from "drizzle-orm";
import type { Database } from "./database.js";
import { slackInstallationTable } from "./schema.js";

/** Where the Slack app is installed, with its tokens: what Bolt's OAuth reads and writes, also when tokens are rotated. */
export class SlackInstallations implements InstallationStore {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  async storeInstallation(installation: Installation): Promise<void> {
    const id = installation.isEnterpriseInstall ? installation.enterprise?.id : installation.team?.id;
    if (id === undefined) throw new Error("Slack named neither a workspace nor an organisation for this installation.");
    const row = { id, installation, at: this.now() };
    this.database.write(() => {
      const { installation: value, at } = row;
      const { orm } = this.database;
      orm
        .insert(slackInstallationTable)
        .values(row)
        .onConflictDoUpdate({ target: slackInstallationTable.id, set: { installation: value, at } })
        .run();
    });
  }

  /** @throws when the app is not installed there. */
  async fetchInstallation(query: InstallationQuery<boolean>): Promise<Installation> {
    for (const id of idsOf(query)) {
      const row = this.database.orm
        .select()
        .from(slackInstallationTable)
        .where(eq(slackInstallationTable.id, id))
        .get();
      if (row) return row.installation as Installation;
    }
    throw new Error(`The Slack app is not installed in ${idsOf(query).join(" or ") || "an unnamed workspace"}.`);
  }

  async deleteInstallation(query: InstallationQuery<boolean>): Promise<void> {
    const [id] = idsOf(query);
    if (id === undefined) return;
    this.database.write(() => {
      this.database.orm.delete(slackInstallationTable).where(eq(slackInstallationTable.id, id)).run();
    });
  }
}

/** A workspace may have the app through its whole organisation. */
function idsOf({ isEnterpriseInstall, teamId, enterpriseId }: InstallationQuery<boolean>): string[] {
  const ids = isEnterpriseInstall ? [enterpriseId] : [teamId, enterpriseId];
  return ids.filter((id) => id !== undefined);
}
