import type { AckFn, App } from "@slack/bolt";
import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import type { ChatHandlers } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { CommandSummary } from "../../port/commands.js";
import type { ChatEvent } from "../../port/events.js";
import type { KeyValueStore } from "../../port/key-value-store.js";
import type { PictureSource } from "../../port/messages.js";
import { withTimeout } from "../../shared/timeout.js";
import type { Channels } from "./channels.js";
import { toUnicode } from "./emoji.js";
import { findMessage, newest, threadOf } from "./history.js";
import { type Home, homeAction } from "./home.js";
import { hideSecrets } from "./logger.js";
import { fields, readMessage, word } from "./messages.js";
import type { Messenger } from "./messenger.js";
import { entry, FIELD, type FormPurpose, form, optionsIn, problemsIn, readForm, readPurpose } from "./modal.js";
import { type Addressee, type Replies, ResponseUrl } from "./replies.js";
import { identity, Seen } from "./seen.js";
import type { Sources } from "./sources.js";
import { fromMrkdwn } from "./text.js";
import type { Users } from "./users.js";
import type { Workspace } from "./workspace.js";
import type { Workspaces } from "./workspaces.js";

interface Parts {
  readonly handlers: ChatHandlers;
  readonly workspaces: Workspaces;
  readonly users: Users;
  readonly channels: Channels;
  readonly sources: Sources;
  readonly messenger: Messenger;
  readonly replies: Replies;
  readonly home: Home;
  readonly apiUrl: string;
  readonly keyValues: KeyValueStore | undefined;
  /** Largest picture that a form may bring. */
  readonly uploadBytes: number;
  readonly logger: Logger;
}

/** Whether there is a picture to work on must be known while the trigger of a form still works: 3 s in all. */
const SEARCH_MS = 1_200;
/** Entries of a menu that is filled while somebody types. */
const MENU = 100;

/** What people do in Slack, told to the rest of the program. Nothing here rejects, and nothing is told twice. */
export class Incoming {
  readonly #seen: Seen;
  readonly #commands: ReadonlyMap<string, CommandSummary>;
  readonly #underWay = new Set<Promise<void>>();

  constructor(private readonly parts: Parts) {
    this.#seen = new Seen(parts.keyValues);
    this.#commands = new Map(parts.handlers.commands.map((command) => [command.name, command]));
  }

  /** Resolves when what has come so far has been told. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  listen(app: App): void {
    app.error(async (error) => {
      this.parts.logger.error(
        { why: hideSecrets(error.message), code: error.code },
        "an event from Slack could not be handled",
      );
    });
    app.command(/.*/, async ({ command, ack, context }) => {
      await this.#take(delivery(context, command), ack, () => this.#command(context, fields(command)));
    });
    app.shortcut(/.*/, async ({ shortcut, ack, context }) => {
      await this.#take(delivery(context, shortcut), ack, () => this.#shortcut(context, fields(shortcut)));
    });
    app.view({ callback_id: /.*/, type: "view_submission" }, async ({ body, ack, context }) => {
      const problems = this.#problems(fields(body));
      if (problems) return ack({ response_action: "errors", errors: problems });
      await this.#take(delivery(context, body), ack, () => this.#submitted(context, fields(body)));
    });
    app.action(/.*/, async ({ body, action, ack, context }) => {
      await this.#take(delivery(context, body), ack, () => this.#action(context, fields(body), fields(action)));
    });
    app.options(/.*/, async ({ body, ack, context }) => {
      await this.#complete(context, fields(body), ack);
    });
    // Bolt has acknowledged events when their listeners are called.
    const told =
      (operation: (context: Fields, event: Fields) => Promise<void>) =>
      async (args: { body: unknown; event: unknown; context: unknown }) => {
        const id = identity(word(fields(args.body).event_id), args.event);
        await this.#take(id, undefined, () => operation(fields(args.context), fields(args.event)));
      };
    app.event(
      "app_mention",
      told((context, event) => this.#mention(context, event)),
    );
    app.event(
      "message",
      told((context, event) => this.#message(context, event)),
    );
    app.event(
      "reaction_added",
      told((context, event) => this.#reaction(context, event, true)),
    );
    app.event(
      "reaction_removed",
      told((context, event) => this.#reaction(context, event, false)),
    );
    app.event(
      "app_home_opened",
      told((context, event) => this.#homeOpened(context, event)),
    );
    app.event(
      "app_uninstalled",
      told(async (context) => this.parts.workspaces.forget(word(context.teamId) ?? "")),
    );
    app.event(
      "tokens_revoked",
      told(async (context) => this.parts.workspaces.forget(word(context.teamId) ?? "")),
    );
  }

  /** Acknowledges at once, within Slack's 3 s whatever else happens, and then does the work unless it has come before. */
  async #take(
    id: string | undefined,
    ack: AckFn<never> | AckFn<void> | undefined,
    operation: () => Promise<void>,
  ): Promise<void> {
    const first = this.#seen.first(id);
    // When this does not arrive, Slack sends the same again, which is passed over then: the work is done now.
    if (ack)
      await (ack as () => Promise<void>)().catch((err: unknown) =>
        this.parts.logger.warn({ err }, "Slack could not be answered"),
      );
    if (!first) {
      this.parts.logger.debug("Slack has sent something again; it is passed over");
      return;
    }
    const done = operation()
      .catch((err: unknown) => this.parts.logger.error({ err }, "an event from Slack could not be handled"))
      .then(() => this.#seen.done(id));
    this.#underWay.add(done);
    await done.finally(() => this.#underWay.delete(done));
  }

  async #command(context: Fields, command: Fields): Promise<void> {
    const { channels } = this.parts;
    const workspace = await this.#workspace(context);
    const [channelId, userId] = [word(command.channel_id), word(command.user_id)];
    if (channelId === undefined || userId === undefined) return;
    channels.note(workspace, channelId, word(command.channel_name));
    const name = (word(command.command) ?? "").replace(/^\//, "").toLowerCase();
    const text = fromMrkdwn(word(command.text) ?? "").trim();
    const responseUrl = this.#responseUrl(command);
    const [{ user }, mayPost] = await Promise.all([
      this.parts.users.get(workspace, userId, word(command.user_name)),
      channels.mayPost(workspace, channelId),
    ]);
    const channel = channelRef(workspace, channelId);
    const to: Addressee = { workspace, user, channel, responseUrl };
    if (!mayPost && name !== "help") return this.#tellToInvite(to, channelId);
    if (await this.#opensForm(workspace, name, text, channel, word(command.trigger_id))) return;
    await this.#tell({
      kind: "command",
      name,
      text,
      attachments: [],
      user,
      channel,
      reply: this.#reply(to),
    });
  }

  /** A command that works on a picture, in a conversation that has none, asks for it: a line cannot carry files. */
  async #opensForm(
    workspace: Workspace,
    name: string,
    text: string,
    channel: ChannelRef,
    trigger: string | undefined,
  ): Promise<boolean> {
    const command = this.#commands.get(name);
    if (trigger === undefined || !command?.options.some(({ type }) => type === "picture")) return false;
    const options = optionsIn(command, text);
    if (!options) return false;
    try {
      const search = newest(workspace, channel, ({ pictures }) => pictures.length > 0, SEARCH_MS);
      const readable = search.catch((error: unknown) => {
        // A conversation that may not be read has no picture for the bot.
        if (error instanceof ChatError && error.kind === "forbidden") return undefined;
        throw error;
      });
      const found = await withTimeout(readable, SEARCH_MS, () => "unknown" as const);
      if (found !== undefined) return false;
      return await this.#openForm(workspace, trigger, form(command, { command: name, options, channel: channel.id }));
    } catch (error) {
      this.parts.logger.debug({ err: error }, "no form could be opened");
      return false;
    }
  }

  async #openForm(workspace: Workspace, trigger: string, view: ReturnType<typeof form>): Promise<boolean> {
    const open = { droppable: true, patienceMs: 1_000 };
    await workspace.call(
      "views.open",
      (client, token) => client.views.open({ token, trigger_id: trigger, view }),
      open,
    );
    return true;
  }

  async #shortcut(context: Fields, shortcut: Fields): Promise<void> {
    const known = this.parts.handlers.shortcuts.find(({ id }) => id === shortcut.callback_id);
    const [channelId, userId] = [word(fields(shortcut.channel).id), word(fields(shortcut.user).id)];
    const message = readMessage({ ts: shortcut.message_ts, ...fields(shortcut.message) });
    if (!known || channelId === undefined || userId === undefined || !message) return;
    const workspace = await this.#workspace(context);
    const { user } = await this.parts.users.get(workspace, userId, word(fields(shortcut.user).name));
    const channel = channelRef(workspace, channelId, message.thread);
    const to: Addressee = { workspace, user, channel, responseUrl: this.#responseUrl(shortcut) };
    if (!(await this.parts.channels.mayPost(workspace, channelId))) return this.#tellToInvite(to, channelId);
    const command = this.#commands.get(known.command);
    const trigger = word(shortcut.trigger_id);
    if (known.ask.length > 0 && command && trigger !== undefined) {
      const purpose: FormPurpose = {
        command: known.command,
        options: known.options,
        channel: channelId,
        message: message.ts,
        ...(message.thread === undefined ? {} : { thread: message.thread }),
      };
      try {
        await this.#openForm(workspace, trigger, form(command, purpose, known.ask));
      } catch (error) {
        await this.#explain(to, error);
      }
      return;
    }
    const ref: MessageRef = { channel, id: message.ts };
    const attachments = await this.parts.sources.ofMessage(workspace, message, ref);
    await this.#tell({
      kind: "command",
      name: known.command,
      options: known.options,
      attachments,
      user,
      channel,
      repliesTo: ref,
      reply: this.#reply(to),
    });
  }

  async #submitted(context: Fields, body: Fields): Promise<void> {
    const submission = readForm(body.view);
    const userId = word(fields(body.user).id);
    if (!submission || userId === undefined) return;
    const { purpose, options, files } = submission;
    const workspace = await this.#workspace(context);
    const { user } = await this.parts.users.get(workspace, userId, word(fields(body.user).name));
    const channel = channelRef(workspace, purpose.channel, purpose.thread);
    const author = { id: user.id, name: user.name };
    let attachments: PictureSource[] = files.map((file) => this.parts.sources.ofFile(workspace, file, { author }));
    const repliesTo: MessageRef | undefined =
      purpose.message === undefined ? undefined : { channel, id: purpose.message };
    if (repliesTo && attachments.length === 0) {
      const message = await findMessage(workspace, repliesTo).catch(() => undefined);
      if (message) attachments = await this.parts.sources.ofMessage(workspace, message, repliesTo);
    }
    await this.#tell({
      kind: "command",
      name: purpose.command,
      options,
      attachments,
      user,
      channel,
      ...(repliesTo ? { repliesTo } : {}),
      reply: this.#reply({ workspace, user, channel }),
    });
  }

  /** What is wrong in a form that was sent off, by field; undefined when nothing is. */
  #problems(body: Fields): Readonly<Record<string, string>> | undefined {
    const submission = readForm(body.view);
    const command = submission && this.#commands.get(submission.purpose.command);
    return command && problemsIn(submission, command, this.parts.uploadBytes);
  }

  async #mention(context: Fields, event: Fields): Promise<void> {
    const message = readMessage(event);
    const channelId = word(event.channel);
    if (!message || channelId === undefined) return;
    await this.#said(context, event, channelRef(await this.#workspace(context), channelId, message.thread));
  }

  /** In a conversation with the bot alone every message is meant for it, elsewhere one that names it, where an app hears of all of them. */
  async #message(context: Fields, event: Fields): Promise<void> {
    const channelId = word(event.channel);
    const subtype = word(event.subtype);
    if (channelId === undefined || (subtype !== undefined && subtype !== "file_share")) return;
    const workspace = await this.#workspace(context);
    const alone = event.channel_type === "im" || channelId.startsWith("D");
    if (!alone && !(word(event.text) ?? "").includes(`<@${workspace.self.userId}`)) return;
    await this.#said(context, event, channelRef(workspace, channelId, readMessage(event)?.thread));
  }

  /** A line without a slash: "@dreamloom stylize winter", with the files of its message. */
  async #said(context: Fields, event: Fields, channel: ChannelRef): Promise<void> {
    const userId = word(event.user);
    const message = readMessage(event);
    const workspace = await this.#workspace(context);
    if (userId === undefined || !message || message.botId !== undefined || userId === workspace.self.userId) return;
    // One message may be told of by two kinds of events.
    const saying = `said ${workspace.self.team} ${channel.id} ${message.ts}`;
    if (!this.#seen.first(saying)) return;
    const { user, bot } = await this.parts.users.get(workspace, userId);
    if (bot) return;
    const own = new RegExp(`<@${workspace.self.userId}(?:\\|[^>]*)?>`, "g");
    const said = fromMrkdwn((word(event.text) ?? "").replace(own, " ")).trim();
    // A name that was typed without choosing from the list stays a word.
    const typed = `@${workspace.self.name}`;
    const line = said.toLowerCase().startsWith(`${typed.toLowerCase()} `) ? said.slice(typed.length).trim() : said;
    const [, name = "help", text = ""] = /^\/?(\S+)\s*([\s\S]*)$/.exec(line) ?? [];
    const ref: MessageRef = { channel, id: message.ts };
    const author = { id: user.id, name: user.name };
    const attachments = message.pictures.map((file) =>
      this.parts.sources.ofFile(workspace, file, { message: ref, author }),
    );
    const reply = this.#reply({ workspace, user, channel });
    await this.#tell({
      kind: "command",
      name: name.toLowerCase(),
      text: text.trim(),
      attachments,
      user,
      channel,
      reply,
    });
    this.#seen.done(saying);
  }

  async #reaction(context: Fields, event: Fields, added: boolean): Promise<void> {
    const [userId, name] = [word(event.user), word(event.reaction)];
    const item = fields(event.item);
    const [channelId, ts] = [word(item.channel), word(item.ts)];
    if (
      item.type !== "message" ||
      userId === undefined ||
      name === undefined ||
      channelId === undefined ||
      ts === undefined
    )
      return;
    const workspace = await this.#workspace(context);
    if (userId === workspace.self.userId) return;
    const { user, bot } = await this.parts.users.get(workspace, userId);
    if (bot) return;
    const thread = await this.#threadOf(workspace, channelId, ts);
    const message: MessageRef = { channel: channelRef(workspace, channelId, thread), id: ts };
    await this.#tell({ kind: "reaction", emoji: toUnicode(name), added, message, user });
  }

  async #threadOf(workspace: Workspace, channelId: string, ts: string): Promise<string | undefined> {
    const known = this.parts.messenger.threadOf(workspace, channelId, ts);
    if (known !== undefined) return known === "none" ? undefined : known;
    // Where it cannot be learned, the channel is right enough: messages are found by their own ids.
    return threadOf(workspace, channelId, ts).catch(() => undefined);
  }

  async #action(context: Fields, body: Fields, action: Fields): Promise<void> {
    const [id, userId] = [word(action.action_id), word(fields(body.user).id)];
    if (
      id === undefined ||
      userId === undefined ||
      id.startsWith(FIELD) ||
      (action.type !== undefined && action.type !== "button")
    )
      return;
    const workspace = await this.#workspace(context);
    const { user } = await this.parts.users.get(workspace, userId, word(fields(body.user).name));
    const again = homeAction(id, action.value);
    if (again) {
      const channel = channelRef(workspace, again.channel);
      const reply = this.#reply({ workspace, user, channel, atHome: true });
      await this.#tell({
        kind: "command",
        name: again.command,
        options: again.options,
        attachments: [],
        user,
        channel,
        reply,
      });
      return;
    }
    const [container, message] = [fields(body.container), fields(body.message)];
    const [channelId, ts] = [
      word(fields(body.channel).id) ?? word(container.channel_id),
      word(message.ts) ?? word(container.message_ts),
    ];
    if (channelId === undefined || ts === undefined) return;
    const thread = word(message.thread_ts) ?? word(container.thread_ts);
    const channel = channelRef(workspace, channelId, thread === ts ? undefined : thread);
    const to: Addressee = { workspace, user, channel, responseUrl: this.#responseUrl(body) };
    await this.#tell({
      kind: "action",
      action: id,
      message: { channel, id: ts },
      user,
      reply: this.#reply(to),
    });
  }

  async #complete(context: Fields, body: Fields, ack: AckFn<never> | unknown): Promise<void> {
    const answer = ack as (response: { options: ReturnType<typeof entry>[] }) => Promise<void>;
    try {
      const view = fields(body.view);
      const purpose = readPurpose(view.private_metadata);
      const [action, userId] = [word(body.action_id), word(fields(body.user).id)];
      if (!purpose || !action?.startsWith(FIELD) || userId === undefined) return await answer({ options: [] });
      const workspace = await this.#workspace(context);
      const { user } = await this.parts.users.get(workspace, userId, word(fields(body.user).name));
      const completions = await this.parts.handlers.complete({
        command: purpose.command,
        option: action.slice(FIELD.length),
        typed: word(body.value) ?? "",
        user,
        channel: channelRef(workspace, purpose.channel, purpose.thread),
      });
      await answer({ options: completions.slice(0, MENU).map(({ value, label }) => entry(value, label)) });
    } catch (err) {
      this.parts.logger.warn({ err }, "a menu could not be filled");
      await answer({ options: [] }).catch(() => undefined);
    }
  }

  async #homeOpened(context: Fields, event: Fields): Promise<void> {
    const userId = word(event.user);
    if (userId === undefined || (event.tab !== undefined && event.tab !== "home")) return;
    await this.parts.home.show(await this.#workspace(context), userId);
  }

  #workspace({ teamId, enterpriseId, isEnterpriseInstall }: Fields): Promise<Workspace> {
    const origin = {
      teamId: word(teamId),
      enterpriseId: word(enterpriseId),
      isEnterpriseInstall: isEnterpriseInstall === true,
    };
    return this.parts.workspaces.from(origin);
  }

  #responseUrl(body: Fields): ResponseUrl | undefined {
    const url = word(body.response_url);
    return url === undefined ? undefined : new ResponseUrl(url, this.parts.apiUrl);
  }

  #reply(to: Addressee) {
    return (message: Parameters<Replies["reply"]>[1], visibility: "public" | "private") =>
      this.parts.replies.reply(to, message, visibility);
  }

  async #tellToInvite(to: Addressee, channelId: string): Promise<void> {
    const where = channelId.startsWith("D")
      ? "I cannot post in a conversation between others. Use a channel that I am in, or write to me directly."
      : `I am not in this channel yet. Invite me with \`/invite @${to.workspace.self.name}\`, then try again.`;
    await this.#explain(to, new ChatError("forbidden", where));
  }

  async #explain(to: Addressee, error: unknown): Promise<void> {
    const text = error instanceof ChatError ? error.message : "Something went wrong on my side; please try again.";
    await this.parts.replies.reply(to, { text }, "private").catch((err: unknown) => {
      this.parts.logger.warn({ err, person: to.user.id }, "a person could not be answered");
    });
  }

  async #tell(event: ChatEvent): Promise<void> {
    try {
      await this.parts.handlers.event(event);
    } catch (err) {
      this.parts.logger.error({ err, kind: event.kind }, "the handler of a chat event failed");
    }
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Names what came other than as an event: by its trigger, or by the envelope that it came in. */
function delivery(context: unknown, body: unknown): string | undefined {
  return identity(word(fields(body).trigger_id) ?? word(fields(context).envelopeId), body);
}

function channelRef(workspace: Workspace, channelId: string, thread?: string): ChannelRef {
  return {
    platform: "slack",
    community: workspace.self.team,
    id: channelId,
    ...(thread === undefined ? {} : { thread }),
  };
}
