/** A small http server whose every answer a test decides. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FileServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/**
 * @param answer given each request and which one it is, from 1
 * @param host "0.0.0.0" to be reached at every address of this machine
 */
export async function serve(answer: Answer, host = "127.0.0.1"): Promise<FileServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  });
  await new Promise<void>((done) => server.listen(0, host, done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** Where a Range header wants the body to start. */
export function rangeStart(request: IncomingMessage): number | undefined {
  const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

/** Answers with `body`, or the part of it that is asked for. */
export function send(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
  const start = rangeStart(request);
  const rest = body.subarray(start ?? 0);
  const range = start === undefined ? {} : { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` };
  response.writeHead(start === undefined ? 200 : 206, { "content-length": rest.length, ...range });
  response.end(rest);
}
