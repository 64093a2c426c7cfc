/** Keeps secrets out of logs: by where they stand, by what they look like, and by what the settings say they are. */

const HIDDEN = "[hidden]";

/** A field or a setting with such a name holds a secret. */
const SECRET_NAME =
  /^(?:.*(?:token|secret|password|passphrase|access_?key|api_?key)|authorization|proxy-authorization|cookie|set-cookie|moderatorCode)$/i;

/** Shorter values are hidden by their fields' names only: they would be found in the middle of anything. */
const SHORTEST = 6;

/**
 * Every secret in the settings: values whose names say so, and passwords inside addresses.
 *
 * @example secretsOf({ redis: { url: "redis://:swordfish@host" } }); // ["swordfish"]
 */
export function secretsOf(settings: unknown, name = ""): string[] {
  if (typeof settings === "string") {
    if (settings === "") return [];
    return [...(SECRET_NAME.test(name) ? [settings] : []), ...passwordsIn(settings)];
  }
  if (typeof settings !== "object" || settings === null) return [];
  return Object.entries(settings).flatMap(([key, value]) => secretsOf(value, Array.isArray(settings) ? name : key));
}

function passwordsIn(address: string): string[] {
  if (!address.includes("://") || !URL.canParse(address)) return [];
  const { password } = new URL(address);
  if (password === "") return [];
  return [...new Set([password, decode(password)])];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `"token":"..."` and `"authorization":["...","..."]` in JSON, at any depth. */
const FIELD =
  /"((?:[\w-]*(?:token|secret|password|passphrase|access_?key|api_?key))|(?:proxy-)?authorization|(?:set-)?cookie|moderatorCode)":(?:"(?:[^"\\]|\\.)*"|\[(?:"(?:[^"\\]|\\.)*",?)*\])/gi;

/** What secrets look like wherever they are quoted. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  // A password in an address.
  [/([a-z][a-z0-9+.-]*:\/\/[^\s/:@"\\]*):[^\s/@"\\]+@/gi, `$1:${HIDDEN}@`],
  [/\b(Bearer|Basic) [\w.~+/=-]{12,}/g, `$1 ${HIDDEN}`],
  // Slack's tokens.
  [/\bx(?:ox[a-z]|app|oxe)-[\w.-]{8,}/g, HIDDEN],
  // Discord's.
  [/\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,45}/g, HIDDEN],
];

/**
 * A function that hides secrets in a line of the log, which is JSON and stays so.
 *
 * @param secrets values that must not appear; see {@link secretsOf}
 */
export function hideSecrets(secrets: readonly string[]): (line: string) => string {
  const values = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((value) => value.length >= SHORTEST)
    .map((value) => JSON.stringify(value).slice(1, -1))
    // The longest first: one secret may be a part of another.
    .sort((a, b) => b.length - a.length)
    .map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // Not inside a longer word or number, or digits alone would break the time.
  const known = values.length === 0 ? undefined : new RegExp(`(?<![A-Za-z0-9])(?:${values.join("|")})(?![A-Za-z0-9])`, "g");
  return (line) => {
    let hidden = known ? line.replace(known, HIDDEN) : line;
    hidden = hidden.replace(FIELD, `"$1":"${HIDDEN}"`);
    for (const [pattern, by] of LOOKS) hidden = hidden.replace(pattern, by);
    return hidden;
  };
}
