/** What a fake Slack tells the bot of, as envelopes. */
import { shape } from "./api.js";
import type { FakeSlack } from "./server.js";
import type { Envelope } from "./socket.js";
import { type Message, newId, newTs, type Team } from "./state.js";
import { fields } from "./validate.js";

/** Sends an event; resolves when the bot has acknowledged it. */
export async function tell(fake: FakeSlack, team: Team, event: object): Promise<void> {
  const { organisation } = team;
  const { channel, item } = fields(event);
  const where = team.channels.get(String(fields(item).channel ?? channel));
  const payload = {
    token: "x",
    team_id: where?.sharedWith ?? team.id,
    api_app_id: "A1",
    event,
    type: "event_callback",
    event_id: fake.manners.oneId ? "Ev0PV52K21" : newId("Ev"),
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: organisation ?? null,
        team_id: team.id,
        user_id: team.bot.id,
        is_bot: true,
        is_enterprise_install: organisation !== undefined,
      },
    ],
    is_ext_shared_channel: where?.sharedWith !== undefined,
  };
  const { team_id, type, event_id } = payload;
  const sparse = { team_id, type, event_id, event };
  await send(fake, { type: "events_api", payload: fake.manners.sparse ? sparse : payload, acceptsResponse: false });
}

export function send(fake: FakeSlack, envelope: Envelope): Promise<unknown> {
  return fake.requestUrl === undefined ? fake.socket.send(envelope) : fake.sender.send(envelope);
}

/**
 * Tells of a message in a channel with the bot, the bot's own too, as an app hears that subscribes to messages: when it
 * was posted, changed or deleted. People do not wait for the bot while it is away.
 */
export async function tellOfMessage(
  fake: FakeSlack,
  team: Team,
  message: Message,
  what: "posted" | "changed" | "deleted",
): Promise<void> {
  const channel = team.channels.get(message.channel);
  if (fake.manners.noMessageEvents || message.ephemeralFor !== undefined || !channel?.members.has(team.bot.id)) return;
  const kind = { public: "channel", private: "group", im: "im" }[channel.kind];
  const now = { type: "message", channel: message.channel, channel_type: kind, event_ts: newTs() };
  const shown = shape(fake, message, false);
  const event =
    what === "posted"
      ? { ...shown, ...now, ...(message.files.length > 0 ? { subtype: "file_share" } : {}) }
      : what === "changed"
        ? { ...now, ts: now.event_ts, hidden: true, subtype: "message_changed", message: shown }
        : {
            ...now,
            ts: now.event_ts,
            hidden: true,
            subtype: "message_deleted",
            deleted_ts: message.ts,
            previous_message: shown,
          };
  const told = tell(fake, team, event);
  if (fake.requestUrl !== undefined || fake.socket.open) await told;
}
