import type { Job } from "../../domain/job.js";
import type { Member } from "../../domain/user.js";

/** May this person cancel the job or delete its pictures? The author and moderators may. */
export function mayManage(user: Member, job: Job): boolean {
  return user.moderator || user.id === job.author.id;
}
