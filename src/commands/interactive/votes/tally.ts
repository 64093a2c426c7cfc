/** What a channel has chosen: pure counting. */
import type { Vote } from "../../../store/interactive-messages.js";

export interface StyleShare {
  readonly style: string;
  /** Above 0; all shares together are 1. */
  readonly share: number;
  /** How many people chose it, whatever else they chose. */
  readonly people: number;
}

export interface Tally {
  /** How many have voted. */
  readonly people: number;
  /** The largest share first; of equal ones the one that was chosen first. */
  readonly shares: readonly StyleShare[];
}

/**
 * Counts votes: each person has one, split evenly among the styles that they chose.
 *
 * @param votes in the order in which they were given; those for other than `styles` do not count
 */
export function tally(votes: readonly Vote[], styles: readonly string[]): Tally {
  const choices = new Map<string, Set<string>>();
  for (const { user, choice } of votes) {
    if (styles.includes(choice)) choices.set(user, (choices.get(user) ?? new Set()).add(choice));
  }
  const shares = new Map<string, { share: number; people: number }>();
  for (const { choice } of votes) if (styles.includes(choice)) shares.set(choice, { share: 0, people: 0 });
  for (const chosen of choices.values()) {
    for (const style of chosen) {
      const entry = shares.get(style);
      if (!entry) continue;
      entry.share += 1 / chosen.size / choices.size;
      entry.people += 1;
    }
  }
  const sorted = [...shares].map(([style, counted]) => ({ style, ...counted })).sort((a, b) => b.share - a.share);
  return { people: choices.size, shares: sorted };
}

/**
 * Shares in whole percent that add up to 100, as they would not if each were rounded by itself: what is left of the
 * rounding down goes to those that lost most by it. A style with votes has 1 at least.
 */
export function percents(shares: readonly Pick<StyleShare, "share">[]): readonly number[] {
  const exact = shares.map(({ share }) => share * 100);
  const whole = exact.map((each) => Math.max(1, Math.floor(each)));
  const left = () => 100 - whole.reduce((sum, each) => sum + each, 0);
  const lost = (index: number) => (exact[index] ?? 0) - (whole[index] ?? 0);
  const change = (by: 1 | -1) => {
    const indices = [...whole.keys()].filter((index) => by > 0 || (whole[index] ?? 0) > 1);
    const [first] = indices.sort((a, b) => by * (lost(b) - lost(a)));
    if (first !== undefined) whole[first] = (whole[first] ?? 0) + by;
  };
  for (let steps = Math.abs(left()); shares.length > 0 && steps > 0; steps--) change(left() > 0 ? 1 : -1);
  return whole;
}

/** The `most` largest shares, grown to be 1 together again. */
export function largest({ shares }: Tally, most: number): readonly StyleShare[] {
  const kept = shares.slice(0, most);
  const sum = kept.reduce((total, { share }) => total + share, 0);
  return kept.map((entry) => ({ ...entry, share: entry.share / sum }));
}
