/** Results as they are, for those who have a link to one: chats post it where they take only a smaller form. */
import type { FastifyInstance } from "fastify";
import { ChatError } from "../../port/chat-error.js";
import type { LinkedResult, WorkFile } from "../../port/gallery.js";
import type { WebServices } from "./api.js";
import { sendFile } from "./send-file.js";

/** @param open see `ChatHandlers.wholeResult` */
export function registerWholeResults(
  app: FastifyInstance,
  { sessions }: WebServices,
  open: (link: LinkedResult) => Promise<WorkFile>,
): void {
  app.get<{ Params: LinkedResult }>("/whole/:job/:until/:proof", async (request, reply) => {
    sessions.spend("publicPictures", request);
    // It closes with its time, and when the work is deleted or hidden.
    reply.header("cache-control", "private, no-store").header("x-robots-tag", "noindex");
    try {
      return await sendFile(request, reply, await open(request.params));
    } catch (error) {
      if (!(error instanceof ChatError) || error.kind !== "gone") throw error;
      // Somebody has followed a link in a chat: there is no page around this.
      return reply.code(404).type("text/plain; charset=utf-8").send(error.message);
    }
  });
}
