import type { User } from "../../port/chat.js";
import type { Job } from "../../queue/job.js";

/** May this person cancel the job or delete its pictures? The author and moderators may. */
export function mayManage(user: User, job: Job): boolean {
  return user.moderator || user.id === job.author.id;
}
