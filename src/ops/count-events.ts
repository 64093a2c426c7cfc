import type { MetricsSink } from "../domain/metric-event.js";
import type { Metrics } from "./metrics.js";

/** An observer that counts what the commands notice. */
export function countEvents(metrics: Metrics): MetricsSink {
  return (notice) => {
    switch (notice.kind) {
      case "frame-posted":
        metrics.framesPosted.inc({ platform: notice.platform });
        return;
      case "frame-dropped":
        metrics.framesDropped.inc({ platform: notice.platform, reason: notice.why });
        return;
      case "delivered":
      case "undelivered":
        metrics.deliveries.inc({
          platform: notice.platform,
          outcome: notice.kind === "delivered" ? "posted" : "failed",
        });
        return;
      case "chat-failed":
        metrics.chatFailures.inc({ platform: notice.platform, kind: notice.why });
        return;
      case "refused":
        metrics.refused.inc({ reason: notice.why });
        return;
    }
  };
}
