import { randomInt } from "node:crypto";

/** Digits and letters that are not mistaken for one another when read aloud: no 0/O, 1/I/L, 5/S, 8/B, 2/Z, U/V. */
const ALPHABET = "34679ACDEFGHJKMNPQRTWXY";
const LENGTH = 8;

/** A new job's name, for instance "7KQ4M9XA": 8 characters, about 78 thousand million different ones. */
export function newJobId(): string {
  let id = "";
  for (let index = 0; index < LENGTH; index++) id += ALPHABET.charAt(randomInt(ALPHABET.length));
  return id;
}

/**
 * An id, or at least its first 4 characters, as a person types it: any case, "#" before it; undefined when it cannot be
 * one.
 */
export function readJobId(typed: string): string | undefined {
  const id = typed.trim().replace(/^#/, "").toUpperCase();
  if (id.length < 4 || id.length > LENGTH) return undefined;
  return [...id].every((character) => ALPHABET.includes(character)) ? id : undefined;
}
