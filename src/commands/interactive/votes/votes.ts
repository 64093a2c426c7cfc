import type PQueue from "p-queue";
import { type Job, type MessageRef, mayManage, NO_COMMUNITY, newJobId, type User } from "../../../domain/model.js";
import type { Chat } from "../../../port/adapter.js";
import { ChatError, mayPass } from "../../../port/chat-error.js";
import type { ActionEvent, Reaction, ReactionEvent } from "../../../port/events.js";
import { defined } from "../../../shared/defined.js";
import { sentence } from "../../../shared/sentences/sentence.js";
import { plain } from "../../../shared/text.js";
import { sameEmoji } from "../../../shared/typed.js";
import type { InteractiveMessage } from "../../../store/interactive-messages.js";
import type { Moderation } from "../../moderation/moderation.js";
import { BARRED, isLasting } from "../../moderation/refusal.js";
import { stylesFor } from "../../outsiders.js";
import { MAX_SHARES } from "../../styles/shares.js";
import { errorText, UserError } from "../../user-error.js";
import { PAINT_NOW } from "../button-ids.js";
import { type CollectorRequest, type CollectorServices, ReactionCollector } from "../reaction-collector.js";
import { keyOf } from "../timed-messages.js";
import { largest, type StyleShare, type Tally, tally } from "./tally.js";
import type { Candidate } from "./texts.js";
import * as texts from "./texts.js";
import { END_EMOJI, findCandidates, type VoteRequest } from "./vote-request.js";

/** The kind of a stored message on which a channel votes. */
const VOTE = "vote";
/** A vote that is over: reactions to it mean nothing any more. */
export const VOTE_OVER = "vote-over";

interface VoteServices extends CollectorServices {
  readonly moderation: CollectorServices["moderation"] & Pick<Moderation, "note">;
}

/** Votes: messages whose reactions, by all people of a channel, become the shares of a blend. */
export class Votes extends ReactionCollector {
  /** Votes that are being ended: of two who do it at once, only one starts the job. */
  readonly #ending = new Set<string>();

  constructor(
    chat: Chat,
    protected override readonly services: VoteServices,
    reads: PQueue,
  ) {
    super(chat, services, VOTE, reads);
  }

  async open(request: CollectorRequest, { minutes, styles: named }: VoteRequest): Promise<void> {
    const { channel, user } = request;
    const alone = { already: "vote.already", isOver: (vote: InteractiveMessage) => this.#isOver(vote) } as const;
    await this.openAlone(channel, alone, async () => {
      // One of the reactions is ✅.
      const styles = await findCandidates(
        stylesFor(request.user, this.services.styles),
        channel,
        named,
        this.chat.capabilities.reactions - 1,
      );
      const { among } = request.photo;
      const candidates = styles.map(({ name, emoji }) => ({ name, emoji }));
      const payload = { candidates, minutes, ...defined({ among }) };
      const expiresAt = Date.now() + minutes * 60_000;
      const opened = { author: user, payload, expiresAt };
      const { keepPictures: _kept, ...content } = texts.open(opened, { people: 0, shares: [] });
      const vote = await this.post(request, { styles, content, expiresAt, payload });
      this.schedule(vote, expiresAt);
    });
  }

  /** Anybody's emoji is a vote; ✅ of those who may end it ends it. */
  protected async take({ message, user, emoji, added }: ReactionEvent, vote: InteractiveMessage): Promise<void> {
    if (this.#isOver(vote)) return;
    if (sameEmoji(emoji, END_EMOJI)) {
      if (added && mayManage(user, madeBy(vote), message.channel)) await this.#end(message, user);
      return;
    }
    const chosen = texts.payloadOf(vote).candidates.find((candidate) => sameEmoji(candidate.emoji, emoji));
    if (chosen && this.messages.vote(message, { user: user.id, choice: chosen.name, roles: user.roles }, added))
      this.#showCount(vote);
  }

  /**
   * Does what a button under a vote says.
   *
   * @throws UserError when it is over, or for those who may not end it
   */
  async pressButton({ action, message, user }: ActionEvent): Promise<void> {
    const vote = await this.opened(message);
    if (vote?.kind !== VOTE || this.#isOver(vote)) throw new UserError("vote.over");
    if (!mayManage(user, madeBy(vote), message.channel))
      throw new UserError("vote.foreign", { opener: plain(vote.author.name) });
    if (action === PAINT_NOW) {
      await this.read(message);
      if (this.#count(vote).people === 0) throw new UserError("vote.empty");
      return this.#end(message, user);
    }
    if (this.#ending.has(keyOf(message))) throw new UserError("vote.starting");
    await this.#closeUnpainted(vote, sentence("job.cancelled", { by: plain(user.name) }));
    const { platform, community } = message.channel;
    const { id, name: subject } = vote.author;
    if (id !== user.id && community !== NO_COMMUNITY)
      this.services.moderation.note(user, { platform, community, kind: "cancel-vote", subject });
  }

  protected override readonly alsoRead = [END_EMOJI];

  protected async choices(vote: InteractiveMessage): Promise<readonly Candidate[]> {
    return texts.payloadOf(vote).candidates;
  }

  protected counting(vote: InteractiveMessage): (() => boolean) | undefined {
    return this.#isOver(vote) ? undefined : () => true;
  }

  protected takenBack(vote: InteractiveMessage): void {
    if (!this.#isOver(vote)) this.#showCount(vote);
  }

  protected resumeMessage(stored: InteractiveMessage, others: readonly Reaction[] | undefined): void {
    const vote = this.#noteUnread(stored, others === undefined);
    const { early = false } = texts.payloadOf(vote);
    const ended = !early && others?.some(({ user }) => user.id === vote.author.id) && this.#count(vote).people > 0;
    // One that was being ended when the program stopped is ended now, as is one that its opener has ended meanwhile.
    const expiresAt = this.#isOver(vote) || ended ? 0 : vote.expiresAt;
    if (expiresAt === undefined) return;
    this.schedule(vote, expiresAt);
    // The last count before the stop may not have been shown.
    if (expiresAt > Date.now()) this.#showCount(vote);
  }

  /** Notes whether votes are missing, so that its end says it. */
  #noteUnread(vote: InteractiveMessage, unread: boolean): InteractiveMessage {
    if ((texts.payloadOf(vote).unread ?? false) === unread || this.#isOver(vote)) return vote;
    const noted = { ...vote, payload: { ...vote.payload, unread } };
    this.messages.put(noted);
    return noted;
  }

  protected expire({ message }: InteractiveMessage): Promise<void> {
    return this.#end(message);
  }

  /** Counts, and has the blend painted. Of two calls at once the second does nothing. */
  async #end(message: MessageRef, by?: User): Promise<void> {
    const key = keyOf(message);
    if (this.#ending.has(key) || this.stopped) return;
    this.#ending.add(key);
    try {
      const vote = this.#find(message);
      if (!vote) return;
      const { ended, unread } = texts.payloadOf(vote);
      const counted = this.#count(vote);
      if (ended !== undefined) await this.#closeUnpainted(vote, ended);
      else if (counted.people > 0) await this.#paint(vote, counted);
      else if (!by) await this.#closeUnpainted(vote, sentence(unread ? "vote.unread-all" : "vote.no-votes"));
      // ✅ before the first vote is a slip.
      else this.messages.put({ ...vote, payload: { ...vote.payload, early: true } });
    } finally {
      this.#ending.delete(key);
    }
  }

  async #paint(ended: InteractiveMessage, counted: Tally): Promise<void> {
    let vote = ended;
    try {
      // The job's id is on disk before there is such a job.
      const id = texts.payloadOf(ended).job ?? newJobId();
      vote = { ...ended, payload: { ...ended.payload, job: id }, expiresAt: Date.now() };
      this.messages.put(vote);
      const shares = largest(counted, MAX_SHARES);
      if (!this.#isStarted(vote)) await this.#start(vote, counted, shares, id);
      await this.#closeWith(vote, texts.decided(vote, counted, shares, id));
    } catch (error) {
      // It is tried again at the next start.
      if (this.stopped) return;
      if (isLasting(error)) return this.#closeUnpainted(vote, refusedText(vote, error));
      if (mayPass(error) && !(await this.#isExplained(vote, counted, error)))
        this.owe(vote.message, () => this.#end(vote.message));
      else this.#keepOpen(vote, counted, error);
    }
  }

  /** Whether the chat takes a word of a picture that it does not hand out: else it is out. */
  async #isExplained(vote: InteractiveMessage, counted: Tally, error: unknown): Promise<boolean> {
    if (!(error instanceof UserError)) return false;
    const content = texts.stuck(vote, counted, errorText(error));
    return this.chat.edit(vote.message, content).then(
      () => true,
      () => false,
    );
  }

  async #start(vote: InteractiveMessage, counted: Tally, shares: readonly StyleShare[], id: string): Promise<Job> {
    const weighed = shares.map(({ style, share }) => ({ style, weight: share }));
    const { name } = await this.chat.describe(vote.message.channel);
    const { people } = counted;
    const credits = [{ role: "choice" as const, by: sentence("vote.choosers", { people, channel: name }) }];
    const job = await this.paint(vote, weighed, { gone: "vote.image-gone", id, credits });
    this.services.logger.info({ job: job.id, people, message: vote.message.id }, "a vote has become a job");
    return job;
  }

  /** The painting could not be started: the vote stays, with every choice, to be tried again. */
  #keepOpen(vote: InteractiveMessage, counted: Tally, error: unknown): void {
    const { logger } = this.services;
    const { id: message } = vote.message;
    if (error instanceof ChatError && error.kind === "gone") {
      this.#close(vote);
      logger.info({ message }, "a vote has ended, and its message is gone");
      return;
    }
    if (!(error instanceof UserError))
      logger.error({ err: error, message }, "what a channel has chosen could not be started");
    // The job is there, and the next start closes the vote.
    if (this.#isStarted(vote)) return;
    const { expiresAt: _over, ...open } = vote;
    try {
      this.messages.put(open);
    } catch (failure) {
      // As stored it has expired: the next start tries again.
      logger.error({ err: failure, message }, "a vote could not be kept open");
    }
    this.live(open.message).show(texts.stuck(open, counted, errorText(error)));
  }

  async #closeUnpainted(vote: InteractiveMessage, why: string): Promise<void> {
    const over = { ...vote, payload: { ...vote.payload, ended: why }, expiresAt: Date.now() };
    this.unschedule(vote);
    this.messages.put(over);
    await this.#closeWith(over, texts.ended(vote, this.#count(vote), why));
  }

  /** Shows the end, and then closes: a stop in between, or a chat that is out, would leave the message as it is. */
  async #closeWith(vote: InteractiveMessage, content: ReturnType<typeof texts.ended>): Promise<void> {
    if ((await this.showEnd(vote.message, content)) === "owed") this.owe(vote.message, () => this.#end(vote.message));
    else this.#close(vote);
  }

  /** Marks a vote as over in the store. */
  #close(vote: InteractiveMessage): void {
    this.unschedule(vote);
    if (this.#find(vote.message)) this.messages.put({ ...vote, kind: VOTE_OVER, expiresAt: Date.now() });
  }

  #find(message: MessageRef): InteractiveMessage | undefined {
    const found = this.messages.get(message);
    return found?.kind === VOTE ? found : undefined;
  }

  /** Of people who have been barred since they voted, or one of whose roles has, nothing counts. */
  #count({ message, payload }: InteractiveMessage): Tally {
    const names = texts.payloadOf({ payload }).candidates.map(({ name }) => name);
    const { moderation } = this.services;
    const votes = this.messages
      .votes(message)
      .filter(({ user, roles = [] }) => !moderation.isBarred({ id: user, roles }, message.channel));
    return tally(votes, names);
  }

  /** Whether a vote has become a job, and is about to be closed. */
  #isStarted(vote: InteractiveMessage): boolean {
    const { job } = texts.payloadOf(vote);
    return job !== undefined && this.services.store.jobs.get(job) !== undefined;
  }

  /** Whether it takes no more votes, though people may not have been told yet. */
  #isOver(vote: InteractiveMessage): boolean {
    return texts.payloadOf(vote).ended !== undefined || this.#isStarted(vote);
  }

  #showCount(vote: InteractiveMessage): void {
    this.live(vote.message).show(texts.open(vote, this.#count(vote)));
  }
}

/** What a vote says when its painting is refused: to all, of its opener. */
function refusedText({ author }: InteractiveMessage, error: UserError): string {
  return error.identifier === BARRED ? sentence("vote.barred", { opener: plain(author.name) }) : errorText(error);
}

function madeBy({ author, message }: InteractiveMessage) {
  return { author, channel: message.channel };
}
