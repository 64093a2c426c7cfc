import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { sentence } from "../../shared/sentences/sentence.js";

/**
 * The built front end's folder: beside the compiled server, or in the project's `dist` when the server runs from
 * source.
 */
export function findClientDir(given: string | undefined): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates =
    given === undefined ? [join(here, "client"), resolve(here, "../../../dist/bots/web/client")] : [resolve(given)];
  // The source's client folder has an index.html too; only a build has assets.
  return candidates.find((folder) => existsSync(join(folder, "index.html")) && existsSync(join(folder, "assets")));
}

/** The built page's stylesheet, by its path below that page: its colours and fonts are for other pages as well. */
export function stylesheetOf(clientDir: string): string | undefined {
  const page = readFileSync(join(clientDir, "index.html"), "utf8");
  return /<link rel="stylesheet"[^>]* href="\.\/([^"]+)"/.exec(page)?.[1];
}

/** Serves the built front end, or says how to build it. */
export async function serveClient(app: FastifyInstance, clientDir: string | undefined): Promise<void> {
  if (clientDir === undefined) {
    const notBuilt = `${sentence("web.not-built")}\n`;
    app.get("/", async (_request, reply) => reply.code(503).type("text/plain; charset=utf-8").send(notBuilt));
    return;
  }
  await app.register(fastifyStatic, {
    root: clientDir,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (response, path) => {
      // Vite names the files in assets/ by their content.
      const content = /[\\/]assets[\\/]/.test(path);
      response.setHeader("cache-control", content ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
