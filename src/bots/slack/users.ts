import { LRUCache } from "lru-cache";
import type { Member } from "../../domain/user.js";
import { ChatError } from "../../port/chat-error.js";
import type { Workspace } from "./workspace.js";

interface Known {
  readonly user: Member;
  readonly bot: boolean;
}

/** Names and roles change seldom; whoever becomes an admin waits this long. */
const KEPT_MS = 5 * 60_000;
const MOST = 5_000;
/** Slack waits for an answer, so a name must not take long. */
const PATIENCE_MS = 5_000;

/** The people of all workspaces, remembered for a while. Moderators are a workspace's admins and owners. */
export class Users {
  readonly #known = new LRUCache<string, Promise<Known>>({ max: MOST, ttl: KEPT_MS });

  /** Never rejects: where Slack does not tell, they are called by `fallback` and moderate nothing. */
  async get(workspace: Workspace, id: string, fallback?: string): Promise<Known> {
    const key = `${workspace.self.team} ${id}`;
    let known = this.#known.get(key);
    if (!known) {
      known = ask(workspace, id);
      this.#known.set(key, known);
      // Who may not ask ("users:read") need not ask again for each event.
      known.catch((error: unknown) => {
        if (!(error instanceof ChatError && error.kind === "forbidden")) this.#known.delete(key);
      });
    }
    try {
      return await known;
    } catch {
      return { user: { id, name: fallback ?? "somebody", moderator: false }, bot: false };
    }
  }
}

async function ask(workspace: Workspace, id: string): Promise<Known> {
  const { user } = await workspace.call("users.info", (client, token) => client.users.info({ token, user: id }), {
    repeatable: true,
    patienceMs: PATIENCE_MS,
  });
  const name =
    [user?.profile?.display_name, user?.profile?.real_name, user?.real_name, user?.name].find((each) => each) ??
    "somebody";
  const moderator = user?.is_admin === true || user?.is_owner === true;
  return { user: { id, name, moderator }, bot: user?.is_bot === true || id === "USLACKBOT" };
}
