/** Installing the app: codes that become tokens, and tokens that run out and are renewed. */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { ApiError, type Arguments } from "./api.js";
import { ALL_SCOPES, type FakeSlack } from "./server.js";
import type { Team } from "./state.js";

export const CLIENT_ID = "1.2";
export const CLIENT_SECRET = "fake-client-secret";
const LASTS_S = 12 * 3600;

export class OAuth {
  readonly #codes = new Map<string, Team>();
  readonly #refresh = new Map<string, Team>();
  /** Whether tokens run out. */
  rotation = false;
  /** How long a new token lasts, in seconds. */
  lastsSeconds = LASTS_S;

  constructor(private readonly fake: FakeSlack) {}

  /** What somebody gets who says yes to installing the app in a workspace. */
  newCode(team: Team): string {
    const code = randomUUID();
    this.#codes.set(code, team);
    return code;
  }

  authorize(query: URLSearchParams, response: ServerResponse): void {
    const wanted = (query.get("scope") ?? "").split(",");
    if (query.get("client_id") !== CLIENT_ID || !query.get("state"))
      this.fake.violate("an installation without client or state");
    for (const scope of wanted) if (!ALL_SCOPES.includes(scope)) this.fake.violate(`an installation asks for ${scope}`);
    response.writeHead(200, { "content-type": "text/html" }).end("<title>Allow</title>");
  }

  access(args: Arguments): object {
    if (args.client_id !== CLIENT_ID || args.client_secret !== CLIENT_SECRET) throw new ApiError("bad_client_secret");
    const renewing = args.grant_type === "refresh_token";
    const given = String(renewing ? args.refresh_token : args.code);
    const store = renewing ? this.#refresh : this.#codes;
    const team = store.get(given);
    if (!team) throw new ApiError(renewing ? "invalid_refresh_token" : "invalid_code");
    store.delete(given);
    const token = `${this.rotation ? "xoxe." : ""}xoxb-${randomUUID()}`;
    this.fake.grant(token, team, this.rotation ? Date.now() + this.lastsSeconds * 1000 : Infinity);
    const refresh = `xoxe-1-${randomUUID()}`;
    if (this.rotation) this.#refresh.set(refresh, team);
    return {
      access_token: token,
      token_type: "bot",
      scope: ALL_SCOPES.join(","),
      bot_user_id: team.bot.id,
      app_id: "A1",
      team: { id: team.id, name: "Fake" },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: [...team.users.keys()][0] },
      ...(this.rotation ? { refresh_token: refresh, expires_in: this.lastsSeconds } : {}),
    };
  }
}
