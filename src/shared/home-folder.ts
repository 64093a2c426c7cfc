import { homedir, userInfo } from "node:os";

/**
 * Debian's name for the home of a user that has none. Whatever wants to write there says that it cannot, and names the
 * folder.
 */
const NONE = "/nonexistent";

/** The user's home folder, also for a user without one: containers may run under a number that no account has. */
export function homeFolder(): string {
  try {
    return homedir() || userInfo().homedir || NONE;
  } catch {
    return NONE;
  }
}
