/** Pictures that are meant by what people write: a member's avatar by a mention, a custom emoji by its name. */

import { ChatError } from "../../port/chat-error.js";
import type { PictureSource } from "../../port/messages.js";
import type { FetchLink } from "./options.js";
import type { Users } from "./users.js";
import type { Workspace } from "./workspace.js";

/** Names of an emoji that stand for one another. */
const MOST_ALIASES = 5;

/** Undefined for what is neither. @throws ChatError where the member has no picture, or Slack does not tell */
export async function writtenPicture(
  workspace: Workspace,
  written: string,
  { users, fetchLink }: { readonly users: Users; readonly fetchLink: FetchLink | undefined },
): Promise<PictureSource | undefined> {
  const [, member] = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(written) ?? [];
  const [, emoji] = /^:([\w+'-]{1,100}):$/.exec(written) ?? [];
  if (member !== undefined) return avatarOf(workspace, member, users, fetchLink);
  if (emoji === undefined) return undefined;
  const link = await emojiLink(workspace, emoji);
  return link && sourceOf(link, `${emoji}.${endingOf(link)}`, fetchLink);
}

async function avatarOf(
  workspace: Workspace,
  id: string,
  users: Users,
  fetchLink: FetchLink | undefined,
): Promise<PictureSource> {
  const [{ user: author }, { user }] = await Promise.all([
    users.get(workspace, id),
    workspace.call("users.info", { user: id }, { repeatable: true }),
  ]);
  // Slack draws one for those who have none: that is no one's picture.
  const { image_original: own, image_512: usual, is_custom_image: custom } = user?.profile ?? {};
  const link = linkOf(own ?? (custom === true ? usual : undefined));
  if (!link) throw new ChatError("gone", "chat.no-avatar", { name: author.name });
  return { ...sourceOf(link, `avatar.${endingOf(link)}`, fetchLink), author: { id, name: author.name } };
}

async function emojiLink(workspace: Workspace, name: string): Promise<URL | undefined> {
  const { emoji = {} } = await workspace.call("emoji.list", {}, { repeatable: true });
  let value = emoji[name];
  for (let i = 0; i < MOST_ALIASES && value?.startsWith("alias:"); i++) value = emoji[value.slice("alias:".length)];
  return linkOf(value);
}

const linkOf = (text: string | undefined): URL | undefined =>
  text !== undefined && /^https?:/.test(text) && URL.canParse(text) ? new URL(text) : undefined;

const endingOf = ({ pathname }: URL): string => /\.(png|jpe?g|gif|webp)$/i.exec(pathname)?.[1]?.toLowerCase() ?? "png";

function sourceOf(link: URL, name: string, fetchLink: FetchLink | undefined): PictureSource {
  return {
    name,
    async fetch(options) {
      if (!fetchLink) throw new ChatError("forbidden", "slack.file-elsewhere", { name });
      return { ...(await fetchLink(link, options)), name };
    },
  };
}
