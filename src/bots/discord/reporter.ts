import {
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageApplicationCommandInteraction,
  type APIMessageComponentInteraction,
  type APIModalSubmitInteraction,
  type APIUserApplicationCommandInteraction,
  type CDN,
  ChannelType,
  PermissionFlagsBits,
} from "discord.js";
import type { ChannelRef, Member } from "../../domain/model.js";
import type { ChatHandlers } from "../../port/adapter.js";
import type { CommandEvent, Receipt } from "../../port/events.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Inbox } from "../inbox.js";
import { Answer, type AnswerParts } from "./answer.js";
import { type Channels, DIRECT } from "./channels.js";
import type { Guests } from "./guests.js";
import { readPermissions } from "./permissions.js";
import type { Pictures } from "./pictures.js";
import { userOfInteraction } from "./users.js";

/**
 * What is kept of an interaction, or of a line to the bot, which has no token: by the token it is answered, and in a
 * direct message where there is none or it has ended.
 */
export interface DiscordUnread {
  readonly what: "command" | "button";
  readonly line?: string | undefined;
  readonly id: string;
  readonly token?: string;
  /** Older servers do not say it. */
  readonly applicationId?: string | undefined;
  readonly user: string;
  readonly channel: string;
  readonly guild: string | undefined;
}

export interface InteractionParts extends AnswerParts {
  readonly handlers: ChatHandlers;
  readonly channels: Channels;
  readonly guests: Pick<Guests, "note" | "has" | "lead">;
  readonly pictures: Pictures;
  /** Where avatars are. */
  readonly cdn: Pick<CDN, "avatar" | "guildMemberAvatar">;
  readonly inbox: Inbox<DiscordUnread>;
  /** The id of the bot's application, for interactions that do not say it. */
  readonly self: () => string;
}

type Answered =
  | APIChatInputApplicationCommandInteraction
  | APIMessageApplicationCommandInteraction
  | APIUserApplicationCommandInteraction
  | APIMessageComponentInteraction
  | APIModalSubmitInteraction;

type Command = Pick<CommandEvent, "name" | "options" | "attachments" | "repliesTo">;

/** The example of Discord's documentation, which other servers send with every command instead of the real ones. */
const UNCOMPUTED = 442368n;

/** Finds the channels of interactions, answers them, and reports commands to the rest of the program. */
export class Reporter {
  constructor(readonly parts: InteractionParts) {}

  /** Who has given a command or pressed a button, and what they may do. */
  userOf(interaction: Parameters<typeof userOfInteraction>[0]): Member | undefined {
    return userOfInteraction(interaction, (id) => this.parts.channels.guild(id));
  }

  answer(interaction: Answered): Answer {
    const { id, token, application_id } = interaction;
    const applicationId = application_id ?? this.parts.self();
    const user = (interaction.member?.user ?? interaction.user)?.id ?? "";
    return new Answer({ id, token, applicationId, user, channel: this.locate(interaction) }, this.parts);
  }

  /** Answers an interaction of an earlier process, which may have said that it thinks. */
  late(unread: Partial<DiscordUnread>, at: number): Answer {
    const { id = "", token, applicationId = this.parts.self(), user = "", what } = unread;
    const { channels } = this.parts;
    const channel = channels.locate(unread.channel ?? "", channels.guildOf(unread.channel ?? "", unread.guild));
    const state = token === undefined ? "lost" : what === "button" ? "answered" : "thinking";
    return new Answer({ id, token: token ?? "", applicationId, user, channel }, this.parts, { at, state });
  }

  /** Hands a command on, unless its answers could not be shown here. */
  async command(
    interaction: Answered,
    receipt: Receipt,
    user: Member,
    read: (channel: ChannelRef, answer: Answer) => Promise<Command | undefined>,
  ): Promise<void> {
    const { handlers, channels } = this.parts;
    const answer = this.answer(interaction).expect();
    const channel = await this.locate(interaction);
    channels.noteUploadBytes(channel.community, interaction.attachment_size_limit);
    const obstacle = this.obstacle(interaction, channel);
    if (obstacle !== undefined) {
      await answer.reply({ text: obstacle }, "private");
      return;
    }
    const command = await read(channel, answer);
    if (!command) return;
    const reply: CommandEvent["reply"] = (message, visibility) => answer.reply(message, visibility);
    await handlers.event({ kind: "command", ...command, user, channel, receipt, reply });
  }

  /** Why nothing could be posted where an interaction came from. */
  obstacle(interaction: Answered, channel: ChannelRef): string | undefined {
    const posts = channel.community !== DIRECT && !this.parts.guests.has(channel);
    return posts ? this.#missing(interaction, channel) : undefined;
  }

  /**
   * What is missing for posting. What comes with the command is true of this very place, also of a private thread;
   * what is known from the gateway of its roles and channels tells better what is missing.
   */
  #missing({ app_permissions, channel: place }: Answered, channel: ChannelRef): string | undefined {
    const { channels } = this.parts;
    const told = readPermissions(app_permissions);
    const missing = told && channels.missingIn(channel, told);
    const known = channels.missingIn(channel);
    if (!told || told.bitfield === UNCOMPUTED) {
      // Roles and channels count then. Without either, posting is tried.
      return channels.permissionsIn(channel) || channels.isMember(channel) ? known : missing;
    }
    if (missing === undefined) return undefined;
    const outside = place?.type === ChannelType.PrivateThread && !told.has(PermissionFlagsBits.ViewChannel);
    return outside ? sentence("discord.private-thread") : (known ?? missing);
  }

  async locate(interaction: APIInteraction): Promise<ChannelRef> {
    const { channels, guests } = this.parts;
    const guild = this.guildOf(interaction);
    guests.note(interaction, channelIdOf(interaction));
    if (interaction.channel) channels.noteChannel(interaction.channel, guild);
    return channels.locate(channelIdOf(interaction), guild);
  }

  guildOf(interaction: APIInteraction): string | undefined {
    return this.parts.channels.guildOf(channelIdOf(interaction), interaction.guild_id ?? interaction.guild?.id);
  }
}

export function channelIdOf(interaction: APIInteraction): string {
  return interaction.channel?.id ?? ("channel_id" in interaction ? (interaction.channel_id ?? "") : "");
}
