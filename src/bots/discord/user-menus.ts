import type { APIUser, APIUserApplicationCommandInteraction, CDN, ImageURLOptions } from "discord.js";
import { ChatError } from "../../port/chat-error.js";
import type { Receipt } from "../../port/events.js";
import type { PictureSource } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { download } from "./pictures.js";
import type { Reporter } from "./reporter.js";
import { displayName } from "./users.js";

/** Of an avatar that moves, the first picture. */
const AVATAR: ImageURLOptions = { extension: "png", forceStatic: true, size: 1024 };

/** Commands in the menus of users ("Apps > Dream this avatar"), about their avatars. */
export class UserMenus {
  constructor(private readonly reporter: Reporter) {}

  async run(interaction: APIUserApplicationCommandInteraction, receipt: Receipt): Promise<void> {
    const { handlers, cdn } = this.reporter.parts;
    const { name, resolved, target_id: id } = interaction.data;
    const shortcut = handlers.personShortcuts?.find(({ title }) => title === name);
    const user = this.reporter.userOf(interaction);
    const about = resolved?.users?.[id];
    if (!shortcut || !user || !about) return;
    const { command, options } = shortcut;
    const { avatar, nick } = resolved.members?.[id] ?? {};
    const url = avatarUrl(cdn, about, { guild: interaction.guild_id, avatar });
    const shown = nick || displayName(about);
    await this.reporter.command(interaction, receipt, user, async (_channel, answer) => {
      if (url !== undefined) return { name: command, options, attachments: [pictureAt(url, about, shown)] };
      await answer.reply({ text: sentence("discord.no-avatar", { name: shown }) }, "private");
      return undefined;
    });
  }
}

/** The avatar that a user has in a server, else everywhere; undefined for those who have Discord's own. */
function avatarUrl(
  cdn: Pick<CDN, "avatar" | "guildMemberAvatar">,
  user: Pick<APIUser, "id" | "avatar">,
  here: { readonly guild: string | undefined; readonly avatar: string | null | undefined },
): string | undefined {
  if (here.guild !== undefined && here.avatar) return cdn.guildMemberAvatar(here.guild, user.id, here.avatar, AVATAR);
  return user.avatar ? cdn.avatar(user.id, user.avatar, AVATAR) : undefined;
}

function pictureAt(url: string, { id, username }: APIUser, author: string): PictureSource {
  const name = `${username}.png`;
  return {
    name,
    author: { id, name: author },
    fetch: async (limits) => {
      const picture = await download(url, { name, type: "image/png", ...limits });
      if (!picture) throw new ChatError("gone", "discord.image-gone", { name });
      return picture;
    },
  };
}
