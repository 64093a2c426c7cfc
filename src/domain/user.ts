/** A person on a platform, as others read the name. */
export interface User {
  readonly id: string;
  readonly name: string;
}

/** A user as a member of a channel, with what the platform lets them do there. */
export interface Member extends User {
  /** May manage the channel (settings, other people's results). */
  readonly moderator: boolean;
}

/** One person everywhere on a platform. */
export interface UserKey {
  readonly platform: string;
  readonly user: string;
}

/** Whether somebody may cancel, change or delete what an author has made. */
export function mayManage(user: Member, { author }: { readonly author: Pick<User, "id"> }): boolean {
  return user.moderator || user.id === author.id;
}
