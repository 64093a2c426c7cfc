import type { MetricsSink } from "../domain/metric-event.js";
import type { Metrics } from "./metrics.js";

/** Counts the commands' events. */
export function countEvents(metrics: Metrics): MetricsSink {
  return (event) => {
    switch (event.kind) {
      case "frame-posted":
        metrics.framesPosted.inc({ platform: event.platform });
        return;
      case "frame-dropped":
        metrics.framesDropped.inc({ platform: event.platform, reason: event.why });
        return;
      case "delivered":
      case "undelivered":
        metrics.deliveries.inc({ platform: event.platform, outcome: event.kind === "delivered" ? "posted" : "failed" });
        return;
      case "chat-failed":
        metrics.chatFailures.inc({ platform: event.platform, kind: event.why });
        return;
      case "refused":
        metrics.refused.inc({ reason: event.why });
        return;
    }
  };
}
