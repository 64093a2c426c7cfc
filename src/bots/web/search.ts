/** Finds messages, works and people, as far as the asker may see them. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { cutText } from "../../shared/text.js";
import type { WebServices } from "./api.js";
import { channelRef } from "./channel-hub.js";
import { wireWork } from "./gallery.js";
import { readBody } from "./guard.js";
import { type FoundRow, soughtIn } from "./message-search.js";
import { storedImages, wireImage, wirePerson } from "./store.js";
import { toUser } from "./users.js";
import type { WireFound, WireSearch } from "./wire.js";
import { placeOf, type WireViews } from "./wire-views.js";

const MOST_WORKS = 12;
const EXCERPT_LENGTH = 200;

const searchQuery = z.object({ q: z.string().max(200).default(""), from: z.string().max(64).optional() });

export function registerSearch(app: FastifyInstance, { sessions, hub, handlers }: WebServices): void {
  const { search } = hub.parts;
  app.get("/api/search", async (request): Promise<WireSearch> => {
    const user = sessions.act(request, "searches");
    const { q, from: author } = readBody(searchQuery, request.query);
    const typed = q.trim();
    const wanted = { words: soughtIn(typed), author };
    const isAsked = wanted.words.length > 0 || author !== undefined;
    const messages = isAsked ? search.messages(wanted, user.id) : [];
    const people = author === undefined && typed !== "" ? search.people(typed) : [];
    const { platform, community } = channelRef("");
    const viewer = { user: toUser(user), platform, community };
    const query = { by: "date", limit: MOST_WORKS, words: wanted.words, ...(author && { author }) } as const;
    const works = isAsked ? await handlers.gallery?.page(query, viewer) : undefined;
    return {
      people: people.map(wirePerson),
      messages: messages.map((row) => foundMessage(row, hub.views)),
      works: (works?.works ?? []).map(wireWork),
    };
  });
}

function foundMessage(row: FoundRow, views: WireViews): WireFound {
  const [image] = storedImages(row);
  return {
    ...placeOf(row),
    author: views.person(row.author),
    at: row.at,
    private: row.private_to !== null,
    excerpt: cutText(row.excerpt || row.text, EXCERPT_LENGTH),
    ...(image && { picture: wireImage(image) }),
  };
}
