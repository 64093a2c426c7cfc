import type { InstallProvider } from "@slack/oauth";
import { type AuthTestResponse, WebClient } from "@slack/web-api";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { KeyValueStore } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import { retryWithBackoff } from "../../shared/async.js";
import { findApi } from "./address.js";
import { clientOptions } from "./answers.js";
import { retryAfter, toChatError } from "./errors.js";
import { defaultSlackLimits, type SlackLimits } from "./limits.js";
import { sdkLogger } from "./logger.js";
import { word } from "./messages.js";
import type { SlackChatOptions } from "./options.js";
import { type ApiEvents, stopped, Workspace } from "./workspace.js";

/** Which workspace an event is from. */
interface Origin {
  readonly teamId: string | undefined;
  readonly enterpriseId?: string | undefined;
  readonly isEnterpriseInstall?: boolean | undefined;
}

interface Options {
  readonly botToken: string | undefined;
  readonly installer: InstallProvider | undefined;
  readonly apiUrl: string;
  readonly limits: SlackLimits;
  readonly logger: Logger;
  readonly told: ApiEvents;
  readonly keyValues?: KeyValueStore | undefined;
}

/** Before a workspace's id: where its organisation is kept. */
const ORGANISATION = "slack.organisation.";

/** How long an installation's token is used before the installation is read again; rotation works two hours ahead. */
const TOKEN_KEPT_MS = 60_000;

/**
 * The workspaces where the bot is installed: that of the settings' token, and those that have installed it by OAuth.
 */
export class Workspaces {
  readonly #client: WebClient;
  readonly #known = new Map<string, Promise<Workspace>>();
  /** Workspaces that have the bot through their organisation, whose id is kept for the next run. */
  readonly #organisations = new Map<string, string>();
  readonly #tokens = new LRUCache<string, string>({ max: 1_000, ttl: TOKEN_KEPT_MS });
  #own: Workspace | undefined;
  #closed = false;

  constructor(private readonly options: Options) {
    const { apiUrl, limits, logger } = options;
    this.#client = new WebClient(undefined, {
      ...clientOptions(apiUrl, limits),
      // Waiting is this adapter's own, so that every call ends in time and previews are dropped instead.
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      logger: sdkLogger(logger),
    });
  }

  /** Asks Slack who the settings' token is. @throws ChatError with what is wrong about it. */
  async open(): Promise<void> {
    const { botToken } = this.options;
    if (botToken === undefined) return;
    this.#own = await this.#make(undefined, async () => botToken);
  }

  close(): void {
    this.#closed = true;
    this.#own?.close();
    for (const workspace of this.#known.values()) void workspace.then((open) => open.close()).catch(() => undefined);
  }

  /** What is wrong with calls in the settings' workspace, for operators. */
  get problem(): string | undefined {
    return this.#own?.problem;
  }

  /** @throws ChatError "forbidden" for a workspace where the bot is not installed. */
  async of(community: string): Promise<Workspace> {
    if (this.#closed) throw stopped();
    if (this.#own && (this.#own.self.team === community || !this.options.installer)) return this.#own;
    let known = this.#known.get(community);
    if (!known) {
      known = this.#make(community, (fresh) => this.#installedToken(community, fresh));
      this.#known.set(community, known);
      known.catch(() => this.#known.delete(community));
    }
    return known;
  }

  /** The workspace of an event, which names its organisation where that has installed the app. */
  async from({ teamId, enterpriseId, isEnterpriseInstall }: Origin): Promise<Workspace> {
    if (teamId === undefined && this.#own) return this.#own;
    if (teamId === undefined) throw new ChatError("forbidden", "slack.workspace-unknown");
    if (isEnterpriseInstall && enterpriseId !== undefined) this.#note(teamId, enterpriseId);
    return this.of(teamId);
  }

  #note(teamId: string, organisation: string): void {
    if (this.#organisations.get(teamId) === organisation) return;
    this.#organisations.set(teamId, organisation);
    this.options.keyValues?.set(`${ORGANISATION}${teamId}`, organisation);
  }

  #organisation(teamId: string): string | undefined {
    return this.#organisations.get(teamId) ?? word(this.options.keyValues?.get(`${ORGANISATION}${teamId}`));
  }

  /** An organisation's workspaces, also those without an event since the start. */
  #communitiesOf(organisation: string): Set<string> {
    const kept = (this.options.keyValues?.list(ORGANISATION) ?? []).map(
      ([key, value]) => [key.slice(ORGANISATION.length), value] as const,
    );
    const its = [...kept, ...this.#organisations].filter(([, value]) => value === organisation);
    return new Set(its.map(([community]) => community));
  }

  /** A workspace, or a whole organisation, has removed the app: nothing of it is kept, its tokens least of all. */
  async removed({ teamId, enterpriseId, isEnterpriseInstall = false }: Origin): Promise<void> {
    const { keyValues, installer } = this.options;
    const all = isEnterpriseInstall && enterpriseId !== undefined;
    const communities = all ? this.#communitiesOf(enterpriseId) : [];
    for (const community of [...communities, ...(teamId === undefined ? [] : [teamId])]) {
      const known = this.#known.get(community);
      this.#known.delete(community);
      this.#tokens.delete(community);
      this.#organisations.delete(community);
      keyValues?.delete(`${ORGANISATION}${community}`);
      void known?.then((workspace) => workspace.close()).catch(() => undefined);
    }
    const query = all
      ? { teamId: undefined, enterpriseId, isEnterpriseInstall: true as const }
      : { teamId: teamId ?? "", enterpriseId: undefined, isEnterpriseInstall: false as const };
    await installer?.installationStore.deleteInstallation?.(query);
  }

  async #installedToken(community: string, fresh: boolean): Promise<string> {
    const kept = this.#tokens.get(community);
    if (kept !== undefined && !fresh) return kept;
    const { installer } = this.options;
    if (!installer) throw notInstalled();
    const enterpriseId = this.#organisation(community);
    try {
      const isEnterpriseInstall = enterpriseId !== undefined;
      const { botToken } = await installer.authorize({ teamId: community, enterpriseId, isEnterpriseInstall });
      if (botToken === undefined) throw notInstalled();
      this.#tokens.set(community, botToken);
      return botToken;
    } catch (error) {
      throw error instanceof ChatError ? error : notInstalled(error);
    }
  }

  /** @param community the workspace, where it is known: an organisation's token only knows the organisation */
  async #make(community: string | undefined, token: (fresh: boolean) => Promise<string>): Promise<Workspace> {
    const who = await this.#whoAmI(await token(false));
    const team = community ?? who.team_id ?? who.enterprise_id;
    if (team === undefined || who.user_id === undefined) throw new ChatError("unavailable", "slack.who-am-i");
    const self = { team, userId: who.user_id, botId: who.bot_id, name: who.user ?? "dreamloom" };
    const { limits, logger, told } = this.options;
    return new Workspace(self, this.#client, token, limits, logger, told);
  }

  async #whoAmI(token: string): Promise<AuthTestResponse> {
    const { pauseMs, patienceMs } = this.options.limits;
    const end = performance.now() + patienceMs / 2;
    return retryWithBackoff(() => this.#client.auth.test({ token }), {
      firstMs: pauseMs * 2,
      attempts: 4,
      waitOf: (error) => (retryAfter(error) ?? 0) * 1000 || undefined,
      mayPass: (error, _attempt, waitMs) =>
        toChatError(error).kind !== "forbidden" && performance.now() + waitMs <= end,
    }).catch((error: unknown) => Promise.reject(toChatError(error)));
  }
}

/** How long the question about a token may take, in milliseconds. */
const CHECK_LIMITS = { callMs: 5_000, patienceMs: 10_000 };

/** Asks Slack whether a bot token is good; for `dreamloom doctor`. @throws ChatError with what is wrong about it */
export async function checkToken({
  botToken,
  apiUrl,
  logger,
}: Pick<SlackChatOptions, "botToken" | "apiUrl" | "logger">): Promise<void> {
  const limits = { ...defaultSlackLimits, ...CHECK_LIMITS };
  const told = { slowedDown: () => undefined, recovered: () => undefined };
  const api = await findApi(apiUrl, limits.callMs);
  const workspaces = new Workspaces({ botToken, installer: undefined, apiUrl: api, limits, logger, told });
  try {
    await workspaces.open();
  } finally {
    workspaces.close();
  }
}

function notInstalled(cause?: unknown): ChatError {
  return new ChatError("forbidden", "slack.not-installed", {}, { cause });
}
