import { LRUCache } from "lru-cache";
import type { Member } from "../../domain/model.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { isKind } from "./errors.js";
import type { Workspace } from "./workspace.js";

interface Known {
  readonly user: Member;
  readonly bot: boolean;
}

/** Names and roles change seldom; a new admin waits this long. */
const KEPT_MS = 5 * 60_000;
const MOST = 5_000;
/** Slack waits for an answer, so a name must not take long. */
const PATIENCE_MS = 5_000;

/** The members of all workspaces, remembered for a while. Moderators are a workspace's admins and owners. */
export class Users {
  readonly #known = new LRUCache<string, Promise<Known>>({ max: MOST, ttl: KEPT_MS });

  /** Never rejects: where Slack does not tell, they are called by `fallback`, moderate nothing, and are outsiders. */
  async get(workspace: Workspace, id: string, fallback?: string): Promise<Known> {
    const key = `${workspace.self.team} ${id}`;
    let known = this.#known.get(key);
    if (!known) {
      known = ask(workspace, id);
      this.#known.set(key, known);
      // An app without "users:read" need not ask again for each event.
      known.catch((error: unknown) => !isKind(error, "forbidden") && this.#known.delete(key));
    }
    try {
      return await known;
    } catch {
      const name = fallback ?? sentence("chat.somebody");
      return { user: { id, name, moderator: false, outsider: true }, bot: false };
    }
  }
}

async function ask(workspace: Workspace, id: string): Promise<Known> {
  const options = { repeatable: true, patienceMs: PATIENCE_MS };
  const { user } = await workspace.call("users.info", { user: id }, options);
  const { profile } = user ?? {};
  const name =
    profile?.display_name || profile?.real_name || user?.real_name || user?.name || sentence("chat.somebody");
  // In a shared channel (Slack Connect) others are admins of their own workspace.
  const places = [user?.team_id, ...(user?.enterprise_user?.teams ?? [])];
  const ours = user?.is_stranger !== true && (user?.team_id === undefined || places.includes(workspace.self.team));
  const moderator = ours && (user?.is_admin === true || user?.is_owner === true);
  // Guests are in the channels that they were invited to, in no others.
  const outsider = !ours || user?.is_restricted === true || user?.is_ultra_restricted === true;
  const member: Member = { id, name, moderator, moderatesAll: moderator, ...(outsider && { outsider }) };
  return { user: member, bot: user?.is_bot === true || id === "USLACKBOT" };
}
