import type { HomeView, KnownBlock } from "@slack/types";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { ChatHandlers } from "../../port/adapter.js";
import type { Work } from "../../port/gallery.js";
import { escapeText, toMrkdwn } from "../markdown/print-slack.js";
import type { Files } from "./files.js";
import { fields, word } from "./messages.js";
import { alt, button } from "./render.js";
import type { Workspace } from "./workspace.js";

interface Parts {
  readonly handlers: Pick<ChatHandlers, "works">;
  readonly files: Files;
  readonly link: (work: NonNullable<Work["message"]>) => Promise<string | undefined>;
  readonly logger: Logger;
}

const WORKS = 8;
const THUMBNAIL = 320;
/** Pages that are shown again sooner are left as they are. */
const LEAST_MS = 3_000;
const AGAIN = "home:again";

/** The bot's page in Slack ("App Home"): a person's latest works, each with its line and a button that makes it again. */
export class Home {
  /** Files of previews that are uploaded already, by workspace and job. */
  readonly #previews = new LRUCache<string, string>({ max: 2_000 });
  readonly #shownAt = new LRUCache<string, number>({ max: 2_000 });

  constructor(private readonly parts: Parts) {}

  /** @throws ChatError when the page cannot be shown. */
  async show(workspace: Workspace, user: string): Promise<void> {
    const key = `${workspace.self.team} ${user}`;
    if ((this.#shownAt.get(key) ?? 0) > Date.now() - LEAST_MS) return;
    this.#shownAt.set(key, Date.now());
    const works = await this.parts.handlers.works({
      user: { id: user },
      platform: "slack",
      community: workspace.self.team,
      limit: WORKS,
    });
    // Words at once; pictures take Slack a moment.
    const known = works.map(({ job }) => this.#previews.get(`${workspace.self.team} ${job}`));
    const links = await Promise.all(
      works.map(({ message }) => (message ? this.parts.link(message).catch(() => undefined) : undefined)),
    );
    await publish(workspace, user, page(works, links, known));
    if (works.length === 0 || known.every((file) => file !== undefined)) return;
    const files = await Promise.all(works.map((work) => this.#preview(workspace, work)));
    if (!files.some((file) => file !== undefined)) return;
    await publish(workspace, user, page(works, links, files)).catch((err: unknown) => {
      // The words are there.
      this.parts.logger.warn({ err, user }, "the home page is shown without its pictures");
      for (const { job } of works) this.#previews.delete(`${workspace.self.team} ${job}`);
      this.parts.files.discard(
        workspace,
        files.filter((file) => file !== undefined),
      );
    });
  }

  /** Undefined when the picture is no longer kept, or cannot be uploaded: the work is shown without it. */
  async #preview(workspace: Workspace, work: Work): Promise<string | undefined> {
    const key = `${workspace.self.team} ${work.job}`;
    const known = this.#previews.get(key);
    if (known !== undefined) return known;
    try {
      const picture = await work.thumbnail(THUMBNAIL);
      const [file] = await this.parts.files.upload(workspace, [{ ...picture, description: work.title }], {
        job: work.job,
      });
      if (file !== undefined) this.#previews.set(key, file);
      return file;
    } catch (error) {
      this.parts.logger.debug({ err: error, job: work.job }, "a work is shown without its picture");
      return undefined;
    }
  }
}

async function publish(workspace: Workspace, user: string, view: HomeView): Promise<void> {
  await workspace.call("views.publish", (client, token) => client.views.publish({ token, user_id: user, view }), {
    repeatable: true,
  });
}

function page(
  works: readonly Work[],
  links: readonly (string | undefined)[],
  files: readonly (string | undefined)[],
): HomeView {
  const empty =
    "Nothing here yet. Write `/dream` in a channel that I am in, use *Dream this* in a message's menu, or mention me in a thread: `@dreamloom stylize winter`.";
  const blocks: KnownBlock[] = [
    { type: "header", text: { type: "plain_text", text: "Your latest pictures" } },
    ...(works.length === 0 ? [{ type: "section" as const, text: { type: "mrkdwn" as const, text: empty } }] : []),
    ...works.flatMap((work, index) => entry(work, links[index], files[index])),
  ];
  return { type: "home", blocks };
}

function entry(work: Work, link: string | undefined, file: string | undefined): KnownBlock[] {
  const seconds = Math.floor(work.at / 1000);
  const day = new Date(work.at).toISOString().slice(0, 10);
  const when = `<!date^${seconds}^{date_short_pretty} {time}|${day}>`;
  const text = `*${escapeText(work.title)}* · job \`${escapeText(work.job)}\` · ${when}\n${toMrkdwn(`\`${work.line.replaceAll("`", "'")}\``)}`;
  const open = link === undefined ? [] : [openButton(link, work.job)];
  const again = work.message === undefined ? [] : [againButton(work.job, work.message.channel.id)];
  const elements = [...again, ...open];
  return [
    { type: "divider" },
    {
      type: "section",
      text: { type: "mrkdwn", text: text.slice(0, 3_000) },
      ...(file === undefined
        ? {}
        : { accessory: { type: "image" as const, slack_file: { id: file }, alt_text: alt(work.title) } }),
    },
    ...(elements.length === 0 ? [] : [{ type: "actions" as const, elements }]),
  ];
}

function againButton(job: string, channel: string) {
  return { ...button({ id: `${AGAIN}:${job}`, label: "Again", emoji: "🔁" }), value: JSON.stringify({ job, channel }) };
}

function openButton(url: string, job: string) {
  const text = { type: "plain_text" as const, text: "Open", emoji: true };
  return { type: "button" as const, action_id: `home:open:${job}`, text, url };
}

/** The command that a press on the page stands for. */
export function homeAction(
  id: string,
  value: unknown,
): { command: string; options: Record<string, string>; channel: string } | undefined {
  if (!id.startsWith(`${AGAIN}:`)) return undefined;
  try {
    const { job, channel } = fields(JSON.parse(word(value) ?? "{}"));
    const [what, where] = [word(job), word(channel)];
    return what === undefined || where === undefined
      ? undefined
      : { command: "again", options: { job: what }, channel: where };
  } catch {
    return undefined;
  }
}
