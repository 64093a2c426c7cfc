/** A page of the gallery as a message, with buttons that turn it. */

import type { ChannelRef } from "../../domain/channel.js";
import type { Member } from "../../domain/user.js";
import type { Chat } from "../../port/adapter.js";
import type { ActionEvent } from "../../port/events.js";
import type { Button, OutgoingMessage } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../store/errors.js";
import type { GalleryPage } from "../../store/gallery.js";
import type { StoredJob } from "../../store/job-record.js";
import { fitToChannel } from "../presenting/fit-channel.js";
import { plain } from "../presenting/plain.js";
import { commandLine } from "../recipes/recipe.js";
import { UserError } from "../user-error.js";
import { type GalleryServices, seeded, workOf } from "./service.js";
import { gallerySheet, type NumberedWork } from "./sheet.js";

/** Works of a page: their lines and links must fit in a message of 2,000 characters. */
const PER_PAGE = 6;
export const MOST_PAGES = 200;

/** One page of one way to look at a gallery. All of it is in the buttons' ids, so that they turn pages after any restart. */
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

const LEAF = /^gallery:([df])([ch]):(\d{1,3}):([0-9a-z.]{0,40}):(.{0,60})$/su;

/** @example refId({ by: "date", here: false, page: 2, after: "m3k.1a" }) // "gallery:dc:2:m3k.1a:" */
export function pageButtonId({ by, here, author = "", page, after = "" }: PageRef): string {
  return `gallery:${by === "date" ? "d" : "f"}${here ? "h" : "c"}:${page}:${after}:${author}`;
}

/** The page that a pressed button asks for; undefined for buttons of something else. */
export function readPageButtonId(id: string): PageRef | undefined {
  const [, order, where, page, after, author] = LEAF.exec(id) ?? [];
  if (order === undefined) return undefined;
  return {
    by: order === "d" ? "date" : "favourites",
    here: where === "h",
    page: Math.min(MOST_PAGES, Math.max(1, Number(page))),
    ...(after ? { after } : {}),
    ...(author ? { author } : {}),
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
  ref: PageRef,
  { chat, user, channel }: Viewer,
  services: GalleryServices,
): Promise<OutgoingMessage | undefined> {
  const found = read(ref, channel, services);
  if (!found) return undefined;
  const works = found.page.jobs.flatMap((job, index): { work: NumberedWork; job: StoredJob }[] => {
    const work = workOf(job, { platform: channel.platform, user }, services);
    return work ? [{ work: { ...work, number: (found.number - 1) * PER_PAGE + index + 1 }, job }] : [];
  });
  if (works.length === 0) return undefined;
  const entries = await Promise.all(works.map(({ work, job }) => entryOf(work, job, chat, services)));
  const text = fitted(
    [heading({ ...ref, page: found.number }, works[0]?.work)],
    entries,
    [sentence("gallery.hint")],
    chat.capabilities.textLength,
  );
  const pictures = [
    await gallerySheet(
      works.map(({ work }) => work),
      services.thumbnails,
    ),
  ];
  return fitToChannel(chat, channel, {
    text,
    pictures,
    buttons: buttonsOf({ ...ref, page: found.number }, found.page.next),
  });
}

/** Shows another page in the place of the one whose button was pressed. */
export async function turnPage(ref: PageRef, event: ActionEvent, chat: Chat, services: GalleryServices): Promise<void> {
  const message = await pageMessage(ref, { chat, user: event.user, channel: event.message.channel }, services);
  if (!message) throw new UserError("gallery.page-empty");
  await chat.edit(event.message, message);
}

function heading({ by, here, author, page }: PageRef, first: NumberedWork | undefined): string {
  return sentence("gallery.heading", {
    of: author === undefined || !first ? undefined : plain(first.author.name),
    here,
    by,
    page,
  });
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
  const rest = `by ${plain(work.author.name)}${work.hearts > 0 ? ` · ❤️ ${work.hearts}` : ""} · \`${work.job}\``;
  return {
    title: `**${work.number}.** ${link === undefined ? title : `[${title}](${link})`} ${rest}`,
    bare: `**${work.number}.** ${title} ${rest}`,
    line: recipe ? `\`${commandLine(recipe, seeded(job), job.pictures).replaceAll("`", "'")}\`` : "",
  };
}

/** As much as a message holds: the longest lines are left out first, then the links. */
function fitted(head: readonly string[], entries: readonly Entry[], foot: readonly string[], most: number): string {
  const lines = new Set(entries.filter(({ line }) => line !== ""));
  const write = (links: boolean) =>
    [
      ...head,
      ...entries.flatMap((entry) => [links ? entry.title : entry.bare, ...(lines.has(entry) ? [entry.line] : [])]),
      ...foot,
    ].join("\n");
  let text = write(true);
  for (const entry of [...lines].sort((a, b) => b.line.length - a.line.length)) {
    if (text.length <= most) return text;
    lines.delete(entry);
    text = write(true);
  }
  return text.length <= most ? text : write(false).slice(0, most);
}

function buttonsOf(ref: PageRef, next: string | undefined): Button[] {
  const { after: _after, ...rest } = ref;
  const before: Button[] =
    ref.page > 1
      ? [
          {
            id: pageButtonId({ ...rest, page: ref.page - 1 }),
            label: sentence("button.previous"),
            emoji: "◀️",
            style: "secondary",
          },
        ]
      : [];
  const following: Button[] =
    next !== undefined && ref.page < MOST_PAGES
      ? [
          {
            id: pageButtonId({ ...rest, page: ref.page + 1, after: next }),
            label: sentence("button.next"),
            emoji: "▶️",
            style: "secondary",
          },
        ]
      : [];
  // A person's id that is too long for a button: the first page is all there is then.
  return [...before, ...following].filter(({ id }) => id.length <= 100);
}

/** The works of a page, and its number: a page past the end is the last one. */
function read(
  ref: PageRef,
  { platform, community, id: channel }: ChannelRef,
  { store: { gallery } }: GalleryServices,
): { readonly page: GalleryPage; readonly number: number } | undefined {
  const { by, here, author } = ref;
  const query = {
    platform,
    community,
    by,
    limit: PER_PAGE,
    ...(here ? { channel } : {}),
    ...(author === undefined ? {} : { author }),
  };
  if (ref.after !== undefined) {
    try {
      return { page: gallery.page({ ...query, after: ref.after }), number: ref.page };
    } catch (error) {
      if (error instanceof StoreError && error.kind === "cursor") throw new UserError(error);
      throw error;
    }
  }
  let page = gallery.page(query);
  let number = 1;
  for (; number < ref.page && page.next !== undefined; number++) page = gallery.page({ ...query, after: page.next });
  return { page, number };
}
