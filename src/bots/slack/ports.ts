import { ChatError } from "../../port/chat-error.js";

/** Why a port cannot be listened on, as a sentence. */
export function listenError(cause: unknown, host: string, port: number): ChatError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const why =
    code === "EADDRINUSE"
      ? `Port ${port} on ${host} is taken by another program: stop that one, or choose another with SLACK_PORT.`
      : code === "EACCES"
        ? `Port ${port} on ${host} needs more rights than this program has: choose one above 1023 with SLACK_PORT.`
        : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
          ? `This machine has no address ${host} to listen on: choose 127.0.0.1, or 0.0.0.0 for all, with SLACK_HOST.`
          : `Slack's events cannot be listened for on ${host}:${port}.`;
  return new ChatError("unavailable", why, { cause });
}
