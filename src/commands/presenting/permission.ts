import type { Person } from "../../port/chat.js";
import type { Job } from "../../queue/job.js";

/** May this person cancel the job or delete its pictures? The author and moderators may. */
export function mayManage(person: Person, job: Job): boolean {
  return person.moderator || person.id === job.author.id;
}
