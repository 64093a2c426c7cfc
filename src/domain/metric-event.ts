/** What happens between jobs and chats that only operators want to know: plain facts, to be counted. */
type MetricEvent =
  /** A frame, or another state of the message that shows progress, is in the chat. */
  | { readonly kind: "frame-posted"; readonly platform: string }
  /** "overtaken": a newer one came before the platform took it; "refused": the platform did not take it. */
  | { readonly kind: "frame-dropped"; readonly platform: string; readonly why: "overtaken" | "refused" }
  /** A final picture has been posted, or could not be posted anywhere. */
  | { readonly kind: "delivered" | "undelivered"; readonly platform: string }
  /**
   * A chat did not do what was asked of it, once; it may have been asked again. `why` is the error's kind, or
   * "unforeseen".
   */
  | { readonly kind: "chat-failed"; readonly platform: string; readonly why: string }
  /** The queue has not taken a job; `why` is the error's kind. */
  | { readonly kind: "refused"; readonly why: string };

/** Receives events. Returns quickly and does not throw. */
export type MetricsSink = (event: MetricEvent) => void;
