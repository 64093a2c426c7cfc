/** What hostile inputs are made of. */
import { type Random, randomInteger } from "../../src/engine/images/random.js";

export function pick<T>(next: Random, of: readonly [T, ...T[]] | readonly T[]): T {
  return of[Math.floor(next() * of.length)] as T;
}

/** So many of something, at most. */
export function some<T>(next: Random, most: number, make: () => T): T[] {
  return Array.from({ length: randomInteger(next, 0, most) }, make);
}

export function noise(next: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)));
}

/** Texts that mean something to one program or another. */
const SPECIAL: readonly string[] = [
  ...["", " ", "\0", "\r\n", "\t", "\u0085", "\u2028", "\uFEFF", "\u200B", "\u202E", "\uD800", "\uDC00", "\u0301"],
  ...["👩‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "ﷺ", "İ", "ß", "①", "ＡＢＣ", "Z̴̧̛a̷l̶g̸o̵", "日本語", "עברית"],
  ...["__proto__", "constructor", "toString", "null", "undefined", "true", "NaN", "Infinity", "-0", "1e309"],
  ...["9007199254740993", "-1", "0", "0x10", "1,5", "١٢٣", "99999999999999999999"],
  ...["'; DROP TABLE message; --", '" OR 1=1 --', "%", "_", "*", "$" + "{7*7}", "{{7*7}}", "$(reboot)", "`id`"],
  ...["<script>alert(1)</script>", "javascript:alert(1)", "<@U1>", "@everyone", "@Dreamloom", "[a](b)", "```", "**"],
  ...["../", "..\\", "%2e%2e%2f", "%00", "%", "%zz", "%C0%AE", "/etc/passwd", "C:\\", "file:///etc/passwd", "~"],
];

const PLAIN = "abcdefghijklmnopqrstuvwxyz ABCXYZ 0123456789 -_.,:;!?'\"/\\@#&=+()[]{}<>|^~*`$%";

/** A text as people hardly write it, of a few pieces; now and then a long one. */
export function oddText(next: Random, longest = 20_000): string {
  const piece = (): string => {
    const kind = next();
    if (kind < 0.45) return pick(next, SPECIAL);
    if (kind < 0.85) return some(next, 12, () => PLAIN.charAt(Math.floor(next() * PLAIN.length))).join("");
    return some(next, 6, () => String.fromCodePoint(randomInteger(next, 1, 0x10ffff))).join("");
  };
  const pieces = Array.from({ length: randomInteger(next, 1, 4) }, piece).join("");
  if (next() < 0.97 || pieces === "") return pieces.slice(0, longest);
  return pieces.repeat(Math.ceil(randomInteger(next, 1, longest) / pieces.length)).slice(0, longest);
}

/** A value as JSON may hold it. */
export function oddValue(next: Random, depth = 3): unknown {
  const kind = next();
  if (kind < 0.5) return oddText(next);
  if (kind < 0.6) return pick(next, [0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, Number.MIN_VALUE]);
  if (kind < 0.75) return pick(next, [null, true, false, [], {}]);
  if (depth === 0) return "";
  if (kind < 0.85) return some(next, 4, () => oddValue(next, depth - 1));
  return Object.fromEntries(some(next, 4, () => [oddText(next, 40), oddValue(next, depth - 1)]));
}

/** Numbers at which programs go wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** One change of a file or of a message, as an attacker or a failing disk makes it. */
function mutatedOnce(next: Random, bytes: Buffer): Buffer {
  const at = Math.floor(next() * bytes.length);
  const length = Math.min(bytes.length - at, randomInteger(next, 1, 64));
  const rest = bytes.subarray(at + length);
  const copy = Buffer.from(bytes);
  switch (randomInteger(next, 0, 7)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << randomInteger(next, 0, 7));
      return copy;
    case 1:
      copy[at] = Math.floor(next() * 256);
      return copy;
    case 2: {
      if (at + 4 > copy.length) return copy;
      const value = pick(next, EDGES);
      if (next() < 0.5) copy.writeUInt32BE(value, at);
      else copy.writeUInt32LE(value, at);
      return copy;
    }
    case 3:
      return copy.subarray(0, at);
    case 4:
      return Buffer.concat([copy.subarray(0, at), rest]);
    case 5:
      return Buffer.concat([copy.subarray(0, at), noise(next, length), rest]);
    case 6:
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
    default: {
      const from = Math.floor(next() * bytes.length);
      bytes.copy(copy, at, from, from + length);
      return copy;
    }
  }
}

export function mutated(next: Random, bytes: Buffer): Buffer {
  let changed = bytes;
  for (let left = randomInteger(next, 1, 6); left > 0; left--) changed = mutatedOnce(next, changed);
  return changed;
}
