import type { Community, Member, User, UserKey } from "../../src/domain/model.js";
import { ChatError } from "../../src/port/chat-error.js";
import type { BarredPerson, ChatModeration, ModerationAct } from "../../src/port/moderation.js";

type Noted = Omit<ModerationAct, "at" | "by">;

/** Notes what a chat asks of it, and refuses everybody but moderators, as the real one does. */
export class FakeModeration implements ChatModeration {
  readonly noted: (Noted & { readonly by: string })[] = [];
  readonly asked: string[] = [];
  barred: readonly BarredPerson[] = [];
  /** Works that there are to hide. */
  works = 1;

  note(by: Member, act: Noted): void {
    mustModerate(by);
    this.noted.push({ ...act, by: by.name });
  }

  acts(by: Member): readonly ModerationAct[] {
    mustModerate(by);
    return this.noted.toReversed().map((act) => ({ ...act, at: 1, by: { id: "", name: act.by } }));
  }

  bars(by: Member): readonly BarredPerson[] {
    mustModerate(by);
    return this.barred;
  }

  setBarred(by: Member, _where: Community, { id, name }: User, barred: boolean): void {
    mustModerate(by);
    const others = this.barred.filter((other) => other.id !== id);
    this.barred = barred ? [{ id, name, by: { id: by.id, name: by.name }, at: 1 }, ...others] : others;
  }

  cancelJobs(by: Member, { platform, user }: UserKey): number {
    mustModerate(by);
    this.asked.push(`cancel ${platform} ${user}`);
    return 2;
  }

  hideWorks(by: Member, { platform, user }: UserKey, hidden: boolean): number {
    mustModerate(by);
    this.asked.push(`${hidden ? "hide" : "show"} ${platform} ${user}`);
    return this.works;
  }
}

function mustModerate({ moderatesAll }: Member): void {
  if (!moderatesAll) throw new ChatError("forbidden", "admin.forbidden");
}
