/** A vote as it is stored: pure reading of its payload. */
import type { InteractiveMessage } from "../../../store/interactive-messages.js";
import type { CollectorPayload } from "../reaction-collector.js";
import type { Ballot, Candidate } from "./texts.js";

/** The kind of a stored message on which a channel votes. */
export const VOTE = "vote";
/** A vote that is over: reactions to it mean nothing any more. */
export const VOTE_OVER = "vote-over";

interface VotePayload extends CollectorPayload {
  readonly candidates: readonly Candidate[];
  readonly minutes: number;
  /** The id of the job that it becomes, from when it is over: whether there is one tells after a stop whether it was started. */
  readonly job?: string;
}

export function payloadOf({ payload }: Pick<InteractiveMessage, "payload">): VotePayload {
  return payload as unknown as VotePayload;
}

/** What its message says of it. */
export function ballotOf(vote: Pick<InteractiveMessage, "author" | "payload" | "expiresAt">): Ballot {
  const { candidates, minutes } = payloadOf(vote);
  return {
    opener: vote.author,
    candidates,
    minutes,
    ...(vote.expiresAt === undefined ? {} : { endsAt: vote.expiresAt }),
  };
}
