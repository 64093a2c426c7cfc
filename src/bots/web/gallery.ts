/** The gallery's addresses: pages, works, their images, and what people do with them. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { MessageRef } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import type { Gallery, GalleryDetail, GalleryQuery, GalleryViewer, GalleryWork, WorkFile } from "../../port/gallery.js";
import type { Picture } from "../../port/messages.js";
import { withTimeout } from "../../shared/async.js";
import { defined } from "../../shared/defined.js";
import type { WebServices } from "./api.js";
import { type ChannelHub, channelRef, ref, toId } from "./channel-hub.js";
import { readBody } from "./guard.js";
import type { BudgetName } from "./limits.js";
import { soughtIn } from "./message-search.js";
import { sendFile } from "./send-file.js";
import { type PersonRow, storedImages, wireButton, wireImage } from "./store.js";
import { mustNotBeMuted, toUser } from "./users.js";
import type { WireAgain, WireGalleryPage, WireGalleryPeople, WirePhoto, WireWork, WireWorkDetail } from "./wire.js";

/** Longest side of stills, in pixels. Only these are made, so that odd ones cannot fill the memory. */
export const SIDES = [480, 960] as const;
const FAVOURITE = "❤️";
/** How long the first answer to "Again" is waited for. */
const ANSWER_MS = 15_000;

const jobId = z.string().regex(/^[A-Z0-9]{4,16}$/);
const pageQuery = z.object({
  by: z.enum(["favourites", "date"]).default("date"),
  person: z.string().max(64).optional(),
  command: z.string().max(64).optional(),
  style: z.string().max(64).optional(),
  look: z.string().max(64).optional(),
  words: z.string().max(200).optional(),
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(60).default(30),
});
const favouriteBody = z.object({ on: z.boolean() });
const hideBody = z.object({ hidden: z.boolean() });
/** Which of a work's buttons is pressed; its "Again" where none is named. */
const makeBody = z.object({ button: z.string().max(100).optional() });

interface OfJob {
  Params: { job: string };
}
type Visit = { readonly user: PersonRow; readonly viewer: GalleryViewer };
type Enter = (request: FastifyRequest, what?: BudgetName) => Visit;

/** @param isPublic whether a work has a page for everybody, where there are such pages */
export function registerGallery(
  app: FastifyInstance,
  services: WebServices,
  gallery: Gallery,
  isPublic?: (job: string) => Promise<boolean>,
): void {
  const enter: Enter = (request, what = "clicks") => {
    const user = services.sessions.act(request, what);
    const { platform, community } = channelRef("");
    return { user, viewer: { user: toUser(user), platform, community } };
  };
  registerWorks(app, services, gallery, enter, isPublic);
  registerActions(app, services, gallery, enter);
  registerImages(app, gallery, enter);
}

function registerWorks(
  app: FastifyInstance,
  { hub }: WebServices,
  gallery: Gallery,
  enter: Enter,
  isPublic: (job: string) => Promise<boolean> = async () => false,
): void {
  app.get("/api/gallery", async (request): Promise<WireGalleryPage> => {
    const { viewer } = enter(request);
    const { person, words, ...query } = readBody(pageQuery, request.query);
    const said = words === undefined ? undefined : soughtIn(words);
    const page = await gallery.page(
      { ...given(query), ...defined({ author: person || undefined, words: said }) },
      viewer,
    );
    return { ...page, works: page.works.map(wireWork) };
  });

  app.get("/api/gallery/people", async (request): Promise<WireGalleryPeople> => {
    return { people: await gallery.authors(enter(request).viewer) };
  });

  app.get<OfJob>("/api/gallery/works/:job", async (request): Promise<WireWorkDetail> => {
    const { viewer } = enter(request);
    const work = await gallery.work(idOf(request.params.job), viewer);
    const publicPage = (await isPublic(work.job)) ? `works/${work.job}` : undefined;
    const more = defined({ publicPage, photo: photoOf(hub, work) });
    return { ...wireDetail(work), ...threadOf(work.messages), ...more };
  });

  function threadOf(messages: readonly MessageRef[]): Pick<WireWorkDetail, "channel" | "thread"> {
    for (const { channel: where, id } of messages) {
      const thread = where.thread ?? id;
      const row = /^\d+$/.test(thread) ? hub.parts.store.message(toId(thread)) : undefined;
      if (row) return { channel: row.channel, thread };
    }
    return {};
  }
}

function registerActions(
  app: FastifyInstance,
  { hub, conversation }: WebServices,
  gallery: Gallery,
  enter: Enter,
): void {
  app.post<OfJob>("/api/gallery/works/:job/love", async (request) => {
    const { user, viewer } = enter(request);
    mustNotBeMuted(user);
    const { on } = readBody(favouriteBody, request.body);
    const job = idOf(request.params.job);
    const hearts = await gallery.favourite(job, on, viewer);
    const { messages } = await gallery.work(job, viewer);
    reactOnMessages(hub, messages, user, on);
    return { hearts };
  });

  app.post<OfJob>("/api/gallery/works/:job/hidden", async (request, reply) => {
    const { viewer } = enter(request);
    await gallery.hide(idOf(request.params.job), readBody(hideBody, request.body).hidden, viewer);
    return reply.code(204).send();
  });

  app.post<OfJob>("/api/gallery/works/:job/again", async (request): Promise<WireAgain> => {
    const { user, viewer } = enter(request, "again");
    const { button } = readBody(makeBody, request.body);
    const { again, makes, messages } = await gallery.work(idOf(request.params.job), viewer);
    const action = button === undefined ? again : makes.find(({ id }) => id === button)?.id;
    if (action === undefined) throw new ChatError("gone", "web.button-gone");
    // The one in the channel: a new job does not belong into the old one's thread.
    const message = messages.find(({ channel }) => channel.thread === undefined);
    if (!message) throw new ChatError("gone", "web.again-gone");
    const { channel } = hub.locate({ id: message.channel.id });
    const answer = new Promise<WireAgain>((resolve) => {
      conversation.act(user, action, { channel: channelRef(channel), id: message.id }, async (content, visibility) => {
        if (visibility === "private") {
          resolve({ refusal: content.text });
          return undefined;
        }
        const row = await hub.botSays(channelRef(channel), content);
        resolve({ channel, message: String(row.id) });
        return ref(row);
      });
    });
    return withTimeout(answer, ANSWER_MS, () => ({ channel }));
  });
}

function registerImages(app: FastifyInstance, gallery: Gallery, enter: Enter): void {
  app.get<OfFile>("/gallery/:job/:file", async (request, reply) => {
    const { viewer } = enter(request, "works");
    // A job's image never changes, so its address is as good as its content.
    reply.header("cache-control", "private, max-age=31536000, immutable");
    return sendImage(request, reply, {
      still: (job, side) => gallery.thumbnail(job, side, viewer),
      whole: (job) => gallery.file(job, viewer),
    });
  });
}

/** A request for one of a work's images. */
export interface OfFile {
  Params: { job: string; file: string };
}

/** Answers with a work's image, or that the browser's own is still right. */
export async function sendImage(
  request: FastifyRequest<OfFile>,
  reply: FastifyReply,
  of: { still(job: string, side: number): Promise<Picture>; whole(job: string): Promise<WorkFile> },
): Promise<FastifyReply> {
  const { file } = request.params;
  const job = idOf(request.params.job);
  const side = SIDES.find((known) => file === `${known}.jpg`);
  if (side === undefined && file !== "full") throw new ChatError("gone", "web.no-image");
  const tag = `"${job}-${file}"`;
  if (side === undefined) return sendFile(request, reply, await of.whole(job), tag);
  const image = await of.still(job, side);
  reply.header("etag", tag).header("content-disposition", `inline; filename="${image.name}"`);
  if (request.headers["if-none-match"] === tag) return reply.code(304).send();
  return reply.type(image.type).send(image.bytes);
}

/** What a page leaves empty is not asked for. */
function given({ by, limit, ...rest }: Omit<z.infer<typeof pageQuery>, "person" | "words">): GalleryQuery {
  const { command, style, look, after } = rest;
  const [kind, painted, dreamt, from] = [command, style, look, after].map((text) => text || undefined);
  return { by, limit, ...defined({ command: kind, style: painted, look: dreamt, after: from }) };
}

/** Reacts on the work's message as well, as if the reaction had been given there. */
function reactOnMessages(hub: ChannelHub, messages: readonly MessageRef[], user: PersonRow, on: boolean): void {
  for (const { id } of messages) {
    try {
      hub.react(toId(id), FAVOURITE, user.id, on);
      // One reaction is enough; all that there are are taken back.
      if (on) return;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
    }
  }
}

/** The photo that a work began with, where a message still shows it to everybody. */
function photoOf({ parts: { store }, views }: ChannelHub, work: GalleryDetail): WirePhoto | undefined {
  const row = work.photo === undefined ? undefined : store.firstShowing(work.photo);
  const image = row && storedImages(row).find(({ sha }) => sha === work.photo);
  if (!image) return undefined;
  const { url, preview, width, height, spoiler } = wireImage(image);
  const shown = { url, preview, width, height, by: image.credit ?? views.person(row.author).name };
  const place = { channel: row.channel, message: String(row.id), ...defined({ thread: row.thread?.toString() }) };
  return { ...shown, ...place, ...((spoiler || work.spoiler) && { spoiler: true }) };
}

export function wireWork(work: GalleryWork): WireWork {
  const { job, title, command, author, at, width, height, film, hearts, loved, spoiler, variation } = work;
  const [thumb, thumb2x] = SIDES.map((side) => `gallery/${job}/${side}.jpg`) as [string, string];
  const shown = { job, title, command, author, at, width, height, film, hearts, loved, spoiler, variation };
  return {
    ...shown,
    ...defined({ video: work.video, sheet: work.sheet }),
    thumb,
    thumb2x,
    full: `gallery/${job}/full`,
  };
}

function wireDetail(work: GalleryDetail): WireWorkDetail {
  const { line, lineNotes, facts, credits, hidden, mayHide } = work;
  const makes = work.makes.map(wireButton);
  const chain = { origins: work.origins.map(wireWork), remixes: work.remixes.map(wireWork) };
  return { ...wireWork(work), line, ...defined({ lineNotes }), facts, credits, hidden, mayHide, makes, ...chain };
}

/** @throws ChatError "gone" for what cannot be a job's id. */
export function idOf(text: string): string {
  if (!jobId.safeParse(text).success) throw new ChatError("gone", "web.no-work");
  return text;
}
