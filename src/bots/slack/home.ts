import type { HomeView, KnownBlock, SectionBlock } from "@slack/types";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { ChatHandlers } from "../../port/adapter.js";
import type { Work } from "../../port/gallery.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { inCode } from "../../shared/text.js";
import { dayOf } from "../../shared/time.js";
import { escapeText, toMrkdwn } from "../markdown/print-slack.js";
import type { CommandNames } from "./command-names.js";
import type { Files } from "./files.js";
import { SECTION_LENGTH } from "./limits.js";
import { parsed, word } from "./messages.js";
import { alt, button } from "./render.js";
import { shorten } from "./text.js";
import type { Workspace } from "./workspace.js";

interface Parts {
  readonly handlers: ChatHandlers;
  readonly files: Files;
  readonly names: CommandNames;
  readonly link: (work: NonNullable<Work["message"]>) => Promise<string | undefined>;
  readonly logger: Logger;
}

const WORKS = 8;
const THUMBNAIL = 320;
/** Pages that are shown again sooner are left as they are. */
const LEAST_MS = 3_000;
const AGAIN = "home:again";

/** The bot's page in Slack ("App Home"): a user's latest works, each with its line and a button that makes it again. */
export class Home {
  /** Files of previews that are uploaded already, by workspace and job. */
  readonly #previews = new LRUCache<string, string>({ max: 2_000 });
  readonly #shownLately = new LRUCache<string, true>({ max: 2_000, ttl: LEAST_MS });

  constructor(private readonly parts: Parts) {}

  /** @throws ChatError when the page cannot be shown. */
  async show(workspace: Workspace, user: string): Promise<void> {
    const { handlers, files, names, link, logger } = this.parts;
    const community = workspace.self.team;
    if (this.#shownLately.has(`${community} ${user}`)) return;
    this.#shownLately.set(`${community} ${user}`, true);
    const works = await handlers.works({ user: { id: user }, platform: "slack", community, limit: WORKS });
    // The text at once; images take Slack a moment.
    const known = works.map(({ job }) => this.#previews.get(`${community} ${job}`));
    const links = await Promise.all(works.map(async ({ message }) => message && link(message).catch(() => undefined)));
    await publish(workspace, user, page(works, links, known, names));
    if (known.every((file) => file !== undefined)) return;
    const previews = await Promise.all(works.map((work) => this.#preview(workspace, work)));
    const uploaded = previews.filter((file) => file !== undefined);
    if (uploaded.length === 0) return;
    await publish(workspace, user, page(works, links, previews, names)).catch((err: unknown) => {
      logger.warn({ err, user }, "the home page is shown without its pictures");
      for (const { job } of works) this.#previews.delete(`${community} ${job}`);
      files.discard(workspace, uploaded);
    });
  }

  /** Undefined when the image is no longer kept, or cannot be uploaded: the work is shown without it. */
  async #preview(workspace: Workspace, { job, title, thumbnail }: Work): Promise<string | undefined> {
    const key = `${workspace.self.team} ${job}`;
    const known = this.#previews.get(key);
    if (known !== undefined) return known;
    try {
      const image = { ...(await thumbnail(THUMBNAIL)), description: title };
      const [file] = await this.parts.files.upload(workspace, [image], { job });
      if (file !== undefined) this.#previews.set(key, file);
      return file;
    } catch (error) {
      this.parts.logger.debug({ err: error, job }, "a work is shown without its picture");
      return undefined;
    }
  }
}

async function publish(workspace: Workspace, user_id: string, view: HomeView): Promise<void> {
  await workspace.call("views.publish", { user_id, view }, { repeatable: true });
}

type PerWork = readonly (string | undefined)[];

function page(works: readonly Work[], links: PerWork, files: PerWork, names: CommandNames): HomeView {
  const entries = works.flatMap((work, index) =>
    entry({ ...work, line: names.print(work.line) }, links[index], files[index]),
  );
  const blocks: KnownBlock[] = [
    { type: "header", text: { type: "plain_text", text: sentence("slack.home-title") } },
    ...(works.length === 0 ? [section(names.print(sentence("slack.home-empty")))] : entries),
  ];
  return { type: "home", blocks };
}

function section(text: string): SectionBlock {
  return { type: "section", text: { type: "mrkdwn", text: shorten(text, SECTION_LENGTH) } };
}

function entry(
  { title, job, line, lineNotes, at, message }: Work,
  link: string | undefined,
  file: string | undefined,
): KnownBlock[] {
  const day = dayOf(at);
  const when = `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${day}>`;
  const heading = sentence("slack.home-work", { title: escapeText(title), job: escapeText(job), when });
  const code = `\`${inCode(line)}\``;
  const text = section(`${heading}\n${toMrkdwn([code, lineNotes].filter(Boolean).join(" · "))}`);
  const image = file && ({ type: "image", slack_file: { id: file }, alt_text: alt(title) } as const);
  const buttons = [
    ...(message ? [againButton(job, message.channel.id)] : []),
    ...(link === undefined
      ? []
      : [{ ...button({ id: `home:open:${job}`, label: sentence("slack.open") }), url: link }]),
  ];
  return [
    { type: "divider" },
    image ? { ...text, accessory: image } : text,
    ...(buttons.length === 0 ? [] : [{ type: "actions" as const, elements: buttons }]),
  ];
}

function againButton(job: string, channel: string) {
  const shown = button({ id: `${AGAIN}:${job}`, label: sentence("button.again"), emoji: "🔁" });
  return { ...shown, value: JSON.stringify({ job, channel }) };
}

/** The job that a press on the page makes again, and the channel that it came from. */
export function homeAction(id: string, value: unknown): { job: string; channel: string } | undefined {
  if (!id.startsWith(`${AGAIN}:`)) return undefined;
  const { job, channel } = parsed(value);
  const [what, where] = [word(job), word(channel)];
  return what === undefined || where === undefined ? undefined : { job: what, channel: where };
}
