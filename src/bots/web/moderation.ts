/** What moderators do to people and channels: each act is noted, and none is possible for others. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ChatError } from "../../port/chat-error.js";
import type { ActKind, ChatModeration } from "../../port/moderation.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { duration } from "../../shared/text.js";
import type { WebServices } from "./api.js";
import { channelRef } from "./channel-hub.js";
import { readBody } from "./guard.js";
import { ACTS_SHOWN, ADDRESS_BAN_MS, MOST_MUTED_MINUTES } from "./limits.js";
import { readChannelName } from "./names.js";
import { emptyDeletedChannels } from "./retention.js";
import type { PersonRow } from "./store.js";
import { toUser } from "./users.js";
import type { WireChannelAct, WireModerated, WireModeration, WirePersonAct } from "./wire.js";
import { wireMe } from "./wire-views.js";

const personActs = [
  z.object({ act: z.literal("mute"), minutes: z.number().int().min(1).max(MOST_MUTED_MINUTES) }),
  z.object({ act: z.literal("bar"), address: z.boolean() }),
  z.object({ act: z.literal("rename"), name: z.string().max(200) }),
  z.object({
    act: z.enum([
      "unmute",
      "unbar",
      "sign-out",
      "cancel-jobs",
      "hide-works",
      "show-works",
      "make-moderator",
      "unmake-moderator",
    ]),
  }),
] as const;
const personBody: z.ZodType<WirePersonAct> = z.discriminatedUnion("act", personActs);
const channelBody: z.ZodType<WireChannelAct> = z.discriminatedUnion("act", [
  z.object({ act: z.literal("rename-channel"), name: z.string().max(100) }),
  z.object({ act: z.enum(["archive-channel", "open-channel", "delete-channel"]) }),
]);

const { platform, community } = channelRef("");

/** What came of an act, in a few words: for the log, and for the moderator. */
type Outcome = string | undefined;

/** The outcome of what changes nothing, which is not noted. */
function nothing(): string {
  return sentence("web.act.nothing");
}

export function registerModeration(app: FastifyInstance, services: WebServices, moderation: ChatModeration): void {
  const { sessions, hub } = services;
  const { users, store } = hub.parts;
  const people = new ModeratedPeople(services, moderation);
  const channels = new ModeratedChannels(services);
  const note = (by: PersonRow, kind: ActKind, subject: string, detail: Outcome) =>
    moderation.note(toUser(by), { platform, community, kind, subject, ...(detail !== undefined && { detail }) });

  app.get("/api/moderation", async (request): Promise<WireModeration> => {
    const by = sessions.moderate(request);
    const here = { platform, community };
    const acts = moderation.acts(toUser(by), here, ACTS_SHOWN);
    const restricted = users.restricted().map((row) => people.view(row));
    // By the name of today: that is what lifts the bar.
    const bars = moderation.bars(toUser(by), here).filter(({ id }) => (users.get(id)?.banned ?? 0) === 0);
    return { restricted, barred: bars.map((bar) => ({ ...bar, name: users.get(bar.id)?.name ?? bar.name })), acts };
  });

  app.get<{ Params: { person: string } }>("/api/moderation/people/:person", async (request): Promise<WireModerated> => {
    sessions.moderate(request);
    return people.view(people.find(request.params.person));
  });

  app.post<{ Params: { person: string } }>(
    "/api/moderation/people/:person",
    async (request): Promise<WireModerated> => {
      const by = sessions.moderate(request);
      const person = people.find(request.params.person);
      const body = readBody(personBody, request.body);
      const outcome = people.act(body, person, by);
      if (outcome !== nothing()) note(by, body.act, person.name, outcome);
      return { ...people.view(people.find(person.id)), ...(outcome !== undefined && { outcome }) };
    },
  );

  app.post<{ Params: { channel: string } }>("/api/moderation/channels/:channel", async (request, reply) => {
    const by = sessions.moderate(request);
    const { channel: id } = hub.locate({ id: request.params.channel });
    const body = readBody(channelBody, request.body);
    const { name } = store.channel(id);
    const outcome = await channels.act(body, id, by);
    if (outcome !== nothing()) note(by, body.act, `#${name}`, outcome);
    if (body.act === "delete-channel") await emptyDeletedChannels(hub);
    return reply.code(204).send();
  });
}

class ModeratedPeople {
  constructor(
    private readonly services: WebServices,
    private readonly moderation: ChatModeration,
  ) {}

  /** @throws ChatError "gone" for who is not there, and for the bot */
  find(id: string): PersonRow {
    const row = this.services.hub.parts.users.get(id);
    if (!row || row.bot === 1) throw new ChatError("gone", "web.person-unknown");
    return row;
  }

  view(row: PersonRow & { readonly address_until?: number | null }): WireModerated {
    const { address_until: addressUntil } = row;
    const bannable = this.services.sessions.bannableAddress(row.id) !== undefined;
    return { ...wireMe(row), banned: row.banned > 0, bannable, ...(addressUntil && { addressUntil }) };
  }

  /** @throws ChatError "forbidden" for what may not be done to this person */
  act(body: WirePersonAct, person: PersonRow, by: PersonRow): Outcome {
    const { users, sockets } = this.services.hub.parts;
    const key = { platform, user: person.id };
    switch (body.act) {
      case "mute":
      case "unmute":
        return this.#mute(person, body.act === "mute" ? body.minutes : 0);
      case "bar":
        return this.#ban(person, body.address, by);
      case "unbar":
        if (person.banned === 0) return nothing();
        users.unban(person.id);
        this.moderation.setBarred(toUser(by), { platform, community }, toUser(person), false);
        return sentence("web.act.banned");
      case "rename":
        return this.#rename(person, body.name);
      case "sign-out":
        mustNotModerate(person);
        users.endSessions(person.id);
        sockets.shutOut((origin) => origin.user === person.id, sentence("web.session-ended"));
        return undefined;
      case "cancel-jobs":
        return counted("web.act.jobs", this.moderation.cancelJobs(toUser(by), key));
      case "hide-works":
      case "show-works": {
        const works = this.moderation.hideWorks(toUser(by), key, body.act === "hide-works");
        return counted("web.act.works", works);
      }
      case "make-moderator":
      case "unmake-moderator":
        return this.#setModerator(person, body.act === "make-moderator");
    }
  }

  #mute(person: PersonRow, minutes: number): Outcome {
    mustNotModerate(person);
    if (minutes === 0 && person.muted_until <= Date.now()) return nothing();
    this.services.hub.parts.users.mute(person.id, Date.now() + minutes * 60_000);
    this.#tell(person);
    return minutes === 0 ? undefined : sentence("web.act.muted", { long: duration(minutes * 60) });
  }

  #setModerator(person: PersonRow, moderator: boolean): Outcome {
    const { users } = this.services.hub.parts;
    if (moderator === (person.moderator === 1)) return nothing();
    if (moderator && person.banned > 0) throw new ChatError("forbidden", "web.banned-person", { name: person.name });
    if (!moderator && users.moderators().every(({ id }) => id === person.id))
      throw new ChatError("forbidden", "web.last-moderator");
    users.setModerator(person.id, moderator);
    this.#tell(person);
    return undefined;
  }

  #ban(person: PersonRow, withAddress: boolean, by: PersonRow): Outcome {
    mustNotModerate(person);
    const { hub, sessions } = this.services;
    const address = withAddress ? sessions.bannableAddress(person.id) : undefined;
    if (withAddress && address === undefined) throw new ChatError("forbidden", "web.address-unknown");
    const { users, sockets } = hub.parts;
    users.ban(person.id, address, Date.now() + ADDRESS_BAN_MS);
    // What they have chosen and favourited before is no longer counted either.
    this.moderation.setBarred(toUser(by), { platform, community }, toUser(person), true);
    sockets.shutOut(({ user }) => user === person.id, sentence("web.banned"));
    if (address === undefined) return sentence("web.act.banned");
    const moderators = new Set(users.moderators().map(({ id }) => id));
    const isThere = (origin: { readonly user: string; readonly address: string }) =>
      origin.address === address && !moderators.has(origin.user);
    sockets.shutOut(isThere, sentence("web.address-banned"));
    return sentence("web.act.address");
  }

  #rename(person: PersonRow, name: string): Outcome {
    mustNotModerate(person);
    const renamed = this.services.hub.rename(person, name);
    if (renamed.name === person.name) return nothing();
    this.#tell(renamed);
    return sentence("web.act.renamed", { name: renamed.name });
  }

  /** Brings the person's own pages up to date. */
  #tell({ id }: PersonRow): void {
    this.services.hub.parts.sockets.send({ kind: "me", me: wireMe(this.find(id)) }, id);
  }
}

class ModeratedChannels {
  constructor(private readonly services: WebServices) {}

  async act(body: WireChannelAct, id: string, by: PersonRow): Promise<Outcome> {
    const { hub } = this.services;
    const { store } = hub.parts;
    switch (body.act) {
      case "rename-channel": {
        const others = store.channels().filter((other) => other.id !== id);
        const name = readChannelName(body.name, others);
        if (name === store.channel(id).name) return nothing();
        store.renameChannel(id, name);
        this.#tell(id);
        return sentence("web.act.renamed", { name: `#${name}` });
      }
      case "archive-channel":
      case "open-channel": {
        const archived = body.act === "archive-channel";
        if (archived === store.channel(id).archived > 0) return nothing();
        if (archived) this.#mustNotBeLastOpen(id);
        store.archiveChannel(id, archived);
        this.#tell(id);
        return undefined;
      }
      case "delete-channel":
        return this.#delete(id, by);
    }
  }

  /**
   * It is gone for everybody at once, so that what is cancelled finds no place there any more; nor does a job that
   * could not be cancelled.
   */
  async #delete(id: string, by: PersonRow): Promise<Outcome> {
    const { hub, handlers } = this.services;
    const { store, sockets, logger } = hub.parts;
    const [first] = store.channels();
    if (first?.id === id) throw new ChatError("forbidden", "web.first-channel", { name: first.name });
    this.#mustNotBeLastOpen(id);
    store.deleteChannel(id);
    sockets.send({ kind: "channel-gone", id });
    const count = await handlers.admin?.cancelIn(toUser(by), channelRef(id)).catch((err: unknown) => {
      logger.error({ err, channel: id }, "the jobs of a channel that was deleted could not be cancelled");
      return 0;
    });
    return count ? sentence("web.act.jobs", { count }) : undefined;
  }

  #tell(id: string): void {
    const { parts, views } = this.services.hub;
    parts.sockets.send({ kind: "channel-state", channel: views.channelState(id) });
  }

  #mustNotBeLastOpen(id: string): void {
    const open = this.services.hub.parts.store.channels().filter(({ archived }) => archived === 0);
    if (open.every((channel) => channel.id === id)) throw new ChatError("forbidden", "web.last-channel");
  }
}

/** What there was none of is not noted. */
function counted(what: "web.act.jobs" | "web.act.works", count: number): string {
  return count === 0 ? nothing() : sentence(what, { count });
}

/** Their right is to be taken first: so each moderator sees that it was, and the log shows who did it. */
function mustNotModerate({ name, moderator }: PersonRow): void {
  if (moderator === 1) throw new ChatError("forbidden", "web.moderates", { name });
}
