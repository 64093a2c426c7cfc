import type { ChatErrorKind } from "../port/chat-error.js";
import type { QueueErrorKind } from "../queue/queue.js";

/** What happens between jobs and chats that nobody but an operator wants to know: plain facts, for whoever counts them. */
export type MetricEvent =
  /** A frame, or another state of the message that shows progress, is in the chat. */
  | { readonly kind: "frame-posted"; readonly platform: string }
  /** "overtaken": a newer one came before the platform took it; "refused": the platform did not take it. */
  | { readonly kind: "frame-dropped"; readonly platform: string; readonly why: "overtaken" | "refused" }
  /** A final picture has been posted, or could not be posted anywhere. */
  | { readonly kind: "delivered" | "undelivered"; readonly platform: string }
  /** A chat did not do what was asked of it, once; it may have been asked again. */
  | { readonly kind: "chat-failed"; readonly platform: string; readonly why: ChatErrorKind | "unforeseen" }
  /** The queue has not taken a job. */
  | { readonly kind: "refused"; readonly why: QueueErrorKind };

/** Hears of notices. Returns quickly and does not throw. */
export type MetricsSink = (notice: MetricEvent) => void;
