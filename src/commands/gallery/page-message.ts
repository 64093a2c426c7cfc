/** A page of the gallery as a message, with buttons that turn it. */

import type { ChannelRef, Member } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { ActionEvent } from "../../port/events.js";
import type { GalleryWork } from "../../port/gallery.js";
import type { Button, OutgoingMessage } from "../../port/messages.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../shared/store-error.js";
import { inCode, plain } from "../../shared/text.js";
import type { GalleryPage } from "../../store/gallery.js";
import type { StoredJob } from "../../store/job-rows.js";
import { fitToChannel } from "../presenting/deliver.js";
import { UserError } from "../user-error.js";
import { type GalleryServices, linesOf, workOf } from "./service.js";
import { gallerySheet, type NumberedWork } from "./sheet.js";

/** Works of a page: their lines and links must fit in a message of 2,000 characters. */
const PER_PAGE = 6;
export const MOST_PAGES = 200;

/** One page of a gallery. All of it is in the buttons' ids, so that they turn pages after any restart. */
interface PageRef {
  readonly by: "favourites" | "date";
  /** This channel only. */
  readonly here: boolean;
  /** One person only, by the person's id. */
  readonly author?: string;
  /** From 1. */
  readonly page: number;
  /** Where it begins; counted from the first page when that is not known. */
  readonly after?: string;
}

const BUTTON = /^gallery:([df])([ch]):(\d{1,3}):([0-9a-z.]{0,40}):(.{0,60})$/su;

/** @example refId({ by: "date", here: false, page: 2, after: "m3k.1a" }) // "gallery:dc:2:m3k.1a:" */
export function pageButtonId({ by, here, author = "", page, after = "" }: PageRef): string {
  return `gallery:${by === "date" ? "d" : "f"}${here ? "h" : "c"}:${page}:${after}:${author}`;
}

/** The page that a pressed button asks for; undefined for buttons of something else. */
export function readPageButtonId(id: string): PageRef | undefined {
  const [, order, where, page, after, author] = BUTTON.exec(id) ?? [];
  if (order === undefined) return undefined;
  return {
    by: order === "d" ? "date" : "favourites",
    here: where === "h",
    page: Math.min(MOST_PAGES, Math.max(1, Number(page))),
    ...defined({ after: after || undefined, author: author || undefined }),
  };
}

/** Who asks for a page, and where. */
interface Viewer {
  readonly chat: Chat;
  readonly user: Member;
  readonly channel: ChannelRef;
}

/** The message for a page; undefined when there is nothing on it. */
export async function pageMessage(
  asked: PageRef,
  { chat, user, channel }: Viewer,
  services: GalleryServices,
): Promise<OutgoingMessage | undefined> {
  // Also of a page that somebody else has asked for, whose buttons they press.
  const ref = user.outsider ? { ...asked, here: true } : asked;
  const { jobs, next, number: page } = read(ref, channel, services);
  const found = jobs.flatMap((job, index) => {
    const work = workOf(job, { platform: channel.platform, user }, services);
    return work ? [{ job, work: { ...work, number: (page - 1) * PER_PAGE + index + 1 } }] : [];
  });
  const works = found.map(({ work }) => work);
  const [first] = works;
  if (!first) return undefined;
  const entries = await Promise.all(found.map(({ work, job }) => entryOf(work, job, chat, services)));
  const { by, here, author } = ref;
  const of = author === undefined ? undefined : plain(first.author.name);
  const heading = sentence("gallery.heading", { of, here, by, page });
  const text = fitted(heading, entries, sentence("gallery.hint"), chat.capabilities.textLength);
  const pictures = [await gallerySheet(works, services.thumbnails)];
  return fitToChannel(chat, channel, { text, pictures, buttons: buttonsOf({ ...ref, page }, next) });
}

/** Shows another page in place of the one whose button was pressed. */
export async function turnPage(ref: PageRef, event: ActionEvent, chat: Chat, services: GalleryServices): Promise<void> {
  const message = await pageMessage(ref, { chat, user: event.user, channel: event.message.channel }, services);
  if (!message) throw new UserError("gallery.page-empty");
  await chat.edit(event.message, message);
}

interface Entry {
  readonly title: string;
  /** The same without its link. */
  readonly bare: string;
  readonly line: string;
}

async function entryOf(work: NumberedWork, job: StoredJob, chat: Chat, { recipes }: GalleryServices): Promise<Entry> {
  const message = job.messages.announcement ?? job.messages.final;
  const link = message && (await chat.link(message).catch(() => undefined));
  const recipe = recipes.get(job.recipe);
  const title = plain(work.title);
  const named = (shown: string) => `**${work.number}.** ${workText(work, shown)}`;
  return {
    title: named(link === undefined ? title : `[${title}](${link})`),
    bare: named(title),
    line: recipe ? shownLine(linesOf(job, recipe)) : "",
  };
}

function shownLine({ line, lineNotes }: ReturnType<typeof linesOf>): string {
  return [`\`${inCode(line)}\``, lineNotes].filter(Boolean).join(" · ");
}

/** "Dream of creatures by Ann · ❤️ 2 · `7KQ4M9XA`" */
export function workText({ author, hearts, job }: GalleryWork, title: string): string {
  const favourites = hearts > 0 ? ` · ❤️ ${hearts}` : "";
  return `${sentence("work.by", { title, author: plain(author.name) })}${favourites} · \`${job}\``;
}

/** As much as a message holds: the longest lines are left out first, then the links. */
function fitted(heading: string, entries: readonly Entry[], hint: string, most: number): string {
  const lines = new Set(entries.filter(({ line }) => line !== ""));
  const write = (links: boolean) => {
    const rows = entries.flatMap((entry) => [links ? entry.title : entry.bare, lines.has(entry) ? entry.line : []]);
    return [heading, ...rows.flat(), hint].join("\n");
  };
  let text = write(true);
  for (const entry of [...lines].sort((a, b) => b.line.length - a.line.length)) {
    if (text.length <= most) return text;
    lines.delete(entry);
    text = write(true);
  }
  return text.length <= most ? text : write(false).slice(0, most);
}

function buttonsOf({ after: _after, ...ref }: PageRef, next: string | undefined): Button[] {
  const { page } = ref;
  const button = (turned: PageRef, label: string, emoji: string): Button => ({
    id: pageButtonId(turned),
    label,
    emoji,
    style: "secondary",
  });
  const buttons: Button[] = [];
  if (page > 1) buttons.push(button({ ...ref, page: page - 1 }, sentence("button.previous"), "◀️"));
  if (next !== undefined && page < MOST_PAGES)
    buttons.push(button({ ...ref, page: page + 1, after: next }, sentence("button.next"), "▶️"));
  // With a person's id that is too long for a button, the first page is all there is.
  return buttons.filter(({ id }) => id.length <= 100);
}

/** Which works a gallery has: a channel's, those of a closed one too, or the community's. */
export function scopeOf(here: boolean, { platform, community, id }: ChannelRef) {
  return { platform, community, ...(here && { channel: id }) };
}

/** The jobs of a page, and its number: a page past the end is the last one. */
function read(
  { by, here, author, page: wanted, after }: PageRef,
  place: ChannelRef,
  { store: { gallery } }: GalleryServices,
): GalleryPage & { readonly number: number } {
  const query = { ...scopeOf(here, place), by, limit: PER_PAGE, ...defined({ author }) };
  try {
    if (after !== undefined) return { ...gallery.page({ ...query, after }), number: wanted };
  } catch (error) {
    if (error instanceof StoreError && error.kind === "cursor") throw new UserError(error);
    throw error;
  }
  let page = gallery.page(query);
  let number = 1;
  for (; number < wanted && page.next !== undefined; number++) page = gallery.page({ ...query, after: page.next });
  return { ...page, number };
}
