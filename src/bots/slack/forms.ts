import type { CommandSummary, MessageShortcut } from "../../port/commands.js";
import type { CommandEvent, Receipt } from "../../port/events.js";
import { withTimeout } from "../../shared/async.js";
import { isKind } from "./errors.js";
import { findMessage } from "./history.js";
import { MENU_CHOICES } from "./limits.js";
import { type Fields, fields, word } from "./messages.js";
import { entry, FIELD, type FormPurpose, form, optionsIn, problemsIn, readForm, readPurpose } from "./modal.js";
import { channelRef, type Reporter, type Sender } from "./reporter.js";

/** Whether there is an image to work on must be known while the trigger of a form still works: 3 s in all. */
const SEARCH_MS = 1_200;

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
    name: string,
    text: string,
    trigger: string | undefined,
  ): Promise<"opened" | CommandEvent["latestPicture"]> {
    const { workspace, channel } = from;
    const command = this.#commands.get(name);
    if (trigger === undefined || !command?.options.some(({ type }) => type === "picture")) return undefined;
    const options = optionsIn(command, text);
    if (!options) return undefined;
    try {
      const search = this.reporter.parts.sources.latest(workspace, channel).catch((error: unknown) => {
        // A conversation that may not be read has no image for the bot.
        if (isKind(error, "forbidden")) return undefined;
        throw error;
      });
      const found = await withTimeout(search, SEARCH_MS, () => "unknown" as const);
      if (found !== undefined) return found === "unknown" ? undefined : found;
    } catch (error) {
      this.reporter.parts.logger.debug({ err: error }, "no form could be opened");
      return undefined;
    }
    const purpose = { command: name, options, channel: channel.id };
    return this.#open(from, trigger, command, purpose).then(
      () => "opened",
      (error: unknown) => {
        this.reporter.parts.logger.debug({ err: error }, "no form could be opened");
        return "none";
      },
    );
  }

  /** Asks for a shortcut's open options. @returns false when it has none */
  async asks(
    from: Sender,
    { command: name, options, ask }: MessageShortcut,
    message: string,
    trigger: string | undefined,
  ): Promise<boolean> {
    const command = this.#commands.get(name);
    if (ask.length === 0 || !command || trigger === undefined) return false;
    const { id, thread } = from.channel;
    const purpose = { command: name, options, channel: id, thread, message };
    await this.#open(from, trigger, command, purpose, ask).catch((error) => this.reporter.explain(from, error));
    return true;
  }

  async #open(
    { workspace }: Sender,
    trigger_id: string,
    command: CommandSummary,
    purpose: FormPurpose,
    ask?: readonly string[],
  ): Promise<void> {
    const view = form(command, purpose, ask);
    await workspace.call("views.open", { trigger_id, view }, { droppable: true, patienceMs: 1_000 });
  }

  /** What is wrong in a submitted form, by field; undefined when nothing is. */
  problems(body: Fields): Readonly<Record<string, string>> | undefined {
    const submission = readForm(body.view);
    const command = submission && this.#commands.get(submission.purpose.command);
    return command && problemsIn(submission, command, this.reporter.parts.uploadBytes);
  }

  async submitted(context: Fields, body: Fields, receipt: Receipt): Promise<void> {
    const { sources } = this.reporter.parts;
    const submission = readForm(body.view);
    const { id, name } = fields(body.user);
    const userId = word(id);
    if (!submission || userId === undefined) return;
    const { purpose, options, files } = submission;
    const workspace = await this.reporter.workspace(context);
    const channel = channelRef(workspace, purpose.channel, purpose.thread);
    const from = await this.reporter.sender(workspace, { id: userId, name }, channel);
    const author = { id: from.user.id, name: from.user.name };
    let attachments = files.map((file) => sources.ofFile(workspace, file, author));
    const repliesTo = purpose.message === undefined ? undefined : { channel, id: purpose.message };
    if (repliesTo && attachments.length === 0) {
      const message = await findMessage(workspace, repliesTo).catch(() => undefined);
      if (message) attachments = await sources.ofMessage(workspace, message, repliesTo);
    }
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
      const place = channelRef(workspace, purpose.channel, purpose.thread);
      const { user, channel } = await this.reporter.sender(workspace, { id: userId, name }, place);
      const option = action.slice(FIELD.length);
      const typed = word(body.value) ?? "";
      const completions = await handlers.complete({ command: purpose.command, option, typed, user, channel });
      await answer({ options: completions.slice(0, MENU_CHOICES).map(({ value, label }) => entry(value, label)) });
    } catch (err) {
      logger.warn({ err }, "a menu could not be filled");
      await answer({ options: [] }).catch(() => undefined);
    }
  }
}
