/**
 * The gallery for everybody, where the operator wants that: pages to be looked at only, for people whom the chat does
 * not know and does not come to know by it.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { PublicQuery, PublicScope } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import type { PublicGallery, WorkFile } from "../../port/gallery.js";
import { defined } from "../../shared/defined.js";
import type { WebServices } from "./api.js";
import { channelRef } from "./channel-hub.js";
import { idOf, type OfFile, sendImage } from "./gallery.js";
import { readBody } from "./guard.js";
import { soughtIn } from "./message-search.js";
import { galleryPage, gonePage, workPage } from "./public-pages.js";

/** How the gallery is opened to everybody. */
export interface PublicDoor {
  /** Search engines may list it. */
  readonly listed: boolean;
  /** Where people open the chat, without a slash behind it; known once it listens. */
  address(): string;
  /** The built page's stylesheet, by its path below that address; not there before it is built. */
  readonly stylesheet?: string;
}

/** Works of a page. */
const WORKS = 30;
const name = z.string().max(64).optional();
const pageQuery = z.object({
  words: z.string().max(200).optional(),
  style: name,
  look: name,
  person: name,
  after: name,
});

/** A form sends what is left empty as well. */
function asked({ words, style, look, person, after }: z.infer<typeof pageQuery>): PublicQuery {
  const [painted, dreamt, author, from] = [style, look, person, after].map((text) => text || undefined);
  const said = words === undefined ? [] : soughtIn(words);
  return { limit: WORKS, words: said, ...defined({ style: painted, look: dreamt, person: author, after: from }) };
}

/** @returns whether a work is shown there */
export function registerPublicGallery(
  app: FastifyInstance,
  { hub, sessions }: WebServices,
  gallery: PublicGallery,
  door: PublicDoor,
): (job: string) => Promise<boolean> {
  /** Asked each time: a channel may be archived or deleted at any moment. */
  const scope = (): PublicScope => {
    const open = hub.parts.store.channels().filter(({ archived }) => archived === 0);
    const { platform, community } = channelRef("");
    return { platform, community, channels: open.map(({ id }) => id) };
  };
  const enter = (what: "publicPages" | "publicPictures", request: FastifyRequest, reply: FastifyReply): void => {
    sessions.spend(what, request);
    // What is hidden from one moment to the next must not stay in a cache.
    reply.header("cache-control", "private, no-cache");
    if (!door.listed) reply.header("x-robots-tag", "noindex");
  };

  app.get("/works", async (_request, reply) => reply.redirect("works/", 308));

  app.get("/works/", async (request, reply) => {
    enter("publicPages", request, reply);
    return sendPage(reply, "page", door, async () => {
      const query = readBody(pageQuery, request.query);
      const [page, choices] = await Promise.all([gallery.page(asked(query), scope()), gallery.choices(scope())]);
      return galleryPage(page, { query, choices }, door);
    });
  });

  app.get<{ Params: { job: string } }>("/works/:job", async (request, reply) => {
    enter("publicPages", request, reply);
    return sendPage(reply, "work", door, async () =>
      workPage(await gallery.work(idOf(request.params.job), scope()), door),
    );
  });

  app.get<OfFile>("/works/:job/:file", async (request, reply) => {
    enter("publicPictures", request, reply);
    return sendImage(request, reply, {
      still: (job, side) => gallery.thumbnail(job, side, scope()),
      whole: (job) => filmOf(job, gallery, scope()),
    });
  });

  return async (job) => (await orNothing(gallery.work(job, scope()))) !== undefined;
}

/** The whole file of what moves. Of all else the still is enough, and costs less. */
async function filmOf(job: string, gallery: PublicGallery, scope: PublicScope): Promise<WorkFile> {
  const { film } = await gallery.work(job, scope);
  if (!film) throw new ChatError("gone", "web.no-image");
  return gallery.file(job, scope);
}

/** Undefined for what is not there. */
async function orNothing<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (error) {
    if (!(error instanceof ChatError) || error.kind !== "gone") throw error;
    return undefined;
  }
}

/** Answers with a page, or with one that says that what it was to show is not there. */
async function sendPage(
  reply: FastifyReply,
  what: "work" | "page",
  door: PublicDoor,
  page: () => Promise<string>,
): Promise<FastifyReply> {
  reply.type("text/html; charset=utf-8");
  const found = await orNothing(page());
  if (found !== undefined) return reply.send(found);
  return reply.code(404).header("x-robots-tag", "noindex").send(gonePage(what, door));
}
