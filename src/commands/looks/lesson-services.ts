import type { JobRepository } from "../../queue/job-repository.js";
import type { GalleryServices } from "../gallery/service.js";
import type { TimedServices } from "../interactive/timed-messages.js";
import type { RefusalServices } from "../moderation/refusal.js";
import type { JobServices } from "../recipes/start-job.js";
import type { HeartedServices } from "./hearted-works.js";
import type { LookNameServices } from "./look-name.js";

/** What asking people for their works, and teaching from them, needs of the program. */
export interface LessonServices extends TimedServices, GalleryServices, HeartedServices {
  readonly jobs: JobServices["jobs"] & Pick<JobRepository, "result">;
  readonly store: TimedServices["store"] &
    GalleryServices["store"] &
    HeartedServices["store"] &
    JobServices["store"] &
    LookNameServices["store"];
  readonly queue: JobServices["queue"] & LookNameServices["queue"];
  readonly botOptions: JobServices["botOptions"] & LookNameServices["botOptions"];
  readonly settings: GalleryServices["settings"] & JobServices["settings"] & RefusalServices["settings"];
  readonly moderation: GalleryServices["moderation"] & RefusalServices["moderation"];
  readonly presenter: JobServices["presenter"];
  readonly styles: JobServices["styles"];
  readonly metrics: JobServices["metrics"];
}
