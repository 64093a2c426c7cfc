/** What people do in a fake Slack, and what they see: how tests act. */
import type { AppHomeOpenedEvent, AppMentionEvent, ReactionAddedEvent, ReactionRemovedEvent } from "@slack/types";
import { toName, toUnicode } from "../../../src/bots/slack/emoji.js";
import { fileShape, shape } from "./api.js";
import { send, tell, tellOfMessage } from "./events.js";
import type { FakeSlack } from "./server.js";
import type { Envelope } from "./socket.js";
import {
  type Channel,
  type Message,
  newId,
  newTs,
  type OpenedView,
  type StoredFile,
  type Team,
  type User,
} from "./state.js";
import { fields, optionProblems } from "./validate.js";

export interface NewFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A message as somebody sees it. */
export interface SeenMessage {
  readonly ts: string;
  readonly byBot: boolean;
  readonly text: string;
  readonly pictures: readonly {
    readonly name: string;
    readonly bytes: Uint8Array;
    /** For those who do not see it. */
    readonly alt: string | undefined;
  }[];
  readonly buttons: readonly { readonly label: string; readonly id: string }[];
  readonly botReactions: readonly string[];
  readonly notifies: readonly string[];
  readonly ephemeral: boolean;
}

type Where = { readonly id: string; readonly thread?: string | undefined };

/** Drives a team of a fake Slack. Everything resolves when the bot has acknowledged it, not when it has done it. */
export class Users {
  constructor(
    private readonly fake: FakeSlack,
    private readonly team: Team = fake.team,
  ) {}

  /** Says something, with files. Tells the bot when it is mentioned or spoken to alone. */
  async say(
    user: User,
    { id: channel, thread }: Where,
    text: string,
    files: readonly NewFile[] = [],
  ): Promise<Message> {
    const message: Message = {
      ts: newTs(),
      channel,
      thread,
      user: user.id,
      botId: user.bot ? newId("B") : undefined,
      text: namedEmoji(text),
      blocks: [],
      files: files.map((file) => this.#file(user, file).id),
      metadata: undefined,
      reactions: new Map(),
      deleted: false,
      edits: 0,
      ephemeralFor: undefined,
    };
    this.team.messages.push(message);
    const { bot } = this.team;
    const where = this.#channel(channel);
    if (!where.members.has(bot.id)) return message;
    const { sparse, mentionsAsMessages } = this.fake.manners;
    const nothing = sparse ? { subtype: null, thread_ts: thread ?? null, ...(user.bot ? {} : { bot_id: null }) } : {};
    const common = { ...shape(this.fake, message, false), ...nothing, channel, event_ts: message.ts };
    if (mentionsAsMessages) await this.#event({ ...common, channel_type: "channel" });
    else if (where.kind === "im")
      await this.#event({ ...common, channel_type: "im", ...(files.length > 0 ? { subtype: "file_share" } : {}) });
    else {
      await tellOfMessage(this.fake, this.team, message, "posted");
      if (text.includes(`<@${bot.id}>`))
        await this.#event({ ...common, type: "app_mention" } as AppMentionEvent & object);
    }
    return message;
  }

  mention(user: User, where: Where, text: string, files: readonly NewFile[] = []): Promise<Message> {
    return this.say(user, where, `<@${this.team.bot.id}> ${text}`, files);
  }

  /** Types a command by the name that the app has for it, as the bot's help tells it. */
  command(user: User, channel: string, name: string, text = ""): Promise<string> {
    const { commands } = this.fake;
    const [program = ""] = [...commands].filter((each) => each.endsWith("dreamloom"));
    const prefix = program.replace(/dreamloom$/, "");
    return commands.has(`${prefix}${name}`)
      ? this.slash(user, channel, `${prefix}${name}`, text)
      : this.slash(user, channel, program, `${name} ${text}`.trim());
  }

  /**
   * Types a slash command; resolves to its trigger, by which a form that it opens is known.
   *
   * @throws Error with Slack's words for one that the app lacks, of which the app is told nothing
   */
  async slash(user: User, channel: string, name: string, text = ""): Promise<string> {
    if (!this.fake.commands.has(name)) throw new Error(`/${name} is not a valid command.`);
    const where = this.#channel(channel);
    const trigger = this.fake.newTrigger(user.id);
    const payload = {
      token: "x",
      team_id: this.team.id,
      team_domain: "fake",
      channel_id: channel,
      user_id: user.id,
      user_name: user.name,
      channel_name: where.kind === "public" ? where.name : where.kind === "private" ? "privategroup" : "directmessage",
      command: `/${name}`,
      text: this.fake.escapesCommands ? this.#withIds(escapeText(text)) : escapeText(text),
      api_app_id: "A1",
      is_enterprise_install: "false",
      trigger_id: trigger,
      response_url: this.fake.newResponseUrl(this.team, channel, user.id),
    };
    if (this.fake.manners.sparse) {
      const { team_id, channel_id, user_id, command } = payload;
      await this.#send({
        type: "slash_commands",
        payload: { team_id, channel_id, user_id, command, text: payload.text },
        acceptsResponse: true,
      });
      return trigger;
    }
    await this.#send({ type: "slash_commands", payload, acceptsResponse: true });
    return trigger;
  }

  /** Chooses an entry in a message's menu. */
  async shortcut(user: User, message: Message, callbackId: string): Promise<string> {
    const trigger = this.fake.newTrigger(user.id);
    const payload = {
      type: "message_action",
      callback_id: callbackId,
      trigger_id: trigger,
      action_ts: newTs(),
      message_ts: message.ts,
      ...this.#who(user),
      channel: { id: message.channel, name: this.#channel(message.channel).name },
      message: shape(this.fake, message, false),
      response_url: this.fake.newResponseUrl(this.team, message.channel, user.id),
    };
    if (this.fake.manners.sparse) payload.message = { user: message.user, text: message.text };
    await this.#send({ type: "interactive", payload, acceptsResponse: true });
    return trigger;
  }

  /** Chooses a shortcut that belongs to no message and no conversation. */
  async globalShortcut(user: User, callbackId: string): Promise<string> {
    const trigger = this.fake.newTrigger(user.id);
    const payload = {
      type: "shortcut",
      callback_id: callbackId,
      trigger_id: trigger,
      action_ts: newTs(),
      ...this.#who(user),
    };
    await this.#send({ type: "interactive", payload, acceptsResponse: true });
    return trigger;
  }

  async press(user: User, message: Message, label: string): Promise<void> {
    const button = buttonsOf(message.blocks).find((each) => each.label.includes(label));
    if (!button)
      throw new Error(`no button ${label}; there are ${buttonsOf(message.blocks).map((each) => each.label)}`);
    const thread = message.thread === undefined ? {} : { thread_ts: message.thread };
    const payload = {
      type: "block_actions",
      trigger_id: this.fake.newTrigger(user.id),
      ...this.#who(user),
      channel: { id: message.channel, name: this.#channel(message.channel).name },
      message: shape(this.fake, message, false),
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: message.channel,
        is_ephemeral: false,
        ...thread,
      },
      response_url: this.fake.newResponseUrl(this.team, message.channel, user.id),
      actions: [{ type: "button", action_id: button.id, value: button.value, block_id: "b", action_ts: newTs() }],
    };
    await this.#send({ type: "interactive", payload, acceptsResponse: false });
  }

  /** Presses a button on the bot's home page. */
  async pressAtHome(user: User, label: string): Promise<void> {
    const view = this.team.homes.get(user.id);
    const button = buttonsOf(view?.blocks ?? []).find((each) => each.label.includes(label));
    if (!button) throw new Error(`no button ${label} at home`);
    const payload = {
      type: "block_actions",
      trigger_id: this.fake.newTrigger(user.id),
      ...this.#who(user),
      view: { ...view, id: newId("V") },
      container: { type: "view" },
      actions: [{ type: "button", action_id: button.id, value: button.value, block_id: "b", action_ts: newTs() }],
    };
    await this.#send({ type: "interactive", payload, acceptsResponse: false });
  }

  /** Sends a form off: values by option name, and files for its file field. Resolves to what the bot says to it. */
  async submit(
    user: User,
    opened: OpenedView,
    values: Readonly<Record<string, string>>,
    files: readonly NewFile[] = [],
  ): Promise<unknown> {
    const state: Record<string, Record<string, unknown>> = {};
    for (const block of opened.view.blocks.map(fields)) {
      if (block.type !== "input") continue;
      const element = fields(block.element);
      const action = String(element.action_id);
      const name = action.replace(/^field:/, "");
      const given =
        values[name] ??
        (fields(element.initial_option).value as string | undefined) ??
        (element.initial_value as string | undefined);
      const type = element.type;
      // Slack's own app sends nothing as long as a field is empty that must not be.
      if (block.optional !== true && (type === "file_input" ? files.length === 0 : !given)) {
        const errors = { [String(block.block_id)]: "Please complete this required field." };
        return { response_action: "errors", errors };
      }
      const value =
        type === "file_input"
          ? { type, files: files.map((file) => fileShape(this.fake, this.#file(user, file))) }
          : type === "conversations_select"
            ? { type, selected_conversation: given }
            : type === "static_select" || type === "external_select"
              ? {
                  type,
                  selected_option:
                    given === undefined ? null : { text: { type: "plain_text", text: given }, value: given },
                }
              : { type, value: given === undefined ? null : namedEmoji(given) };
      state[String(block.block_id)] = { [action]: value };
    }
    const payload = {
      type: "view_submission",
      trigger_id: this.fake.newTrigger(user.id),
      ...this.#who(user),
      view: { ...opened.view, id: opened.id, team_id: this.team.id, state: { values: state } },
      response_urls: [],
    };
    return this.#send({ type: "interactive", payload, acceptsResponse: true });
  }

  /** Types into a menu of a form; resolves to the values that are offered. */
  async suggest(user: User, opened: OpenedView, option: string, typed: string): Promise<string[]> {
    const action = `field:${option}`;
    const payload = {
      type: "block_suggestion",
      action_id: action,
      block_id: action,
      value: typed,
      ...this.#who(user),
      container: { type: "view" },
      view: { ...opened.view, id: opened.id, team_id: this.team.id },
    };
    const answer = fields(await this.#send({ type: "interactive", payload, acceptsResponse: true }));
    const options = Array.isArray(answer.options) ? answer.options : [];
    for (const problem of optionProblems(options)) this.fake.violate(`options: ${problem}`);
    return options.map((each) => String(fields(each).value));
  }

  async react(user: User, where: Pick<Message, "channel" | "ts">, emoji: string, added: boolean): Promise<void> {
    const name = toName(emoji) ?? emoji.replaceAll(":", "");
    const message = this.team.find(where.channel, where.ts);
    if (!message) throw new Error("no message to react to");
    const people = message.reactions.get(name) ?? new Set();
    if (added) people.add(user.id);
    else people.delete(user.id);
    message.reactions.set(name, people);
    if (!this.#channel(where.channel).members.has(this.team.bot.id)) return;
    const event: ReactionAddedEvent | ReactionRemovedEvent = {
      type: added ? "reaction_added" : "reaction_removed",
      user: user.id,
      reaction: name,
      event_ts: newTs(),
      item_user: message.user,
      item: { type: "message", channel: where.channel, ts: where.ts },
    };
    await this.#event(event);
  }

  async openHome(user: User): Promise<void> {
    const event: AppHomeOpenedEvent = {
      type: "app_home_opened",
      user: user.id,
      channel: this.fake.directMessage(user, this.team).id,
      tab: "home",
      event_ts: newTs(),
    };
    await this.#event(event);
  }

  /** Somebody removes the app from the workspace. */
  async uninstall(): Promise<void> {
    for (const token of this.fake.tokens.values()) if (token.team === this.team.id) token.revoked = true;
    await this.#event({ type: "app_uninstalled", event_ts: newTs() });
  }

  /** Tells of tokens that are no longer good. */
  async revoke(tokens: { readonly oauth: readonly string[]; readonly bot: readonly string[] }): Promise<void> {
    await this.#event({ type: "tokens_revoked", tokens, event_ts: newTs() });
  }

  async erase(where: Pick<Message, "channel" | "ts">): Promise<void> {
    const message = this.team.find(where.channel, where.ts);
    if (!message) return;
    message.deleted = true;
    await tellOfMessage(this.fake, this.team, message, "deleted");
  }

  /** The form that a trigger has opened. */
  view(trigger: string): OpenedView | undefined {
    return this.fake.openViews.find((view) => view.trigger === trigger);
  }

  message(where: Pick<Message, "channel" | "ts">): Message {
    const message = this.team.find(where.channel, where.ts);
    if (!message) throw new Error("no such message");
    return message;
  }

  /** Everything in a channel or thread that this person sees, oldest first. A thread begins with its first message. */
  look(user: Pick<User, "id">, { id: channel, thread }: Where): SeenMessage[] {
    return this.team.messages
      .filter((message) => message.channel === channel && !message.deleted)
      .filter((message) =>
        thread === undefined ? message.thread === undefined : message.thread === thread || message.ts === thread,
      )
      .filter(({ ephemeralFor }) => ephemeralFor === undefined || ephemeralFor === user.id)
      .map((message) => this.#seen(message));
  }

  #seen(message: Message): SeenMessage {
    const inBlocks = message.blocks.flatMap((block) =>
      block.type === "image" && "slack_file" in block ? [String(fields(block.slack_file).id)] : [],
    );
    const reactions = [...message.reactions].filter(([, people]) => people.has(this.team.bot.id));
    return {
      ts: message.ts,
      byBot: message.user === this.team.bot.id,
      text: message.text,
      buttons: buttonsOf(message.blocks),
      pictures: [...message.files, ...inBlocks].flatMap((id) => {
        const file = this.fake.files.get(id);
        return file?.bytes && !file.deleted ? [{ name: file.name, bytes: file.bytes, alt: file.alt }] : [];
      }),
      botReactions: reactions.map(([name]) => toUnicode(name)),
      notifies: [
        ...message.text.matchAll(/<@(U[A-Z0-9]+)>/g),
        ...message.text.matchAll(/<!(channel|here|everyone)[|>]/g),
      ].map(([, id]) => id ?? ""),
      ephemeral: message.ephemeralFor !== undefined,
    };
  }

  /** With should_escape, mentions come with ids and links in brackets. */
  #withIds(text: string): string {
    const linked = text.replace(/https?:\/\/[^\s|>]+/g, "<$&>");
    return [...this.team.users.values()].reduce(
      (said, { id, name }) => said.replaceAll(`@${name}`, `<@${id}|${name}>`),
      linked,
    );
  }

  #file(user: User, { name, bytes }: NewFile): StoredFile {
    const file: StoredFile = {
      id: newId("F"),
      team: this.team.id,
      name,
      title: name,
      length: bytes.byteLength,
      owner: user.id,
      alt: undefined,
      bytes,
      completed: true,
      readyAt: 0,
      deleted: false,
      shares: [],
    };
    this.fake.files.set(file.id, file);
    return file;
  }

  #who(user: User) {
    return {
      token: "x",
      api_app_id: "A1",
      team: { id: this.team.id, domain: "fake" },
      enterprise: null,
      is_enterprise_install: false,
      user: { id: user.id, username: user.name, name: user.name, team_id: this.team.id },
    };
  }

  #event(event: object): Promise<void> {
    return tell(this.fake, this.team, event);
  }

  #send(envelope: Envelope): Promise<unknown> {
    return send(this.fake, envelope);
  }

  #channel(id: string): Channel {
    const channel = this.team.channels.get(id);
    if (!channel) throw new Error(`no channel ${id}`);
    return channel;
  }
}

function buttonsOf(blocks: readonly unknown[]): { label: string; id: string; value: string }[] {
  return blocks.map(fields).flatMap((block) => {
    const elements = block.type === "actions" && Array.isArray(block.elements) ? block.elements.map(fields) : [];
    return elements.map(({ text, action_id, value }) => ({
      label: String(fields(text).text),
      id: String(action_id),
      value: String(value),
    }));
  });
}

/** As Slack hands over what is typed: emoji by their names, entities escaped. */
function escapeText(text: string): string {
  return namedEmoji(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const UNICODE_SETS = "v";
const EMOJI = new RegExp("\\p{RGI_Emoji}", `g${UNICODE_SETS}`);

function namedEmoji(text: string): string {
  return text.replace(EMOJI, (emoji) => `:${toName(emoji) ?? emoji}:`);
}
