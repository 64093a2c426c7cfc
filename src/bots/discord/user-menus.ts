import type { APIUser, APIUserApplicationCommandInteraction, CDN, Client, ImageURLOptions } from "discord.js";
import { ChatError } from "../../port/chat-error.js";
import type { Receipt } from "../../port/events.js";
import type { PictureSource } from "../../port/messages.js";
import { withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { download } from "./pictures.js";
import type { Reporter } from "./reporter.js";
import { displayName, findMentioned } from "./users.js";

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
      await answer.reply({ text: sentence("chat.no-avatar", { name: shown }) }, "private");
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

/** Discord is asked whose avatar it is; without an answer the one that is known is taken. */
const ASK_MS = 5_000;
const EMOJI = /^(?:<a?:\w{2,32}:(\d{1,20})>|:(\w{2,32}):)$/;

/**
 * The avatar of a person who is mentioned, or the image of an emoji: of its server's own by the name alone.
 * @throws ChatError "gone" for a person without a picture of their own
 */
export async function writtenPicture(
  client: Client,
  written: string,
  community: string,
): Promise<PictureSource | undefined> {
  const [emoji, given, name] = EMOJI.exec(written) ?? [];
  if (emoji !== undefined) {
    const own = client.guilds.cache.get(community)?.emojis.cache.find((each) => each.name === name);
    const id = given ?? own?.id;
    return id === undefined
      ? undefined
      : sourceAt(client.rest.cdn.emoji(id, { extension: "png" }), `${name ?? id}.png`);
  }
  const person = await findMentioned(client, written, community);
  if (person?.kind !== "person") return undefined;
  const { id, name: author } = person;
  // Not from the cache: without a privileged intent it does not learn of another avatar.
  const asked = client.guilds.cache.get(community)?.members.fetch({ user: id, force: true });
  const member =
    asked &&
    (await withTimeout(
      asked.catch(() => undefined),
      ASK_MS,
      () => undefined,
    ));
  const url = member?.avatarURL(AVATAR) ?? (member?.user ?? client.users.cache.get(id))?.avatarURL(AVATAR);
  if (!url) throw new ChatError("gone", "chat.no-avatar", { name: author });
  return { ...sourceAt(url, `${id}.png`), author: { id, name: author } };
}

function pictureAt(url: string, { id, username }: APIUser, author: string): PictureSource {
  return { ...sourceAt(url, `${username}.png`), author: { id, name: author } };
}

function sourceAt(url: string, name: string): PictureSource {
  return {
    name,
    fetch: async (limits) => {
      const picture = await download(url, { name, type: "image/png", ...limits });
      if (!picture) throw new ChatError("gone", "discord.image-gone", { name });
      return picture;
    },
  };
}
