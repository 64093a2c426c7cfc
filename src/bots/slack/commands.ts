import type { Receipt } from "../../port/events.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { readLine, readSaid } from "../../shared/typed.js";
import type { Forms } from "./forms.js";
import { type Fields, fields, readMessage, word } from "./messages.js";
import { channelRef, type Reporter } from "./reporter.js";
import type { Seen } from "./seen.js";
import { fromMrkdwn } from "./text.js";
import { saidId } from "./unread.js";
import type { Workspace } from "./workspace.js";

/** Commands, typed after a slash, chosen in a message's menu, or written to the bot. */
export class Commands {
  readonly #names: ReadonlySet<string>;

  constructor(
    private readonly reporter: Reporter,
    private readonly forms: Forms,
    private readonly seen: Seen,
  ) {
    this.#names = new Set(reporter.parts.handlers.commands.map(({ name }) => name));
  }

  async slash(context: Fields, command: Fields, receipt: Receipt): Promise<void> {
    const { channels, names, handlers } = this.reporter.parts;
    const [channelId, id] = [word(command.channel_id), word(command.user_id)];
    if (channelId === undefined || id === undefined) return;
    const workspace = await this.reporter.workspace(context);
    const typed = word(command.command) ?? "";
    names.came(typed);
    channels.note(workspace, channelId, word(command.channel_name));
    const { name, text } = readLine(`${typed} ${fromMrkdwn(word(command.text) ?? "")}`, names.read);
    const channel = channelRef(workspace, channelId);
    const by = { id, name: command.user_name };
    if (handlers.refuses?.({ name, user: { id }, channel })) {
      // Slack is asked nothing more about them.
      const from = this.reporter.unasked(workspace, by, channel, command);
      return this.reporter.command(from, { name, text, receipt });
    }
    const [from, mayPost] = await Promise.all([
      this.reporter.sender(workspace, by, channel, command),
      channels.mayPost(workspace, channelId),
    ]);
    if (!mayPost && name !== "help") return this.reporter.askForInvitation(from);
    const trigger = word(command.trigger_id);
    const asked = this.forms.asked(name, text);
    if (asked) return this.forms.offer(from, asked, trigger);
    const latestPicture = await this.forms.opensFor(from, name, text, trigger);
    if (latestPicture !== "opened") await this.reporter.command(from, { name, text, latestPicture, receipt });
  }

  /** A message's menu. */
  async shortcut(context: Fields, shortcut: Fields, receipt: Receipt): Promise<void> {
    const { handlers, channels, sources } = this.reporter.parts;
    const known = handlers.shortcuts.find(({ id }) => id === shortcut.callback_id);
    const { id, name } = fields(shortcut.user);
    const [channelId, userId] = [word(fields(shortcut.channel).id), word(id)];
    const message = readMessage({ ts: shortcut.message_ts, ...fields(shortcut.message) });
    if (!known || channelId === undefined || userId === undefined || !message) return;
    const workspace = await this.reporter.workspace(context);
    const channel = channelRef(workspace, channelId, message.thread);
    const from = await this.reporter.sender(workspace, { id: userId, name }, channel, shortcut);
    if (!(await channels.mayPost(workspace, channelId))) return this.reporter.askForInvitation(from);
    const { command, options } = known;
    const summary = handlers.commands.find((each) => each.name === command);
    const needsPicture = summary?.options.some(({ type }) => type === "picture") ?? true;
    // Slack hands over the whole message: history need not be asked. Other servers give an excerpt without its id.
    if (needsPicture && fields(shortcut.message).ts !== undefined && message.pictures.length === 0) {
      await this.reporter.replyTo(from)({ text: sentence("chat.no-image") }, "private");
      return;
    }
    const refused = handlers.refuses?.({ name: command, user: from.user, channel });
    if (!refused && (await this.forms.asks(from, known, message, word(shortcut.trigger_id)))) return;
    const repliesTo = { channel, id: message.ts };
    const pointedAt = await sources.ofMessage(workspace, message, repliesTo);
    const shown = pointedAt.length > 0 ? { pointedAt } : {};
    await this.reporter.command(from, { name: command, options, ...shown, repliesTo, receipt });
  }

  /** One message may come with two kinds of events: with the first it is dealt with. */
  async written(context: Fields, event: Fields, receipt?: Receipt): Promise<void> {
    const workspace = await this.reporter.workspace(context);
    const id = saidId(event);
    if (id === undefined || !this.seen.first(id)) return;
    await this.#written(workspace, event, receipt);
    this.seen.done(id);
    receipt?.settle();
  }

  /**
   * Hears any message. Whether it is a line for the bot: every message in a conversation with the bot alone is,
   * elsewhere one that names it.
   */
  async hear(context: Fields, event: Fields): Promise<boolean> {
    const workspace = await this.reporter.workspace(context);
    this.reporter.parts.newest.hear(workspace, event);
    const subtype = word(event.subtype);
    if (subtype !== undefined && subtype !== "file_share") return false;
    if (word(event.bot_id) !== undefined || event.user === workspace.self.userId) return false;
    const alone = event.channel_type === "im" || word(event.channel)?.startsWith("D");
    return alone || word(event.text)?.includes(`<@${workspace.self.userId}`) === true;
  }

  /** A line without a slash: "@dreamloom stylize winter", with the files of its message. */
  async #written(workspace: Workspace, event: Fields, receipt: Receipt | undefined): Promise<void> {
    const { users, sources, names, handlers } = this.reporter.parts;
    const { self } = workspace;
    const [userId, channelId] = [word(event.user), word(event.channel)];
    const message = readMessage(event);
    if (userId === undefined || channelId === undefined || !message) return;
    if (message.botId !== undefined || userId === self.userId) return;
    const channel = channelRef(workspace, channelId, message.thread);
    // A name that was typed without choosing from the list stays a word.
    const typed = `@${self.name.replace(/[^\w-]/g, "\\$&")}(?![\\w.-])`;
    const own = new RegExp(`<@${self.userId}(?:\\|[^>]*)?>|(?<!\\S)${typed}`, "gi");
    const pieces = (word(event.text) ?? "").split(own).map(fromMrkdwn);
    const { name, text } = readSaid(pieces, this.#names, names.read);
    if (handlers.refuses?.({ name, user: { id: userId }, channel })) {
      const from = this.reporter.unasked(workspace, { id: userId, name: undefined }, channel);
      return this.reporter.command(from, { name, text, receipt });
    }
    const { user, bot } = await users.get(workspace, userId);
    if (bot) return;
    const author = { id: user.id, name: user.name };
    const attachments = message.pictures
      .filter(({ aside }) => !aside)
      .map((file) => sources.ofFile(workspace, file, author, { channel, id: message.ts }));
    const from = { workspace, user, channel };
    const asked = this.forms.asked(name, text);
    if (asked) await this.forms.offer(from, asked, undefined);
    else await this.reporter.command(from, { name, text, attachments, receipt });
  }
}
