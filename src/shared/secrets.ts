/** Keeps secrets out of logs: by where they stand, by what they look like, and by what the settings say they are. */

const HIDDEN = "[hidden]";

/** A field or a setting with such a name holds a secret. */
const SECRET_NAME =
  /^(?:.*(?:token|secret|password|passphrase|passwd|_pass|_key|access_?key|api_?key|encryption_?key)|authorization|proxy-authorization|cookie|set-cookie|moderatorCode|.*moderator_code)$/i;

/** Whether what has such a name is a secret. */
export function namesSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/**
 * The environment for processes that open strangers' files, or need no secret: without tokens, keys and addresses with
 * a password, but for those of proxies.
 */
export function withoutSecrets(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const isSecret = ([name, value = ""]: [string, string | undefined]): boolean =>
    namesSecret(name) || (!/proxy$/i.test(name) && passwordsIn(value).length > 0);
  return Object.fromEntries(Object.entries(env).filter((entry) => !isSecret(entry)));
}

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

/** Names of fields that hold a secret, in JSON and in forms. */
const NAMES =
  "[\\w-]*(?:token|secret|password|passphrase|passwd|access_?key|api_?key|private_?key|signing_?key|encryption_?key)|" +
  "(?:proxy-)?authorization|(?:set-)?cookie|moderatorCode";

/** `"token":"..."` and `"authorization":["...","..."]` in JSON, at any depth. */
const FIELD = new RegExp(`"(${NAMES})":(?:"(?:[^"\\\\]|\\\\.)*"|\\[(?:"(?:[^"\\\\]|\\\\.)*",?)*\\])`, "gi");
/** The same in JSON that is quoted inside a text, however often. */
const QUOTED_FIELD = new RegExp(`(\\\\+")(${NAMES})\\1:\\s*\\1(?:(?!\\1).)*\\1`, "gi");
/** In forms and addresses. */
const PARAMETER = new RegExp(`(?<![\\w-])((?:${NAMES}|x-amz-[\\w-]+)=)[^\\s&"'\\\\#;]+`, "gi");

/** What secrets look like wherever they are quoted. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  // A password in an address.
  [/([a-z][a-z0-9+.-]*:\/\/[^\s/:@"\\]*):[^\s/"\\]+@/gi, `$1:${HIDDEN}@`],
  // What an address is signed with, or opens a connection, or is exchanged for a token.
  [/([?&](?:ticket|code|state|sig|signature|hm)=)[^\s&"'\\#]+/gi, `$1${HIDDEN}`],
  // Addresses that are secrets themselves, as knowing them is enough to write.
  [/\b(webhooks|interactions)\/(\d+)\/[\w-]{16,}/g, `$1/$2/${HIDDEN}`],
  [/\b(hooks\.slack\.com\/\w+|files\.slack\.com\/upload\/\w+)\/[^\s"'\\?#]+/g, `$1/${HIDDEN}`],
  // What ioredis says of a login that failed.
  [/("name":"(?:auth|hello)","args":)\[(?:"(?:[^"\\]|\\.)*",?)*\]/gi, `$1["${HIDDEN}"]`],
  [/\b(Bearer|Basic|Bot) [\w.~+/=-]{12,}/g, `$1 ${HIDDEN}`],
  // Slack's tokens.
  [/\bx(?:ox[a-z]|app|oxe)-[\w.-]{8,}/g, HIDDEN],
  // Discord's: of bots, and of one interaction ("interaction:" in base64).
  [/\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,45}/g, HIDDEN],
  [/\baW50ZXJhY3Rpb246[\w-]{8,}/g, HIDDEN],
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
    .sort((a, b) => b.length - a.length);
  const known = [
    ...patternOf(values.filter(isUnmistakable), "", ""),
    ...patternOf(
      values.filter((value) => !isUnmistakable(value)),
      ...EDGES,
    ),
  ];
  return (line) => {
    let hidden = line;
    for (const pattern of known) hidden = hidden.replace(pattern, HIDDEN);
    hidden = hidden.replace(FIELD, `"$1":"${HIDDEN}"`);
    hidden = hidden.replace(QUOTED_FIELD, `$1$2$1:$1${HIDDEN}$1`);
    hidden = hidden.replace(PARAMETER, `$1${HIDDEN}`);
    for (const [pattern, by] of LOOKS) hidden = hidden.replace(pattern, by);
    return hidden;
  };
}

/** Nothing else has it inside by chance. */
function isUnmistakable(value: string): boolean {
  return value.length >= 12 && /\D/.test(value);
}

/**
 * Not inside a longer word or number, or digits alone would break the time; but what stands before it may end an
 * escape: \n, %3A.
 */
const EDGES = ["(?:(?<![A-Za-z0-9])|(?<=\\\\[bfnrt])|(?<=%[0-9A-Fa-f]{2}))", "(?![A-Za-z0-9])"] as const;

function patternOf(values: readonly string[], before: string, after: string): RegExp[] {
  if (values.length === 0) return [];
  const quoted = values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return [new RegExp(`${before}(?:${quoted.join("|")})${after}`, "g")];
}
