import { type ChannelRef, isResult, type MessageRef } from "../../domain/model.js";
import { HISTORY_PATIENCE_MS } from "./limits.js";
import { readMessage, type SlackFile, type SlackMessage } from "./messages.js";
import type { CallOptions, Workspace } from "./workspace.js";

/** How far back an image or a key is looked for, in pages. */
const PAGES = 3;
const PAGE = 100;
/** What apps outside the Marketplace get, once a minute: more is not waited for. */
const SMALL_PAGE = 15;

interface Page {
  readonly messages?: readonly unknown[];
  readonly response_metadata?: { readonly next_cursor?: string };
}

/** The message behind a reference; undefined when it is not there. A reference without a thread may lead into one. */
export async function findMessage(
  workspace: Workspace,
  { channel, id }: MessageRef,
): Promise<SlackMessage | undefined> {
  const { thread } = channel;
  const isMeant = ({ ts }: SlackMessage) => ts === id;
  if (thread === undefined || thread === id) {
    const page = await readPage(workspace, channel.id, undefined, { ...only(id), limit: 1 });
    const found = page.messages.find(isMeant);
    if (found) return found;
  }
  const { messages } = await readPage(workspace, channel.id, thread ?? id, only(id));
  const found = messages.find(isMeant);
  // Slack answers with the thread's first message and the one that was meant; servers that do not know the bounds
  // begin at the beginning.
  if (found || !messages.some(({ ts }) => ts !== thread && ts !== id)) return found;
  return newest(workspace, channel, isMeant);
}

/** The thread that a message is in, if it is in one. */
export async function threadOf(workspace: Workspace, channelId: string, ts: string): Promise<string | undefined> {
  const { messages } = await readPage(workspace, channelId, ts, only(ts), { patienceMs: 5_000 });
  return messages.find((message) => message.ts === ts)?.thread;
}

/**
 * Those of a message's images that may be the newest of its channel, the last one first: all that others show; of what
 * the bot has posted the results, see `port/newest.ts`.
 */
export function newestIn(workspace: Pick<Workspace, "wrote">, message: SlackMessage): readonly SlackFile[] {
  const { key } = message.metadata ?? {};
  const counts = ({ aside, name }: SlackFile): boolean =>
    !aside && (!workspace.wrote(message) || isResult({ name, key }));
  return message.pictures.filter(counts).reverse();
}

/** The newest message of a channel or thread that fits. */
export async function newest(
  workspace: Workspace,
  channel: ChannelRef,
  fits: (message: SlackMessage) => boolean,
): Promise<SlackMessage | undefined> {
  return firstOf(newestFirst(workspace, channel), fits);
}

export async function firstOf<T>(all: AsyncIterable<T>, fits: (each: T) => boolean): Promise<T | undefined> {
  for await (const each of all) if (fits(each)) return each;
  return undefined;
}

/** The messages of a channel or thread, read as far as they are wanted. */
export async function* newestFirst(
  workspace: Workspace,
  { id: channelId, thread }: ChannelRef,
): AsyncGenerator<SlackMessage, undefined> {
  let cursor: string | undefined;
  const inThread: SlackMessage[] = [];
  // A channel comes newest first, a thread oldest first.
  for (let pages = 0; pages < (thread === undefined ? PAGES : 3 * PAGES); pages++) {
    const page = await readPage(workspace, channelId, thread, { limit: PAGE, cursor });
    if (thread === undefined) yield* page.messages;
    else inThread.push(...page.messages);
    cursor = page.next;
    if (cursor === undefined || page.messages.length <= SMALL_PAGE) break;
  }
  yield* inThread.reverse();
}

/** What can be gone through many times, and from the beginning each time, and is read only once. */
export function readOnce<T>(source: AsyncIterator<T, undefined>): AsyncIterable<T> {
  const read: Promise<IteratorResult<T, undefined>>[] = [];
  return {
    async *[Symbol.asyncIterator]() {
      for (let index = 0; ; index++) {
        const next = read[index] ?? source.next();
        read[index] = next;
        const { done, value } = await next;
        if (done) return;
        yield value;
      }
    },
  };
}

interface Bounds {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly latest?: string;
  readonly oldest?: string;
  readonly inclusive?: boolean;
}

function only(ts: string): Bounds {
  return { latest: ts, oldest: ts, inclusive: true, limit: 10 };
}

/** A page of a channel's messages, or of a thread's where one is given. */
async function readPage(
  workspace: Workspace,
  channel: string,
  thread: string | undefined,
  bounds: Bounds,
  options: CallOptions = {},
): Promise<{ readonly messages: readonly SlackMessage[]; readonly next: string | undefined }> {
  const args = { channel, include_all_metadata: true, ...bounds };
  const repeatable = { patienceMs: HISTORY_PATIENCE_MS, ...options, repeatable: true };
  const { messages = [], response_metadata }: Page =
    thread === undefined
      ? await workspace.call("conversations.history", args, repeatable)
      : await workspace.call("conversations.replies", { ...args, ts: thread }, repeatable);
  return {
    messages: messages.flatMap((message) => readMessage(message) ?? []),
    next: response_metadata?.next_cursor || undefined,
  };
}
