/** The Web API's methods, as far as the bot uses them; everything else is unknown here and a violation. */
import type { KnownBlock } from "@slack/types";
import { toUnicode } from "../../../src/bots/slack/emoji.js";
import { tellOfMessage } from "./events.js";
import type { FakeSlack } from "./server.js";
import { type Channel, type Message, newId, newTs, type StoredFile, sniff, type Team, type Token } from "./state.js";
import { OUTSIDE_MARKETPLACE_PAGE } from "./tiers.js";
import { fields, metadataProblem, Rules } from "./validate.js";

export type Arguments = Readonly<Record<string, unknown>>;

export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(code);
  }
}

export interface Call {
  readonly fake: FakeSlack;
  readonly team: Team;
  readonly token: Token;
  readonly args: Arguments;
}

type Method = (call: Call) => Promise<object> | object;

export const METHODS: Readonly<Record<string, Method>> = {
  "auth.test": ({ team, fake }) =>
    fake.manners.sparse
      ? { team_id: team.id, user_id: team.bot.id }
      : {
          url: `${fake.url}/`,
          team: "Fake",
          user: team.bot.name,
          user_id: team.bot.id,
          bot_id: team.botId,
          // A token of a whole organisation knows no workspace.
          team_id: team.organisation ?? team.id,
          enterprise_id: team.organisation,
          is_enterprise_install: team.organisation !== undefined,
        },
  "users.info": (call) => {
    need(call, "users:read");
    const user = call.team.users.get(text(call, "user"));
    if (!user) throw new ApiError("user_not_found");
    // Who has no picture has one that Slack draws.
    const image = user.avatar ? { image_original: user.avatar, is_custom_image: true } : {};
    const drawn = { image_512: user.avatar ?? "https://secure.gravatar.com/avatar/0.png" };
    const profile = { display_name: user.displayName, real_name: user.displayName, ...drawn, ...image };
    return {
      user: {
        id: user.id,
        name: user.name,
        real_name: user.displayName,
        profile,
        team_id: user.home ?? call.team.id,
        is_admin: user.admin,
        is_owner: false,
        is_bot: user.bot,
        is_stranger: user.home !== undefined,
        is_restricted: user.guest !== undefined,
        is_ultra_restricted: user.guest === "single-channel",
      },
    };
  },
  "emoji.list": (call) => {
    need(call, "emoji:read");
    return { emoji: Object.fromEntries(call.team.emoji) };
  },
  "conversations.info": (call) => {
    const channel = channelOf(call);
    need(call, `${prefix(channel)}:read`);
    const { id, name, kind, members, archived, sharedWith } = channel;
    if (kind === "im" && !members.has(call.team.bot.id)) throw new ApiError("channel_not_found");
    if (kind === "private" && !members.has(call.team.bot.id)) throw new ApiError("channel_not_found");
    return {
      channel: {
        id,
        is_im: kind === "im",
        is_private: kind !== "public",
        is_archived: archived,
        is_mpim: false,
        is_ext_shared: sharedWith !== undefined,
        ...(kind === "im" ? {} : { name, is_member: members.has(call.team.bot.id) }),
      },
    };
  },
  "conversations.open": (call) => {
    need(call, "im:write");
    const user = text(call, "users");
    if (!call.team.users.has(user)) throw new ApiError("user_not_found");
    return { channel: { id: call.fake.directMessage({ id: user }, call.team).id } };
  },
  "conversations.history": (call) => {
    const channel = readable(call);
    const roots = call.team.messages.filter(
      (message) => message.channel === channel.id && message.thread === undefined,
    );
    return page(call, visible(roots).reverse());
  },
  "conversations.replies": (call) => {
    const channel = readable(call);
    const ts = text(call, "ts");
    const named = call.team.messages.find(
      (message) => message.channel === channel.id && message.ts === ts && message.ephemeralFor === undefined,
    );
    if (!named || (named.deleted && !call.team.messages.some((message) => message.thread === ts && !message.deleted))) {
      throw new ApiError("thread_not_found");
    }
    const root = named.thread ?? ts;
    const thread = call.team.messages.filter(
      (message) => message.channel === channel.id && (message.ts === root || message.thread === root),
    );
    return page(call, visible(thread), root);
  },
  "chat.postMessage": (call) => {
    need(call, "chat:write");
    const channel = postable(call, directOf(call));
    const thread = optional(call, "thread_ts");
    if (thread !== undefined) {
      const root = call.team.messages.find((message) => message.channel === channel.id && message.ts === thread);
      if (!root || root.deleted) throw new ApiError("thread_not_found");
      if (root.thread !== undefined)
        call.fake.violate(`chat.postMessage: thread_ts ${thread} is an answer, not a thread`);
    }
    const message = fill(call, { ...blank(call.team, channel.id), thread });
    call.team.messages.push(message);
    void tellOfMessage(call.fake, call.team, message, "posted");
    return { channel: channel.id, ts: message.ts, message: shape(call.fake, message, false) };
  },
  "chat.update": (call) => {
    need(call, "chat:write");
    if (String(call.args.text ?? "").length > 4_000) throw new ApiError("msg_too_long");
    const message = ownMessage(call, text(call, "ts"), "cant_update_message");
    fill(call, message);
    message.edits += 1;
    void tellOfMessage(call.fake, call.team, message, "changed");
    return { channel: message.channel, ts: message.ts, text: message.text, message: shape(call.fake, message, false) };
  },
  "chat.delete": (call) => {
    need(call, "chat:write");
    const message = ownMessage(call, text(call, "ts"), "cant_delete_message");
    message.deleted = true;
    void tellOfMessage(call.fake, call.team, message, "deleted");
    return { channel: message.channel, ts: message.ts };
  },
  "chat.postEphemeral": (call) => {
    need(call, "chat:write");
    const channel = postable(call);
    const user = text(call, "user");
    if (!channel.members.has(user)) throw new ApiError("user_not_in_channel");
    const message = fill(call, { ...blank(call.team, channel.id, user), thread: optional(call, "thread_ts") });
    call.team.messages.push(message);
    return { message_ts: message.ts };
  },
  "chat.getPermalink": (call) => {
    const { id } = channelOf(call);
    const ts = text(call, "message_ts");
    if (!call.team.find(id, ts)) throw new ApiError("message_not_found");
    return { channel: id, permalink: `https://fake.slack.com/archives/${id}/p${ts.replace(".", "")}` };
  },
  "reactions.add": (call) => {
    need(call, "reactions:write");
    const name = text(call, "name");
    if (toUnicode(name) === `:${name}:` && !call.fake.customEmoji.has(name)) throw new ApiError("invalid_name");
    const message = call.team.find(postable(call).id, text(call, "timestamp"));
    if (!message) throw new ApiError("message_not_found");
    const people = message.reactions.get(name) ?? new Set();
    if (people.has(call.team.bot.id)) throw new ApiError("already_reacted");
    if (message.reactions.size >= 50) throw new ApiError("too_many_emoji");
    const own = [...message.reactions.values()].filter((users) => users.has(call.team.bot.id));
    if (own.length >= 23) throw new ApiError("too_many_reactions");
    message.reactions.set(name, people.add(call.team.bot.id));
    return {};
  },
  "reactions.get": (call) => {
    need(call, "reactions:read");
    const message = call.team.find(channelOf(call).id, text(call, "timestamp"));
    if (!message || message.deleted) throw new ApiError("message_not_found");
    // Without "full" Slack names only some of those who reacted.
    const shown = call.args.full === true || call.args.full === "true" ? Number.POSITIVE_INFINITY : 1;
    const reactions = [...message.reactions]
      .filter(([, people]) => people.size > 0)
      .map(([name, people]) => ({ name, count: people.size, users: [...people].slice(0, shown) }));
    return { type: "message", channel: message.channel, message: { ...shape(call.fake, message, false), reactions } };
  },
  "files.getUploadURLExternal": (call) => {
    need(call, "files:write");
    const length = Number(call.args.length);
    if (!Number.isInteger(length) || length < 1) throw new ApiError("invalid_arguments");
    const alt = optional(call, "alt_txt");
    const image = /\.(png|jpe?g|gif|webp)$/i.test(text(call, "filename"));
    if (call.args.alt_text !== undefined || (alt !== undefined && !image)) {
      call.fake.violate(
        `files.getUploadURLExternal: ${alt === undefined ? "alt_text" : "alt_txt for what is no image"}`,
      );
      throw new ApiError("invalid_arguments");
    }
    if (alt !== undefined && alt.length > 1_000) throw new ApiError("alt_txt_too_large");
    const file: StoredFile = {
      id: newId("F"),
      team: call.team.id,
      name: text(call, "filename"),
      title: "",
      length,
      owner: call.team.bot.id,
      alt,
      bytes: undefined,
      completed: false,
      readyAt: 0,
      deleted: false,
      shares: [],
    };
    call.fake.files.set(file.id, file);
    return { upload_url: `${call.fake.filesUrl}/upload/${file.id}`, file_id: file.id };
  },
  "files.completeUploadExternal": (call) => {
    need(call, "files:write");
    const files = Array.isArray(call.args.files) ? call.args.files : [];
    if (files.length === 0) throw new ApiError("invalid_arguments");
    const named = optional(call, "channel_id");
    if (named !== undefined && !/^[CGDZ][A-Z0-9]{8,}$/.test(named)) throw new ApiError("invalid_arguments");
    const channel = named === undefined ? undefined : postable(call, named);
    const done = files.map((value) => {
      const { id, title } = fields(value);
      const file = call.fake.files.get(String(id));
      if (!file?.bytes || file.deleted) throw new ApiError("file_not_found");
      if (file.completed) call.fake.violate(`files.completeUploadExternal: ${file.id} a second time`);
      Object.assign(file, {
        completed: true,
        title: typeof title === "string" ? title : file.name,
        readyAt: Date.now() + call.fake.processingMs,
      });
      return file;
    });
    if (channel) setTimeout(() => share(call, channel, done), call.fake.processingMs);
    return { files: done.map((file) => fileShape(call.fake, file)) };
  },
  "files.info": (call) => {
    need(call, "files:read");
    if (call.fake.manners.fileTypes === "forbidden") throw new ApiError("missing_scope", { needed: "files:read" });
    return { file: fileShape(call.fake, knownFile(call)) };
  },
  "files.delete": (call) => {
    need(call, "files:write");
    const file = knownFile(call);
    if (file.owner !== call.team.bot.id) throw new ApiError("cant_delete_file");
    const shown = call.team.messages.some(
      ({ deleted, blocks }) => !deleted && JSON.stringify(blocks).includes(`"${file.id}"`),
    );
    if (shown) call.fake.violate(`files.delete: ${file.name} (${file.id}) while a message shows it`);
    file.deleted = true;
    // What was nothing but the file goes with it.
    for (const message of call.team.messages)
      if (message.files.includes(file.id) && message.text === "") message.deleted = true;
    return {};
  },
  "views.open": (call) => {
    const trigger = call.fake.triggers.get(text(call, "trigger_id"));
    if (!trigger) throw new ApiError("invalid_trigger_id");
    if (Date.now() - trigger.at > 3_000) {
      call.fake.violate("views.open: more than 3 s after the trigger");
      throw new ApiError("expired_trigger_id");
    }
    if (trigger.used) throw new ApiError("exchanged_trigger_id");
    trigger.used = true;
    checkView(call, call.args.view);
    const view = {
      id: newId("V"),
      team: call.team.id,
      user: trigger.user,
      view: call.args.view as never,
      trigger: text(call, "trigger_id"),
    };
    call.fake.openViews.push(view);
    return { view: { ...fields(call.args.view), id: view.id } };
  },
  "views.publish": (call) => {
    const user = text(call, "user_id");
    if (!call.team.users.has(user)) throw new ApiError("user_not_found");
    checkView(call, call.args.view);
    call.team.homes.set(user, call.args.view as never);
    return { view: call.args.view };
  },
};

function checkView({ fake, team }: Call, view: unknown): void {
  if (fake.manners.noFilesInBlocks && JSON.stringify(view).includes("slack_file"))
    throw new ApiError("invalid_arguments");
  const rules = rulesFor(fake, team).view(view);
  if (rules.problems.length === 0 && rules.notReady.length === 0) return;
  for (const problem of rules.problems) fake.violate(`view: ${problem}`);
  throw new ApiError("invalid_arguments", {
    response_metadata: { messages: [...rules.problems, ...rules.notReady].map((each) => `[ERROR] ${each}`) },
  });
}

function rulesFor(fake: FakeSlack, team: Team): Rules {
  return new Rules((id) => {
    const file = fake.files.get(id);
    if (!file?.completed || file.deleted || file.team !== team.id) return undefined;
    return { ready: Date.now() >= file.readyAt, type: sniff(file.bytes ?? new Uint8Array()) };
  });
}

/** Puts text, blocks and metadata of a call into a message; what an edit does not name stays, except for the text. */
function fill(call: Call, message: Message): Message {
  const { fake, args } = call;
  const said = typeof args.text === "string" ? args.text : "";
  const blocks = Array.isArray(args.blocks) ? (args.blocks as KnownBlock[]) : undefined;
  if (said === "" && (blocks ?? []).length === 0) throw new ApiError("no_text");
  if (said.length > 40_000) fake.violate(`a text of ${said.length} characters`);
  if (said.length > 40_000) throw new ApiError("msg_too_long");
  if (blocks) {
    if (fake.manners.noFilesInBlocks && JSON.stringify(blocks).includes("slack_file")) {
      throw new ApiError("invalid_blocks", { errors: ["missing required field: image_url"] });
    }
    const rules = rulesFor(fake, call.team).message(blocks);
    for (const problem of rules.problems) fake.violate(`blocks: ${problem}`);
    const wrong = [...rules.problems, ...rules.notReady];
    if (wrong.length > 0) {
      fake.refusedForFiles += rules.notReady.length;
      if (fake.manners.noReasons) throw new ApiError("invalid_blocks");
      throw new ApiError("invalid_blocks", {
        errors: wrong,
        response_metadata: { messages: wrong.map((each) => `[ERROR] ${each}`) },
      });
    }
    message.blocks = blocks;
  }
  if (args.metadata !== undefined) {
    const problem = metadataProblem(args.metadata);
    if (problem) fake.violate(problem);
    if (problem) throw new ApiError(problem);
    message.metadata = args.metadata as Message["metadata"];
  }
  message.text = said;
  return message;
}

function blank(team: Team, channel: string, ephemeralFor?: string): Message {
  return {
    ts: newTs(),
    channel,
    thread: undefined,
    user: team.bot.id,
    botId: team.botId,
    text: "",
    blocks: [],
    files: [],
    metadata: undefined,
    reactions: new Map(),
    deleted: false,
    edits: 0,
    ephemeralFor,
  };
}

function share({ fake, team, args }: Call, channel: Channel, files: readonly StoredFile[]): void {
  const message = {
    ...blank(team, channel.id),
    thread: typeof args.thread_ts === "string" ? args.thread_ts : undefined,
  };
  message.text = typeof args.initial_comment === "string" ? args.initial_comment : "";
  message.files = files.map(({ id }) => id);
  for (const file of files) file.shares.push({ channel: channel.id, ts: message.ts, thread: message.thread });
  team.messages.push(message);
  void tellOfMessage(fake, team, message, "posted");
}

function ownMessage(call: Call, ts: string, refusal: string): Message {
  const message = call.team.find(postable(call).id, ts);
  if (!message) throw new ApiError("message_not_found");
  if (message.user !== call.team.bot.id) throw new ApiError(refusal);
  return message;
}

function knownFile(call: Call): StoredFile {
  const file = call.fake.files.get(text(call, "file"));
  if (!file?.completed || file.team !== call.team.id) throw new ApiError("file_not_found");
  if (file.deleted) throw new ApiError("file_deleted");
  return file;
}

export function fileShape(fake: FakeSlack, file: StoredFile): object {
  const ready = Date.now() >= file.readyAt;
  const type = ready ? sniff(file.bytes ?? new Uint8Array()) : "";
  const { manners } = fake;
  const url = `${fake.filesUrl}/files/${file.id}/${encodeURIComponent(file.name)}`;
  const shares: Record<string, { ts: string; thread_ts?: string }[]> = {};
  for (const { channel, ts, thread } of file.shares)
    shares[channel] = [{ ts, ...(thread === undefined ? {} : { thread_ts: thread }) }];
  if (file.deleted) return { id: file.id, mode: "tombstone" };
  const types =
    manners.fileTypes === "nothing"
      ? {}
      : manners.fileTypes === "empty"
        ? { mimetype: "", filetype: "" }
        : { mimetype: manners.dullFiles ? "application/octet-stream" : type, filetype: type.split("/")[1] ?? "" };
  if (manners.sparse) return { id: file.id, name: file.name, ...types, url_private: url };
  if (manners.dullFiles)
    return { id: file.id, name: file.name, ...types, size: file.length, url_private_download: url };
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    ...types,
    size: file.length,
    mode: "hosted",
    user: file.owner,
    url_private: url,
    url_private_download: url,
    is_external: false,
    ...(file.alt === undefined ? {} : { alt_txt: file.alt }),
    shares: ready ? { public: shares } : {},
  };
}

export function shape(fake: FakeSlack, message: Message, withMetadata: boolean): object {
  const { ts, user, text: said, blocks, thread, botId, edits } = message;
  const files = message.files.map((id) => fake.files.get(id)).filter((file) => file !== undefined);
  return {
    type: "message",
    ts,
    user,
    text: said,
    blocks,
    ...(message.attachments ? { attachments: message.attachments } : {}),
    ...(botId === undefined ? {} : { bot_id: botId }),
    ...(files.length === 0 ? {} : { files: files.map((file) => fileShape(fake, file)) }),
    ...(thread === undefined ? {} : { thread_ts: thread }),
    ...(edits === 0 ? {} : { edited: { user, ts } }),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  };
}

function visible(messages: readonly Message[]): Message[] {
  return messages.filter(({ deleted, ephemeralFor }) => !deleted && ephemeralFor === undefined);
}

/** A page of messages that are in order; `root`, a thread's first message, is always on the first page. */
function page(call: Call, ordered: readonly Message[], root?: string): object {
  const { args, fake } = call;
  const inclusive = args.inclusive === true || args.inclusive === "true";
  const [oldest, latest] = [optional(call, "oldest"), optional(call, "latest")];
  const within = ordered.filter(({ ts }) => {
    if (fake.manners.noBounds && root !== undefined) return true;
    const after = oldest === undefined || ts > oldest || (inclusive && ts === oldest);
    const before = latest === undefined || ts < latest || (inclusive && ts === latest);
    return ts === root || (after && before);
  });
  const most = fake.manners.outsideMarketplace ? OUTSIDE_MARKETPLACE_PAGE : 999;
  const limit = Math.min(most, Number(args.limit ?? 100));
  const from = Number(optional(call, "cursor") ?? 0);
  const shown = within.slice(from, from + limit);
  const next = from + limit < within.length ? String(from + limit) : "";
  const withMetadata = args.include_all_metadata === true || args.include_all_metadata === "true";
  const messages = shown.map((message) => ({
    ...shape(fake, message, withMetadata),
    // A first message names its own thread once it has one.
    ...(message.ts === root || call.team.messages.some(({ thread }) => thread === message.ts)
      ? { thread_ts: message.ts }
      : {}),
  }));
  return { messages, has_more: next !== "", response_metadata: { next_cursor: next } };
}

function channelOf(call: Call, id = text(call, "channel")): Channel {
  const channel = call.team.channels.get(id);
  if (channel) return channel;
  throw new ApiError("channel_not_found");
}

/** Where something is posted, a person's id stands for the conversation with them; nowhere else. */
function directOf(call: Call): string {
  const id = text(call, "channel");
  return call.team.users.has(id) ? call.fake.directMessage({ id }, call.team).id : id;
}

function readable(call: Call): Channel {
  const channel = channelOf(call);
  need(call, `${prefix(channel)}:history`);
  if (channel.members.has(call.team.bot.id)) return channel;
  throw new ApiError(channel.kind === "public" ? "not_in_channel" : "channel_not_found");
}

function postable(call: Call, id = text(call, "channel")): Channel {
  const channel = channelOf(call, id);
  if (!channel.members.has(call.team.bot.id))
    throw new ApiError(channel.kind === "public" ? "not_in_channel" : "channel_not_found");
  if (channel.archived) throw new ApiError("is_archived");
  return channel;
}

function prefix({ kind }: Channel): string {
  return { public: "channels", private: "groups", im: "im" }[kind];
}

function need({ token }: Call, scope: string): void {
  if (!token.scopes.has(scope))
    throw new ApiError("missing_scope", { needed: scope, provided: [...token.scopes].join(",") });
}

function text(call: Call, name: string): string {
  const value = optional(call, name);
  if (value === undefined) {
    call.fake.violate(`a call without ${name}`);
    throw new ApiError("invalid_arguments");
  }
  return value;
}

function optional({ args }: Call, name: string): string | undefined {
  const value = args[name];
  return value === undefined || value === "" ? undefined : String(value);
}
