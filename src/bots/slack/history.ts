import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import { readMessage, type SlackMessage } from "./messages.js";
import type { Workspace } from "./workspace.js";

/** How far back a picture or a key is looked for, in pages. */
const PAGES = 3;
const PAGE = 100;

interface Page {
  readonly messages?: readonly unknown[];
  readonly response_metadata?: { readonly next_cursor?: string };
}

/** The message behind a reference; undefined when it is not there. A reference without a thread may lead into one all the same. */
export async function findMessage(
  workspace: Workspace,
  { channel, id }: MessageRef,
): Promise<SlackMessage | undefined> {
  const { id: channelId, thread } = channel;
  if (thread === undefined || thread === id) {
    const page = await workspace.call(
      "conversations.history",
      (client, token) =>
        client.conversations.history({
          token,
          channel: channelId,
          latest: id,
          oldest: id,
          inclusive: true,
          limit: 1,
          include_all_metadata: true,
        }),
      { repeatable: true },
    );
    const found = read(page).find(({ ts }) => ts === id);
    if (found) return found;
  }
  const page = await workspace.call(
    "conversations.replies",
    (client, token) =>
      client.conversations.replies({
        token,
        channel: channelId,
        ts: thread ?? id,
        latest: id,
        oldest: id,
        inclusive: true,
        limit: 10,
        include_all_metadata: true,
      }),
    { repeatable: true },
  );
  const messages = read(page);
  const found = messages.find(({ ts }) => ts === id);
  // Slack answers with the thread's first message and the one that was meant; others may not know the bounds and begin at the beginning.
  if (found || !messages.some(({ ts }) => ts !== thread && ts !== id)) return found;
  return newest(workspace, channel, ({ ts }) => ts === id);
}

/** The thread that a message is in, if it is in one. */
export async function threadOf(workspace: Workspace, channelId: string, ts: string): Promise<string | undefined> {
  const page = await workspace.call(
    "conversations.replies",
    (client, token) =>
      client.conversations.replies({
        token,
        channel: channelId,
        ts,
        latest: ts,
        oldest: ts,
        inclusive: true,
        limit: 10,
      }),
    { repeatable: true, patienceMs: 5_000 },
  );
  return read(page).find((message) => message.ts === ts)?.thread;
}

/** The newest message of a place that fits. */
export async function newest(
  workspace: Workspace,
  channel: ChannelRef,
  fits: (message: SlackMessage) => boolean,
  patienceMs?: number,
): Promise<SlackMessage | undefined> {
  const options = { repeatable: true, ...(patienceMs === undefined ? {} : { patienceMs }) };
  const { id: channelId, thread } = channel;
  let cursor: string | undefined;
  let found: SlackMessage | undefined;
  // A channel comes newest first, a thread oldest first.
  for (let pages = 0; pages < (thread === undefined ? PAGES : 3 * PAGES); pages++) {
    const common = {
      channel: channelId,
      limit: PAGE,
      include_all_metadata: true,
      ...(cursor === undefined ? {} : { cursor }),
    };
    const page: Page =
      thread === undefined
        ? await workspace.call(
            "conversations.history",
            (client, token) => client.conversations.history({ token, ...common }),
            options,
          )
        : await workspace.call(
            "conversations.replies",
            (client, token) => client.conversations.replies({ token, ...common, ts: thread }),
            options,
          );
    const messages = read(page).filter(fits);
    if (thread === undefined && messages[0]) return messages[0];
    found = messages.at(-1) ?? found;
    cursor = page.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return found;
}

function read(page: Page): SlackMessage[] {
  return (page.messages ?? []).flatMap((message) => readMessage(message) ?? []);
}
