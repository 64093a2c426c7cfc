import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { ChatError } from "../../port/chat-error.js";
import type { WebServices } from "./api.js";
import { shaOf } from "./image-files.js";

/**
 * The route of images, for those to whom a message shows them. Addresses are content-addressed, so a page may keep what
 * it has seen; a cache between may keep nothing, and what one person alone may see is asked for each time.
 */
export async function serveImages(app: FastifyInstance, { hub, sessions }: WebServices): Promise<void> {
  const { files } = hub.parts;
  await app.register(fastifyStatic, { root: files.folder, serve: false });
  app.get<{ Params: { name: string } }>("/pictures/:name", async (request, reply) => {
    const { id } = sessions.act(request, "pictures");
    const { name } = request.params;
    const audience = files.isName(name) ? hub.pictureAudience(shaOf(name), id) : undefined;
    if (!audience) throw new ChatError("gone", "web.no-image");
    const kept = audience === "all" ? "private, max-age=31536000, immutable" : "private, no-cache";
    return reply.header("cache-control", kept).sendFile(name, files.folder, { cacheControl: false });
  });
}
