import {
  type Client,
  GatewayDispatchEvents,
  type GatewayMessageCreateDispatchData,
  MessageReferenceType,
  MessageType,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { ChannelRef, Member, MessageRef } from "../../domain/model.js";
import type { CommandEvent } from "../../port/events.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { readSaid } from "../../shared/typed.js";
import { DIRECT, linkTo } from "./channels.js";
import type { Gateway } from "./gateway.js";
import { REDELIVERED } from "./limits.js";
import type { Messages } from "./messages.js";
import { withEmoji } from "./reactions.js";
import type { InteractionParts } from "./reporter.js";
import { displayName, userOfReaction } from "./users.js";

type LineParts = Pick<InteractionParts, "handlers" | "channels" | "pictures" | "inbox" | "logger"> & {
  readonly client: Client;
  readonly messages: Messages;
};

/** Tells a person that an answer could not be given where only they see it, without a word of it. */
const UNANSWERED = "❓";

/**
 * Reports lines that people write to the bot: messages that name it, and all in direct messages. Those need no
 * privileged intent: Discord empties neither.
 */
export function listenToLines(gateway: Gateway, parts: LineParts): void {
  const lately = new LRUCache<string, true>(REDELIVERED);
  const commands = new Set(parts.handlers.commands.map(({ name }) => name));
  gateway.on(GatewayDispatchEvents.MessageCreate, (message) => {
    const pieces = piecesOf(message, parts);
    if (!pieces || lately.has(message.id)) return;
    lately.set(message.id, true);
    const { id, author, channel_id: channel, guild_id: guild, content: line } = message;
    const receipt = parts.inbox.take({ what: "command", line, id, user: author.id, channel, guild });
    void report(message, { ...readSaid(pieces, commands), receipt }, parts)
      .catch((err: unknown) => parts.logger.error({ err, message: id }, "a line could not be reported"))
      .finally(receipt.settle);
  });
}

/** The text, split where it names the bot; undefined for messages that are not meant for it. */
function piecesOf(message: GatewayMessageCreateDispatchData, { client, channels }: LineParts): string[] | undefined {
  const { author, webhook_id, type, content, guild_id, channel_id } = message;
  const self = client.user?.id;
  const said = type === MessageType.Default || type === MessageType.Reply;
  if (!said || !content || !author || author.bot || webhook_id !== undefined || self === undefined) return undefined;
  const pieces = content.split(new RegExp(`<@!?${self}>`)).map(withEmoji);
  return pieces.length > 1 || channels.guildOf(channel_id, guild_id) === undefined ? pieces : undefined;
}

async function report(
  message: GatewayMessageCreateDispatchData,
  line: Pick<CommandEvent, "name" | "text" | "receipt">,
  parts: LineParts,
): Promise<void> {
  const { handlers, channels, pictures, client } = parts;
  const { id, author, channel_id, member, message_reference: answered } = message;
  const guild = channels.guildOf(channel_id, message.guild_id);
  const channel = await channels.locate(channel_id, guild);
  const told = { ...member, user: author };
  const by = { id: author.id, ...(member && { roles: member.roles }) };
  // Who is refused is asked nothing more about.
  const user = handlers.refuses?.({ name: line.name, user: by, channel })
    ? { ...by, name: displayName(author), moderator: false }
    : await userOfReaction(client, { user: author.id, channel, member: told });
  if (!user) return;
  const reply = replyTo({ channel, id }, user, parts);
  const missing = guild && channels.missingIn(channel);
  if (missing) {
    await reply({ text: missing }, "private");
    return;
  }
  const forwards = answered?.type === MessageReferenceType.Forward;
  const about = forwards ? undefined : answered?.message_id;
  const repliesTo = about === undefined ? undefined : { channel, id: about };
  const attachments = pictures.ofLine(message, { channel, id });
  await handlers.event({ kind: "command", ...line, attachments, user, channel, repliesTo, reply });
}

/**
 * Answers to a message: publicly beside it, privately in a direct message, since only interactions have answers that
 * no one else sees.
 */
function replyTo(said: MessageRef, user: Member, { messages, logger }: LineParts): CommandEvent["reply"] {
  const { channel } = said;
  const privately = async (message: OutgoingMessage): Promise<void> => {
    const text = sentence("discord.about-line", { where: linkTo(channel, said.id), text: message.text });
    try {
      await messages.post(await messages.direct(user.id), { ...message, text });
    } catch (err) {
      logger.info({ err }, "a private answer to a message could not be sent as a direct message");
      await messages.react(said, UNANSWERED);
    }
  };
  return async (message, visibility) => {
    if (visibility === "public" || isDirect(channel)) return messages.post(channel, message);
    await privately(message);
    return undefined;
  };
}

function isDirect({ community }: ChannelRef): boolean {
  return community === DIRECT;
}
