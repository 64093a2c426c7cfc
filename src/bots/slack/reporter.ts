import type { Logger } from "pino";
import type { ChannelRef, Member } from "../../domain/model.js";
import type { ChatHandlers } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { ChatEvent, CommandEvent } from "../../port/events.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Channels } from "./channels.js";
import type { CommandNames } from "./command-names.js";
import type { Home } from "./home.js";
import { type Fields, word } from "./messages.js";
import type { Messenger } from "./messenger.js";
import type { Newest } from "./newest.js";
import { type Addressee, type Replies, ResponseUrl } from "./replies.js";
import type { Sources } from "./sources.js";
import type { SlackUnread } from "./unread.js";
import type { Users } from "./users.js";
import type { Workspace } from "./workspace.js";
import type { Workspaces } from "./workspaces.js";

export interface Parts {
  readonly handlers: ChatHandlers;
  readonly workspaces: Workspaces;
  readonly users: Users;
  readonly channels: Channels;
  readonly sources: Sources;
  readonly newest: Newest;
  readonly names: CommandNames;
  readonly messenger: Messenger;
  readonly replies: Replies;
  readonly home: Home;
  readonly apiUrl: string;
  /** Largest image that a form may bring. */
  readonly uploadBytes: number;
  readonly logger: Logger;
}

/** A user who did something, with where and how to answer. */
export interface Sender extends Addressee {
  readonly user: Member;
}

/** Reports what users did to the rest of the program, and answers them. */
export class Reporter {
  constructor(readonly parts: Parts) {}

  workspace({ teamId, enterpriseId, isEnterpriseInstall }: Fields): Promise<Workspace> {
    return this.parts.workspaces.from({
      teamId: word(teamId),
      enterpriseId: word(enterpriseId),
      isEnterpriseInstall: isEnterpriseInstall === true,
    });
  }

  /** @param body what came from Slack, which may hold an address for answers */
  async sender(
    workspace: Workspace,
    { id, name }: { readonly id: string; readonly name: unknown },
    channel: ChannelRef,
    body: Fields = {},
  ): Promise<Sender> {
    const { user } = await this.parts.users.get(workspace, id, word(name));
    return { ...this.unasked(workspace, { id, name }, channel, body), user };
  }

  /** The same without asking Slack what the user is called and may do. */
  unasked(
    workspace: Workspace,
    { id, name }: { readonly id: string; readonly name: unknown },
    channel: ChannelRef,
    body: Fields = {},
  ): Sender {
    const url = word(body.response_url);
    const responseUrl = url === undefined ? undefined : new ResponseUrl(url, this.parts.apiUrl);
    const user = { id, name: word(name) ?? sentence("chat.somebody"), moderator: false };
    return { workspace, user, channel, responseUrl };
  }

  /** Who waits for an answer since an earlier process; undefined where too little was kept. */
  async late({ user: id, channel, thread, origin, responseUrl: url }: Partial<SlackUnread>) {
    if (id === undefined || origin === undefined) return undefined;
    const workspace = await this.workspace(origin);
    const responseUrl = url === undefined ? undefined : new ResponseUrl(url, this.parts.apiUrl);
    const place = channelRef(workspace, channel ?? id, thread);
    return { workspace, user: { id }, channel: place, responseUrl, atHome: channel === undefined };
  }

  async command(from: Sender, command: Pick<CommandEvent, "name"> & Partial<CommandEvent>): Promise<void> {
    const { user, channel } = from;
    await this.tell({ attachments: [], ...command, kind: "command", user, channel, reply: this.replyTo(from) });
  }

  replyTo(to: Addressee): CommandEvent["reply"] {
    return (message: OutgoingMessage, visibility) => this.parts.replies.reply(to, message, visibility);
  }

  async tell(event: ChatEvent): Promise<void> {
    try {
      await this.parts.handlers.event(event);
    } catch (err) {
      this.parts.logger.error({ err, kind: event.kind }, "the handler of a chat event failed");
    }
  }

  async askForInvitation(to: Addressee): Promise<void> {
    const between = to.channel.id.startsWith("D");
    const bot = to.workspace.self.name;
    const text = between ? sentence("slack.between-others") : sentence("slack.invite-me", { bot });
    await this.#say(to, text);
  }

  async explain(to: Addressee, error: unknown): Promise<void> {
    await this.#say(to, error instanceof ChatError ? error.message : sentence("unexpected"));
  }

  async #say(to: Addressee, text: string): Promise<void> {
    await this.parts.replies.reply(to, { text }, "private").catch((err: unknown) => {
      this.parts.logger.warn({ err, person: to.user.id }, "a person could not be answered");
    });
  }
}

export function channelRef({ self }: Workspace, id: string, thread?: string): ChannelRef {
  const channel = { platform: "slack", community: self.team, id };
  return thread === undefined ? channel : { ...channel, thread };
}
