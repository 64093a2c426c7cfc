/**
 * The word of `words` that a mistyped one most likely meant, or undefined when none is near: by edits (a letter added,
 * left out, changed, or two neighbours swapped), a third of the word's length and `most` at most, or a beginning of it.
 *
 * @example nearest("craetures", ["patterns", "creatures"]); // "creatures"
 */
export function nearest(typed: string, words: Iterable<string>, most = 64): string | undefined {
  const wanted = typed.toLowerCase().slice(0, 64);
  let best: { word: string; distance: number } | undefined;
  for (const word of words) {
    const candidate = word.toLowerCase();
    const beginning = wanted.length >= 2 && candidate.startsWith(wanted);
    const distance = beginning ? 0.5 : edits(wanted, candidate);
    if (distance > Math.min(most, Math.max(1, Math.max(wanted.length, candidate.length) / 3))) continue;
    if (!best || distance < best.distance) best = { word, distance };
  }
  return best?.word;
}

/** Edit distance with swaps of neighbours (optimal string alignment). */
function edits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
