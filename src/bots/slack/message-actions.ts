import type { MessageRef } from "../../domain/model.js";
import type { FoundReactions, Receipt, UnsignedReaction } from "../../port/events.js";
import { sameEmoji } from "../../shared/typed.js";
import { toUnicode } from "./emoji.js";
import type { Forms } from "./forms.js";
import { threadOf } from "./history.js";
import { homeAction } from "./home.js";
import { type Fields, fields, list, word } from "./messages.js";
import { FIELD } from "./modal.js";
import { channelRef, type Reporter } from "./reporter.js";
import type { Users } from "./users.js";
import type { Workspace } from "./workspace.js";

/** A reaction that may mean something. */
export interface Meaning {
  readonly workspace: Workspace;
  readonly reaction: UnsignedReaction;
  readonly userId: string;
  readonly channelId: string;
  readonly ts: string;
  /** Whether it matters which thread the message is in. */
  readonly inThread: boolean;
}

/** What users do to messages: they press buttons, and react. */
export class MessageActions {
  constructor(
    private readonly reporter: Reporter,
    private readonly forms: Forms,
  ) {}

  async pressed(context: Fields, body: Fields, { action_id, type, value }: Fields, receipt: Receipt): Promise<void> {
    const { id, name } = fields(body.user);
    const [action, userId] = [word(action_id), word(id)];
    const isButton = (type === undefined || type === "button") && !action?.startsWith(FIELD);
    if (action === undefined || userId === undefined || !isButton) return;
    const workspace = await this.reporter.workspace(context);
    const again = homeAction(action, value);
    if (again) {
      const channel = channelRef(workspace, again.channel);
      const from = await this.reporter.sender(workspace, { id: userId, name }, channel);
      const command = { name: "again", options: { job: again.job }, receipt };
      return this.reporter.command({ ...from, atHome: true }, command);
    }
    const [container, message] = [fields(body.container), fields(body.message)];
    const channelId = word(fields(body.channel).id) ?? word(container.channel_id);
    const ts = word(message.ts) ?? word(container.message_ts);
    if (channelId === undefined || ts === undefined) return;
    const thread = word(message.thread_ts) ?? word(container.thread_ts);
    const channel = channelRef(workspace, channelId, thread === ts ? undefined : thread);
    const from = await this.reporter.sender(workspace, { id: userId, name }, channel, body);
    if (await this.forms.pressed(from, action, word(body.trigger_id))) return;
    const { user } = from;
    const reply = this.reporter.replyTo(from);
    await this.reporter.tell({ kind: "action", action, message: { channel, id: ts }, user, receipt, reply });
  }

  /** What a reaction may mean; undefined for one that means nothing, about which Slack is asked nothing. */
  async meaning(context: Fields, event: Fields, added: boolean): Promise<Meaning | undefined> {
    const item = fields(event.item);
    const [userId, name] = [word(event.user), word(event.reaction)];
    const [channelId, ts] = [word(item.channel), word(item.ts)];
    if (userId === undefined || name === undefined || channelId === undefined || ts === undefined) return undefined;
    const workspace = await this.reporter.workspace(context);
    if (item.type !== "message" || userId === workspace.self.userId) return undefined;
    const { handlers } = this.reporter.parts;
    const message = { channel: channelRef(workspace, channelId), id: ts };
    const reaction = { emoji: toUnicode(name), added, message, user: { id: userId } };
    const wanted = handlers.wants ? await handlers.wants(reaction) : { thread: true };
    return wanted && { workspace, reaction, userId, channelId, ts, inThread: wanted.thread };
  }

  /** What is to be done for a reaction; undefined for one that means nothing. */
  async reacted(
    context: Fields,
    event: Fields,
    added: boolean,
    {
      receipt,
      meaning,
    }: { readonly receipt?: Receipt | undefined; readonly meaning?: Meaning | "none" | undefined } = {},
  ): Promise<(() => Promise<void>) | undefined> {
    const meant = meaning ?? (await this.meaning(context, event, added));
    if (!meant || meant === "none") {
      receipt?.settle();
      return undefined;
    }
    const { workspace, reaction, userId, channelId, ts, inThread } = meant;
    return async () => {
      const { user, bot } = await this.reporter.parts.users.get(workspace, userId);
      const thread = inThread && !bot ? await this.#threadOf(workspace, channelId, ts) : undefined;
      const message = { channel: channelRef(workspace, channelId, thread), id: ts };
      if (!bot) await this.reporter.tell({ ...reaction, kind: "reaction", message, user, receipt });
      receipt?.settle();
    };
  }

  async #threadOf(workspace: Workspace, channelId: string, ts: string): Promise<string | undefined> {
    const { messenger, newest } = this.reporter.parts;
    const known = messenger.threadOf(workspace, channelId, ts) ?? newest.threadOf(workspace, channelId, ts);
    if (known !== undefined) return known === "none" ? undefined : known;
    // Where it cannot be learned, the channel is enough: messages are found by their own ids.
    return threadOf(workspace, channelId, ts).catch(() => undefined);
  }
}

/** So many people are read who have reacted to one message with one emoji. */
const MOST_PEOPLE = 1_000;

/** Which of these emoji people have put on a message. @throws ChatError */
export async function readReactions(
  workspace: Workspace,
  users: Users,
  { channel, id: timestamp }: MessageRef,
  emoji: readonly string[],
): Promise<FoundReactions> {
  const args = { channel: channel.id, timestamp, full: true };
  const answer = fields(await workspace.call("reactions.get", args, { repeatable: true }));
  const wanted = list(fields(answer.message).reactions).flatMap((value) => {
    const { name, users: all, count } = fields(value);
    const said = toUnicode(word(name) ?? "");
    const people = list(all).filter((person) => word(person) !== undefined);
    // Of many Slack may name some only.
    const more = people.length > MOST_PEOPLE || people.length < Number(count ?? 0);
    return emoji.some((each) => sameEmoji(each, said)) ? [{ said, people: people.slice(0, MOST_PEOPLE), more }] : [];
  });
  const others = wanted
    .flatMap(({ said, people }) => people.map((person) => ({ emoji: said, user: { id: String(person) } })))
    .filter(({ user }) => user.id !== workspace.self.userId);
  const bots = await Promise.all(others.map(async ({ user }) => (await users.get(workspace, user.id)).bot));
  const unfinished = wanted.filter(({ more }) => more).map(({ said }) => said);
  return { given: others.filter((_, index) => !bots[index]), unfinished };
}
