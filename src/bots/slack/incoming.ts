import type { App } from "@slack/bolt";
import { LRUCache } from "lru-cache";
import type { KeyValueStore } from "../../port/adapter.js";
import type { Receipt } from "../../port/events.js";
import { Inbox, type Tell } from "../inbox.js";
import { Commands } from "./commands.js";
import { Forms } from "./forms.js";
import { hideSecrets } from "./logger.js";
import { type Meaning, MessageActions } from "./message-actions.js";
import { type Fields, fields, list, word } from "./messages.js";
import { type Parts, Reporter } from "./reporter.js";
import { identity, Seen } from "./seen.js";
import { type Arrival, isForBot, originOf, type SlackUnread, saidId, unreadOf } from "./unread.js";

/** What is to be done for an event; undefined where it is not for the bot, which then remembers nothing of it. */
type Handler = (context: Fields, event: Fields, receipt?: Receipt) => Promise<(() => Promise<void>) | undefined>;

/** Messages to the bot that are being dealt with. */
const SAID = 1_000;

/** What users do in Slack, reported to the rest of the program. Nothing here rejects, and nothing is reported twice. */
export class Incoming {
  readonly #seen: Seen;
  readonly #inbox: Inbox<SlackUnread>;
  /** One message may come with two kinds of events. */
  readonly #said = new LRUCache<string, Receipt>({ max: SAID });
  /** What reactions mean that have been acknowledged, and are about to be dealt with. */
  readonly #meanings = new LRUCache<string, Meaning | "none">({ max: SAID });
  readonly #reporter: Reporter;
  readonly #commands: Commands;
  readonly #forms: Forms;
  readonly #actions: MessageActions;
  readonly #events: Readonly<Record<string, Handler>>;
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly parts: Parts,
    keyValues: KeyValueStore | undefined,
  ) {
    const reporter = new Reporter(parts);
    this.#reporter = reporter;
    this.#seen = new Seen(keyValues);
    this.#inbox = new Inbox("slack", keyValues, parts.logger);
    // Its user is told to send it again, so it is not done as well if Slack repeats it.
    for (const { unread } of this.#inbox.left) this.#seen.done(unread.delivery);
    this.#forms = new Forms(reporter);
    this.#commands = new Commands(reporter, this.#forms, this.#seen);
    this.#actions = new MessageActions(reporter, this.#forms);
    const removed: Handler = async ({ teamId, enterpriseId, isEnterpriseInstall }, { tokens }) => {
      // A person may have taken back a token of their own.
      if (tokens !== undefined && list(fields(tokens).bot).length === 0) return undefined;
      const origin = { teamId: word(teamId), enterpriseId: word(enterpriseId) };
      return () => parts.workspaces.removed({ ...origin, isEnterpriseInstall: isEnterpriseInstall === true });
    };
    this.#events = {
      app_mention:
        async (...given) =>
        () =>
          this.#commands.written(...given),
      message: async (context, event, receipt) => {
        const meant = await this.#commands.hear(context, event);
        return meant ? () => this.#commands.written(context, event, receipt) : undefined;
      },
      reaction_added: (context, event, receipt) => {
        const meaning = this.#meanings.get(saidId(event) ?? "");
        return this.#actions.reacted(context, event, true, { receipt, meaning });
      },
      reaction_removed: (context, event) => this.#actions.reacted(context, event, false),
      app_home_opened: async (context, { user, tab }) => {
        const userId = word(user);
        if (userId === undefined || (tab !== undefined && tab !== "home")) return undefined;
        return async () => parts.home.show(await reporter.workspace(context), userId);
      },
      app_uninstalled: removed,
      tokens_revoked: removed,
    };
  }

  /** Resolves when what has come so far has been reported. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Tells those whose commands the last process had acknowledged, and not dealt with when it was killed. */
  async resume(signal: AbortSignal): Promise<void> {
    const { handlers, replies } = this.parts;
    const tell: Tell<SlackUnread> = async ({ unread }, text) => {
      const to = await this.#reporter.late(unread);
      if (to) await replies.reply(to, { text }, "private");
    };
    await this.#inbox.answer(handlers, tell, signal);
  }

  listen(app: App): void {
    this.#noteMessages(app);
    app.error(async ({ message, code }) => {
      this.parts.logger.error({ why: hideSecrets(message), code }, "an event from Slack could not be handled");
    });
    app.command(/.*/, ({ command, ack, context }) =>
      this.#take({ what: "command", body: command, context }, ack, (receipt) =>
        this.#commands.slash(fields(context), fields(command), receipt),
      ),
    );
    app.shortcut(/.*/, ({ shortcut, ack, context }) =>
      this.#take({ what: "command", body: shortcut, context }, ack, (receipt) =>
        shortcut.type === "shortcut"
          ? this.#forms.anywhere(fields(context), fields(shortcut))
          : this.#commands.shortcut(fields(context), fields(shortcut), receipt),
      ),
    );
    app.view({ callback_id: /.*/, type: "view_submission" }, async ({ body, ack, context }) => {
      const errors = await this.#forms.problems(fields(context), fields(body));
      if (errors) return ack({ response_action: "errors", errors });
      await this.#take({ what: "command", body, context }, ack, (receipt) =>
        this.#forms.submitted(fields(context), fields(body), receipt),
      );
    });
    app.action(/.*/, ({ body, action, ack, context }) =>
      this.#take({ what: "button", body, context }, ack, (receipt) =>
        this.#actions.pressed(fields(context), fields(body), fields(action), receipt),
      ),
    );
    app.options(/.*/, ({ body, ack, context }) => this.#forms.complete(fields(context), fields(body), ack));
    for (const [name, handle] of Object.entries(this.#events)) {
      app.event(name, async ({ body, event, context }) => {
        const id = identity(word(fields(body).event_id), event);
        const work = await handle(fields(context), fields(event), this.#said.get(saidId(event) ?? ""));
        if (work) await this.#once(id, work);
      });
    }
  }

  /** Bolt acknowledges events before it tells its listeners, so that they are noted here. */
  #noteMessages(app: App): void {
    const process = app.processEvent.bind(app);
    app.processEvent = (received) => {
      const body = fields(received.body);
      const ack = async (response?: unknown) => {
        await this.#note(body);
        await (received.ack as (response?: unknown) => Promise<void>)(response);
      };
      return process({ ...received, ack });
    };
  }

  async #note(body: Fields): Promise<void> {
    const [event, context, id] = [fields(body.event), originOf(body), saidId(body.event)];
    const isNew = () => id !== undefined && !this.#said.has(id) && !this.#seen.has(id);
    if (id === undefined || !isNew()) return;
    const reacted = event.type === "reaction_added";
    const meant = reacted ? await this.#meaningOf(id, context, event) : isForBot(body);
    // The same may have come again meanwhile.
    if (!meant || !isNew()) return;
    const unread = unreadOf({ what: reacted ? "reaction" : "command", body: event, context }, id);
    this.#said.set(id, this.#inbox.take(unread));
  }

  /** Undefined also where it cannot be known now: it is asked again when the reaction is dealt with. */
  async #meaningOf(id: string, context: Fields, event: Fields): Promise<Meaning | undefined> {
    try {
      const meaning = await this.#actions.meaning(context, event, true);
      this.#meanings.set(id, meaning ?? "none");
      return meaning;
    } catch {
      return undefined;
    }
  }

  /** Acknowledges within Slack's 3 s whatever else happens, and then does the work unless it has come before. */
  async #take(come: Arrival, ack: unknown, operation: (receipt: Receipt) => Promise<void>): Promise<void> {
    const { logger } = this.parts;
    const id = delivery(come.context, come.body);
    const receipt = this.#seen.has(id) ? undefined : this.#inbox.take(unreadOf(come, id));
    // When this does not arrive, Slack sends the same again, which is ignored then: the work is done now.
    const answered = (ack as () => Promise<void>)();
    await answered.catch((err: unknown) => logger.warn({ err }, "Slack could not be answered"));
    await this.#once(id, async () => receipt && operation(receipt));
    receipt?.settle();
  }

  async #once(id: string | undefined, operation: () => Promise<void>): Promise<void> {
    const { logger } = this.parts;
    if (!this.#seen.first(id)) return logger.debug("Slack has sent something again; it is ignored");
    const done = operation()
      .catch((err: unknown) => logger.error({ err }, "an event from Slack could not be handled"))
      .then(() => this.#seen.done(id));
    this.#underWay.add(done);
    await done.finally(() => this.#underWay.delete(done));
  }
}

/** Identifies what is no event: by its trigger, or by the envelope that it came in. */
function delivery(context: unknown, body: unknown): string | undefined {
  return identity(word(fields(body).trigger_id) ?? word(fields(context).envelopeId), body);
}
