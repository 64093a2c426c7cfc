import type { z } from "zod";
import { ChatError } from "../../port/chat-error.js";

/** Reads what a request brings. @throws ChatError "forbidden" for what the page would not send. */
export function readBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new ChatError("forbidden", "web.bad-request");
  return result.data;
}
