import { Mistake } from "../../command.js";

/** Downloads under way, of all people and of one: each may hold as many bytes as a picture may have. */
const MOST = 16;
const MOST_EACH = 2;

/** Keeps the pictures that are fetched at the same time few. Nobody waits here: who asks for too many is told. */
export class Downloads {
  readonly #underWay = new Map<string, number>();
  #all = 0;

  /**
   * @param person whoever asks, across all platforms
   * @throws Mistake when there are too many already
   */
  async run<T>(person: string, work: () => Promise<T>): Promise<T> {
    const own = this.#underWay.get(person) ?? 0;
    if (own >= MOST_EACH)
      throw new Mistake(`I am still fetching ${MOST_EACH} pictures for you; please wait until they are here.`);
    if (this.#all >= MOST) throw new Mistake("I am fetching many pictures just now; please try again in a moment.");
    this.#underWay.set(person, own + 1);
    this.#all++;
    try {
      return await work();
    } finally {
      this.#all--;
      const left = (this.#underWay.get(person) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(person);
      else this.#underWay.set(person, left);
    }
  }
}
