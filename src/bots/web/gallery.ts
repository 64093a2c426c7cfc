/** The gallery's addresses: pages, works, their pictures, and what people do with them. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { MessageRef } from "../../domain/message.js";
import { ChatError } from "../../port/chat-error.js";
import type { Gallery, GalleryDetail, GalleryViewer, GalleryWork } from "../../port/gallery.js";
import type { WebServices } from "./api.js";
import { channelRef, toId } from "./channel-hub.js";
import { RateLimiter } from "./rate.js";
import { readBody } from "./read-body.js";
import type { PersonRow } from "./rows.js";
import { toUser } from "./users.js";
import type { WireAgain, WireGalleryPage, WireGalleryPeople, WireWork, WireWorkDetail } from "./wire.js";

/** Longest side of stills, in pixels. No others are made, so that nobody can fill the memory with odd ones. */
const SIDES = [480, 960] as const;
const FAVOURITE = "❤️";
/** How long the first answer to "Again" is waited for. */
const ANSWER_MS = 15_000;

const jobId = z.string().regex(/^[A-Z0-9]{4,16}$/);
const pageQuery = z.object({
  by: z.enum(["favourites", "date"]).default("date"),
  person: z.string().max(64).optional(),
  command: z.string().max(64).optional(),
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(60).default(30),
});
const favouriteBody = z.object({ on: z.boolean() });
const hideBody = z.object({ hidden: z.boolean() });

interface OfJob {
  Params: { job: string };
}

export function registerGallery(
  app: FastifyInstance,
  { hub, sessions, conversation }: WebServices,
  gallery: Gallery,
): void {
  const clicks = new RateLimiter(40, 8);
  const starts = new RateLimiter(6, 0.5);
  // A page of the gallery asks for sixty at once.
  const pictures = new RateLimiter(400, 80);

  const enter = (
    request: FastifyRequest,
    limiter: RateLimiter,
  ): { readonly user: PersonRow; readonly viewer: GalleryViewer } => {
    const user = sessions.need(request);
    const wait = limiter.take(user.id);
    if (wait > 0) throw new ChatError("rate-limited", "web.too-fast", { seconds: wait });
    const { platform, community } = channelRef("");
    return { user, viewer: { user: toUser(user), platform, community } };
  };

  app.get("/api/gallery", async (request): Promise<WireGalleryPage> => {
    const { viewer } = enter(request, clicks);
    const { by, person: user, command, after, limit } = readBody(pageQuery, request.query);
    const query = {
      by,
      limit,
      ...(user === undefined ? {} : { author: user }),
      ...(command === undefined ? {} : { command }),
      ...(after === undefined ? {} : { after }),
    };
    const { works, next } = await gallery.page(query, viewer);
    return { works: works.map(wireWork), ...(next === undefined ? {} : { next }) };
  });

  app.get("/api/gallery/people", async (request): Promise<WireGalleryPeople> => {
    const { viewer } = enter(request, clicks);
    return { people: (await gallery.authors(viewer)).map(({ id, name, works }) => ({ id, name, works })) };
  });

  app.get<OfJob>("/api/gallery/works/:job", async (request): Promise<WireWorkDetail> => {
    const { viewer } = enter(request, clicks);
    return wireDetail(await gallery.work(idOf(request.params.job), viewer), threadOf);
  });

  app.post<OfJob>("/api/gallery/works/:job/love", async (request) => {
    const { user, viewer } = enter(request, clicks);
    const { on } = readBody(favouriteBody, request.body);
    const job = idOf(request.params.job);
    const hearts = await gallery.favourite(job, on, viewer);
    const { messages } = await gallery.work(job, viewer);
    reactOnMessage(messages, user, on);
    return { hearts };
  });

  app.post<OfJob>("/api/gallery/works/:job/hidden", async (request, reply) => {
    const { viewer } = enter(request, clicks);
    await gallery.hide(idOf(request.params.job), readBody(hideBody, request.body).hidden, viewer);
    return reply.code(204).send();
  });

  app.post<OfJob>("/api/gallery/works/:job/again", async (request): Promise<WireAgain> => {
    const { user, viewer } = enter(request, starts);
    const { again, messages } = await gallery.work(idOf(request.params.job), viewer);
    // The one in the channel: a new job does not belong into the old one's thread.
    const [message] = messages.filter((known) => known.channel.thread === undefined);
    if (!message) throw new ChatError("gone", "web.again-gone");
    const { channel } = hub.locate({ id: message.channel.id });
    return await new Promise<WireAgain>((resolve) => {
      const late = setTimeout(() => resolve({ channel }), ANSWER_MS);
      const answer = (said: WireAgain) => {
        clearTimeout(late);
        resolve(said);
      };
      conversation.act(user, again, { channel: channelRef(channel), id: message.id }, async (content, visibility) => {
        if (visibility === "private") {
          answer({ refusal: content.text });
          return undefined;
        }
        const row = await hub.botSays(channelRef(channel), content);
        answer({ channel, message: String(row.id) });
        return { channel: channelRef(channel), id: String(row.id) };
      });
    });
  });

  app.get<OfJob & { Params: { file: string } }>("/gallery/:job/:file", async (request, reply) => {
    const { viewer } = enter(request, pictures);
    const job = idOf(request.params.job);
    const { file } = request.params;
    const side = SIDES.find((known) => file === `${known}.jpg`);
    if (side === undefined && file !== "full") throw new ChatError("gone", "web.no-image");
    // A job's picture never changes, so its address is as good as its content.
    const tag = `"${job}-${file}"`;
    const picture =
      side === undefined ? await gallery.picture(job, viewer) : await gallery.thumbnail(job, side, viewer);
    forEver(reply, tag);
    reply.header("content-disposition", `inline; filename="${picture.name}"`);
    if (request.headers["if-none-match"] === tag) return reply.code(304).send();
    return reply
      .type(picture.type)
      .send(Buffer.from(picture.bytes.buffer, picture.bytes.byteOffset, picture.bytes.byteLength));
  });

  /** The heart on the work's message, as if it had been given there. */
  function reactOnMessage(messages: readonly MessageRef[], user: PersonRow, on: boolean): void {
    for (const { id } of messages) {
      try {
        hub.react(toId(id), FAVOURITE, user.id, on);
        // One heart is enough; all that there are go.
        if (on) return;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
      }
    }
  }

  function threadOf(messages: readonly MessageRef[]): Pick<WireWorkDetail, "channel" | "thread"> {
    for (const { channel: where, id } of messages) {
      const thread = where.thread ?? id;
      const row = /^\d+$/.test(thread) ? hub.parts.store.message(toId(thread)) : undefined;
      if (row) return { channel: row.channel, thread };
    }
    return {};
  }
}

function wireWork(work: GalleryWork): WireWork {
  const { job, title, command, author, at, width, height, film, hearts, loved, spoiler, variation } = work;
  const [thumb, thumb2x] = SIDES.map((side) => `/gallery/${job}/${side}.jpg`) as [string, string];
  return {
    job,
    title,
    command,
    author: { id: author.id, name: author.name },
    at,
    width,
    height,
    film,
    hearts,
    loved,
    spoiler,
    variation,
    thumb,
    thumb2x,
    full: `/gallery/${job}/full`,
  };
}

function wireDetail(
  work: GalleryDetail,
  threadOf: (messages: readonly MessageRef[]) => Pick<WireWorkDetail, "channel" | "thread">,
): WireWorkDetail {
  const { line, facts, credits, hidden, mayHide, messages, origins, remixes } = work;
  const chain = { origins: origins.map(wireWork), remixes: remixes.map(wireWork) };
  return { ...wireWork(work), line, facts, credits, hidden, mayHide, ...threadOf(messages), ...chain };
}

/** @throws ChatError "gone" for what cannot be a job's id. */
function idOf(text: string): string {
  const read = jobId.safeParse(text);
  if (!read.success) throw new ChatError("gone", "web.no-work");
  return read.data;
}

function forEver(reply: FastifyReply, tag: string): void {
  reply.header("cache-control", "private, max-age=31536000, immutable");
  reply.header("etag", tag);
}
