import type { App } from "@slack/bolt";
import type { KeyValueStore } from "../../port/adapter.js";
import { Commands } from "./commands.js";
import { Forms } from "./forms.js";
import { hideSecrets } from "./logger.js";
import { MessageActions } from "./message-actions.js";
import { type Fields, fields, word } from "./messages.js";
import { type Parts, Reporter } from "./reporter.js";
import { identity, Seen } from "./seen.js";

/** What is to be done for an event; undefined where it is not for the bot, which then remembers nothing of it. */
type Handler = (context: Fields, event: Fields) => Promise<(() => Promise<void>) | undefined>;

/** What users do in Slack, reported to the rest of the program. Nothing here rejects, and nothing is reported twice. */
export class Incoming {
  readonly #seen: Seen;
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
    this.#seen = new Seen(keyValues);
    this.#forms = new Forms(reporter);
    this.#commands = new Commands(reporter, this.#forms, this.#seen);
    this.#actions = new MessageActions(reporter);
    const removed: Handler = async ({ teamId }) => {
      return async () => parts.workspaces.forget(word(teamId) ?? "");
    };
    this.#events = {
      app_mention: async (context, event) => () => this.#commands.written(context, event),
      message: async (context, event) => {
        const meant = await this.#commands.hear(context, event);
        return meant ? () => this.#commands.written(context, event) : undefined;
      },
      reaction_added: (context, event) => this.#actions.reacted(context, event, true),
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

  listen(app: App): void {
    app.error(async ({ message, code }) => {
      this.parts.logger.error({ why: hideSecrets(message), code }, "an event from Slack could not be handled");
    });
    app.command(/.*/, ({ command, ack, context }) =>
      this.#take(delivery(context, command), ack, () => this.#commands.slash(fields(context), fields(command))),
    );
    app.shortcut(/.*/, ({ shortcut, ack, context }) =>
      this.#take(delivery(context, shortcut), ack, () => this.#commands.shortcut(fields(context), fields(shortcut))),
    );
    app.view({ callback_id: /.*/, type: "view_submission" }, async ({ body, ack, context }) => {
      const errors = this.#forms.problems(fields(body));
      if (errors) return ack({ response_action: "errors", errors });
      await this.#take(delivery(context, body), ack, () => this.#forms.submitted(fields(context), fields(body)));
    });
    app.action(/.*/, ({ body, action, ack, context }) =>
      this.#take(delivery(context, body), ack, () =>
        this.#actions.pressed(fields(context), fields(body), fields(action)),
      ),
    );
    app.options(/.*/, ({ body, ack, context }) => this.#forms.complete(fields(context), fields(body), ack));
    for (const [name, handle] of Object.entries(this.#events)) {
      app.event(name, async ({ body, event, context }) => {
        const id = identity(word(fields(body).event_id), event);
        const work = await handle(fields(context), fields(event));
        // Bolt has acknowledged events when their listeners are called.
        if (work) await this.#take(id, undefined, work);
      });
    }
  }

  /**
   * Acknowledges at once, within Slack's 3 s whatever else happens, and then does the work unless it has come before.
   */
  async #take(id: string | undefined, ack: unknown, operation: () => Promise<void>): Promise<void> {
    const { logger } = this.parts;
    const first = this.#seen.first(id);
    // When this does not arrive, Slack sends the same again, which is ignored then: the work is done now.
    if (ack)
      await (ack as () => Promise<void>)().catch((err: unknown) => logger.warn({ err }, "Slack could not be answered"));
    if (!first) return logger.debug("Slack has sent something again; it is ignored");
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
