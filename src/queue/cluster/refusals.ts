import { sentence } from "../../shared/sentences/sentence.js";
import { BlobError } from "./blobs/blob-store.js";

/** The Redis that was asked, and the prefix of the keys that it was asked for. */
export interface Asked {
  /** Without user and password. */
  readonly host: string;
  readonly prefix: string;
}

/**
 * Why Redis has not done what it was asked for, in a sentence that says what would help. Undefined for errors that are
 * not its own words, such as a lost connection.
 */
export function refusalOf(error: unknown, { host, prefix }: Asked): string | undefined {
  const said = error instanceof BlobError ? error.cause : error;
  if (!(said instanceof Error) || said.name !== "ReplyError") return undefined;
  // What a script was refused ends with the script's hash and line.
  const reason = said.message.replace(/,? script: .*$/s, "");
  if (isDenied(said)) return sentence("cluster.denied", { host, reason, prefix });
  if (/^MOVED |CROSSSLOT|non local key/.test(reason)) {
    const [, node = "another node"] = /^MOVED \d+ (\S+)/.exec(reason) ?? [];
    const tagged = /\{.+\}/.test(prefix);
    return tagged ? sentence("cluster.other-node", { host, node }) : sentence("cluster.untagged", { host, prefix });
  }
  if (/READONLY /.test(reason)) return sentence("cluster.replica", { host });
  if (/OOM /.test(reason)) return sentence("cluster.full", { host });
  if (/WRONGPASS|NOAUTH/.test(reason)) return sentence("cluster.login", { host, reason });
  return sentence("cluster.refused", { host, reason });
}

/** Whether Redis' user lacks a right. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && /NOPERM|ACL failure|user executing the script can't/.test(error.message);
}
