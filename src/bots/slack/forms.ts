import { ChatError } from "../../port/chat-error.js";
import { type CommandSummary, type MessageShortcut, whichOption } from "../../port/commands.js";
import type { CommandEvent, Receipt } from "../../port/events.js";
import { withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { isKind } from "./errors.js";
import { ACTION_LENGTH, MENU_CHOICES } from "./limits.js";
import { type Fields, fields, type SlackMessage, word } from "./messages.js";
import {
  entry,
  FIELD,
  type FormPurpose,
  type FormQuestions,
  fileField,
  form,
  placeProblem,
  problemsIn,
  readForm,
  readPurpose,
} from "./modal.js";
import { channelRef, type Reporter, type Sender } from "./reporter.js";
import { FORM_SHORTCUT, GLOBAL_SHORTCUTS } from "./scopes.js";

/** Whether there is an image to work on must be known while the trigger of a form still works: 3 s in all. */
const SEARCH_MS = 1_200;

/** Ids of buttons that open a form begin so; the command's line follows. */
const OFFER = "form:";

/** What a line such as `/dream form strength:0.6` asks for. */
interface Asked {
  readonly command: string;
  readonly line: string;
  readonly options: Readonly<Record<string, string>>;
}

type Choices = { readonly options: ReturnType<typeof entry>[] };

/** Forms that ask for a command's options. */
export class Forms {
  readonly #commands: ReadonlyMap<string, CommandSummary>;

  constructor(private readonly reporter: Reporter) {
    this.#commands = new Map(reporter.parts.handlers.commands.map((command) => [command.name, command]));
  }

  /**
   * A command that works on an image, in a conversation that has none, asks for it: a line cannot carry files.
   *
   * @returns that a form was opened; else the newest image there, or "none", where that is known now
   */
  async opensFor(
    from: Sender,
    command: string,
    text: string,
    trigger: string | undefined,
  ): Promise<"opened" | CommandEvent["latestPicture"]> {
    const start = this.reporter.parts.handlers.formOf?.(command, text);
    if (trigger === undefined || !start?.needsPicture) return undefined;
    const found = await this.#latest(from);
    if (found !== "none") return found;
    const purpose = { command, options: start.options, channel: from.channel.id };
    return (await this.#opens(from, trigger, purpose)) ? "opened" : "none";
  }

  /** The newest image of a conversation, as far as that is known soon. */
  async #latest({ workspace, channel }: Pick<Sender, "workspace" | "channel">): Promise<CommandEvent["latestPicture"]> {
    const { sources, logger } = this.reporter.parts;
    const search = sources.latest(workspace, channel).catch((error: unknown) => {
      // A conversation that may not be read has no image for the bot.
      if (isKind(error, "forbidden")) return undefined;
      logger.debug({ err: error }, "the newest picture is not known");
      return "unknown" as const;
    });
    const found = await withTimeout(search, SEARCH_MS, () => "unknown" as const);
    return found === "unknown" ? undefined : (found ?? "none");
  }

  /** The command whose form a line such as `/dream form` or `/dream form strength:0.6` asks for, and how it begins. */
  asked(command: string, text: string): Asked | undefined {
    const asked = /^form(?:\s+([\s\S]*))?$/i.exec(text);
    if (!asked || !this.#commands.get(command)?.options.length) return undefined;
    const [, line = ""] = asked;
    const start = this.reporter.parts.handlers.formOf?.(command, line);
    return start && { command, line, options: start.options };
  }

  /** Opens a form wherever somebody asks for it; where Slack does not let it, a button does. */
  async offer(from: Sender, { command, line, options }: Asked, trigger: string | undefined): Promise<void> {
    const { id: channel, thread } = from.channel;
    if (trigger !== undefined && (await this.#opens(from, trigger, { command, options, channel, thread }))) return;
    const id = `${OFFER}${command} ${line}`.trim();
    const button = { id: id.length > ACTION_LENGTH ? `${OFFER}${command}` : id, label: sentence("slack.form-open") };
    const text = sentence("slack.form-offer", { line: `/${command}` });
    await this.reporter.replyTo(from)({ text, buttons: [button] }, "private");
  }

  /** A press on the button of an offer. @returns false for another button */
  async pressed(from: Sender, action: string, trigger: string | undefined): Promise<boolean> {
    if (!action.startsWith(OFFER)) return false;
    const [, command = "", line = ""] = /^(\S+)\s*([\s\S]*)$/.exec(action.slice(OFFER.length)) ?? [];
    const { id: channel, thread } = from.channel;
    const options = this.reporter.parts.handlers.formOf?.(command, line)?.options ?? {};
    const purpose = { command, options, channel, thread };
    if (trigger !== undefined && !(await this.#opens(from, trigger, purpose))) await this.#explain(from);
    return true;
  }

  /** A global shortcut: the form asks for the conversation too. */
  async anywhere(context: Fields, shortcut: Fields): Promise<void> {
    const command = GLOBAL_SHORTCUTS.find((name) => shortcut.callback_id === `${FORM_SHORTCUT}${name}`);
    const trigger = word(shortcut.trigger_id);
    if (command === undefined || trigger === undefined) return;
    const workspace = await this.reporter.workspace(context);
    const { id, name } = fields(shortcut.user);
    const userId = word(id);
    if ((await this.#opens({ workspace }, trigger, { command, options: {} })) || userId === undefined) return;
    const from = await this.reporter.sender(workspace, { id: userId, name }, channelRef(workspace, userId));
    await this.#explain({ ...from, atHome: true });
  }

  /** Asks for a shortcut's open options, and which picture is meant. @returns false where nothing is to be asked */
  async asks(
    from: Sender,
    { command: name, options, ask }: MessageShortcut,
    { ts: message, pictures }: Pick<SlackMessage, "ts" | "pictures">,
    trigger: string | undefined,
  ): Promise<boolean> {
    const command = this.#commands.get(name);
    const which = whichOption(command, pictures.length);
    const asked = { ask, ...(which !== undefined && { which: pictures.map((picture) => picture.name) }) };
    if ((ask.length === 0 && which === undefined) || !command || trigger === undefined) return false;
    const { id, thread } = from.channel;
    const purpose = { command: name, options, channel: id, thread, message };
    if (!(await this.#opens(from, trigger, purpose, asked))) await this.#explain(from);
    return true;
  }

  #explain(from: Sender): Promise<void> {
    return this.reporter.explain(from, new ChatError("timeout", "slack.exp-trigger"));
  }

  /** Whether a form was opened. */
  async #opens(
    { workspace }: Pick<Sender, "workspace">,
    trigger_id: string,
    purpose: FormPurpose,
    ask?: FormQuestions,
  ): Promise<boolean> {
    const command = this.#commands.get(purpose.command);
    const view = command && form(command, purpose, ask);
    if (!view) return false;
    try {
      await workspace.call("views.open", { trigger_id, view }, { droppable: true, patienceMs: 1_000 });
      return true;
    } catch (error) {
      this.reporter.parts.logger.debug({ err: error }, "no form could be opened");
      return false;
    }
  }

  /** What is wrong in a submitted form, by field; undefined when nothing is. Takes less time than Slack waits. */
  async problems(context: Fields, body: Fields): Promise<Readonly<Record<string, string>> | undefined> {
    const { uploadBytes, handlers, channels } = this.reporter.parts;
    const submission = readForm(body.view);
    const command = submission && this.#commands.get(submission.purpose.command);
    if (!command) return undefined;
    const problems = problemsIn(submission, command, uploadBytes);
    if (problems) return problems;
    const workspace = await this.reporter.workspace(context);
    const { purpose, options, channel: id, files, takesFiles } = submission;
    const chosen = purpose.channel === undefined;
    if (id === undefined || (chosen && !(await channels.mayPost(workspace, id))))
      return placeProblem(workspace.self.name);
    const given = files.length > 0 || purpose.message !== undefined || !takesFiles;
    if (given || !handlers.formOf?.(command.name, options)?.needsPicture) return undefined;
    const latest = await this.#latest({ workspace, channel: channelRef(workspace, id, purpose.thread) });
    return latest === "none" ? { [fileField(command)]: sentence("slack.form-no-file") } : undefined;
  }

  async submitted(context: Fields, body: Fields, receipt: Receipt): Promise<void> {
    const { sources } = this.reporter.parts;
    const submission = readForm(body.view);
    const { id, name } = fields(body.user);
    const userId = word(id);
    if (submission?.channel === undefined || userId === undefined) return;
    const { purpose, options, files } = submission;
    const workspace = await this.reporter.workspace(context);
    const channel = channelRef(workspace, submission.channel, purpose.thread);
    const from = await this.reporter.sender(workspace, { id: userId, name }, channel);
    const author = { id: from.user.id, name: from.user.name };
    const attachments = files.map((file) => sources.ofFile(workspace, file, author));
    const repliesTo = purpose.message === undefined ? undefined : { channel, id: purpose.message };
    await this.reporter.command(from, { name: purpose.command, options, attachments, repliesTo, receipt });
  }

  /** Fills a menu while a user types. Always answers. */
  async complete(context: Fields, body: Fields, answer: (choices: Choices) => Promise<void>): Promise<void> {
    const { handlers, logger } = this.reporter.parts;
    try {
      const purpose = readPurpose(fields(body.view).private_metadata);
      const { id, name } = fields(body.user);
      const [action, userId] = [word(body.action_id), word(id)];
      if (!purpose || !action?.startsWith(FIELD) || userId === undefined) return await answer({ options: [] });
      const workspace = await this.reporter.workspace(context);
      // The choices are those of the whole workspace.
      const place = channelRef(workspace, purpose.channel ?? userId, purpose.thread);
      const { user, channel } = await this.reporter.sender(workspace, { id: userId, name }, place);
      const option = action.slice(FIELD.length);
      const typed = word(body.value) ?? "";
      const completions = await handlers.complete({ command: purpose.command, option, typed, user, channel });
      // A new name, or several with weights, is chosen from no list: the form is the only place to type it.
      const own = typed === "" || completions.some(({ value }) => value === typed) ? [] : [entry(typed, typed)];
      const known = completions.slice(0, MENU_CHOICES - own.length).map(({ value, label }) => entry(value, label));
      await answer({ options: [...known, ...own] });
    } catch (err) {
      logger.warn({ err }, "a menu could not be filled");
      await answer({ options: [] }).catch(() => undefined);
    }
  }
}
