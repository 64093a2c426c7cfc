import { UserError } from "../../user-error.js";

/** Downloads under way, of all people and of one: each may hold as many bytes as a picture may have. */
const MOST = 16;
const MOST_EACH = 2;

/** Keeps the pictures that are fetched at the same time few. Nobody waits here: who asks for too many is told. */
export class Downloads {
  readonly #underWay = new Map<string, number>();
  #all = 0;

  /**
   * @param user whoever asks, across all platforms
   * @throws UserError when there are too many already
   */
  async run<T>(user: string, work: () => Promise<T>): Promise<T> {
    const own = this.#underWay.get(user) ?? 0;
    if (own >= MOST_EACH) throw new UserError("link.busy-person", { count: MOST_EACH });
    if (this.#all >= MOST) throw new UserError("link.busy");
    this.#underWay.set(user, own + 1);
    this.#all++;
    try {
      return await work();
    } finally {
      this.#all--;
      const left = (this.#underWay.get(user) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(user);
      else this.#underWay.set(user, left);
    }
  }
}
