import { type ChannelRef, type Member, type MessageRef, mayManage, newJobId } from "../../domain/model.js";
import { FEWEST_EXAMPLES, teachDefinition } from "../../engine/recipes/teach/definition.js";
import type { Chat } from "../../port/adapter.js";
import { mayPass } from "../../port/chat-error.js";
import type { ActionEvent } from "../../port/events.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import type { InteractiveMessage } from "../../store/interactive-messages.js";
import { AGREE_LESSON, BEGIN_LESSON, DECLINE_LESSON } from "../interactive/button-ids.js";
import { keyOf, TimedMessages } from "../interactive/timed-messages.js";
import { BARRED, isLasting, refusal } from "../moderation/refusal.js";
import { fitToChannel } from "../presenting/deliver.js";
import type { Params } from "../recipes/recipe.js";
import { type JobRequester, startJob } from "../recipes/start-job.js";
import { errorText, UserError } from "../user-error.js";
import { byRole, exampleOf } from "./example-pictures.js";
import { askedOf, type HeartedWork, heartedWorks, usableWork } from "./hearted-works.js";
import type { LessonServices } from "./lesson-services.js";
import { type Answers, asking, type Lesson, nameOf, over, payloadOf } from "./lesson-texts.js";
import { checkLookName } from "./look-name.js";
import { worksSheet } from "./works-sheet.js";

/** The kind of a stored message that asks people whether their works may be learnt from. */
const LESSON = "lesson";
const LESSON_OVER = "lesson-over";
const [YES, NO] = ["yes", "no"] as const;

/** Who would like to teach, and where. */
interface LessonRequest {
  readonly channel: ChannelRef;
  readonly user: Member;
  readonly jobId?: string | undefined;
  replyPublic(message: OutgoingMessage): Promise<MessageRef | undefined>;
}

/**
 * Messages that ask those whose works have hearts in a channel whether a look may be taught from them. Only works of
 * people who say yes are learnt from. The lesson begins when all have answered, when its author says so, or in the end.
 */
export class Lessons extends TimedMessages {
  readonly #beginning = new Set<string>();

  constructor(
    chat: Chat,
    protected override readonly services: LessonServices,
  ) {
    super(chat, services, LESSON);
  }

  /**
   * Asks those whose works they are, or begins at once where all are the author's own.
   * @throws UserError where too few works have hearts, or people are being asked in this channel already
   */
  async open(given: Params, minutes: number, request: LessonRequest): Promise<void> {
    const alone = { already: "lesson.already", isOver: (lesson: InteractiveMessage) => this.#isOver(lesson) } as const;
    await this.openAlone(request.channel, alone, () => this.#open(given, minutes, request));
  }

  async #open(given: Params, minutes: number, { channel, user, jobId, replyPublic }: LessonRequest): Promise<void> {
    const works = heartedWorks(channel, user, this.services);
    const { length: count } = works;
    if (count < FEWEST_EXAMPLES) throw new UserError("lesson.few-hearts", { count, least: FEWEST_EXAMPLES });
    const payload = { given, minutes, works: works.map(({ job }) => job.id), ...defined({ roles: user.roles }) };
    const { id, name } = user;
    const lesson = { payload, author: { id, name }, expiresAt: Date.now() + minutes * 60_000 };
    const open = askedOf(works, user);
    const requester = { chat: this.chat, channel, user, jobId, replyPublic };
    if (open.length === 0) return this.#teach(lesson, works, requester);
    const { keepPictures: _none, ...content } = asking(lesson, { yes: [], no: [], open });
    const pictures = [await worksSheet(works, { platform: this.chat.platform, user }, this.services)];
    const outgoing = await fitToChannel(this.chat, channel, { ...content, pictures, mention: open });
    const message = (await replyPublic(outgoing)) ?? (await this.chat.post(channel, outgoing));
    const stored = { ...lesson, message, kind: LESSON };
    this.messages.put(stored);
    this.schedule({ ...stored, createdAt: Date.now() }, lesson.expiresAt);
  }

  /** Continues with those that were open when the program stopped. */
  resume(): void {
    for (const lesson of this.messages.list(LESSON)) {
      if (lesson.message.channel.platform !== this.chat.platform) continue;
      const { job, ended } = payloadOf(lesson);
      const at = job === undefined && ended === undefined ? lesson.expiresAt : 0;
      if (at !== undefined) this.schedule(lesson, at);
    }
  }

  /**
   * Does what a button below says.
   * @throws UserError when it is over, for those who are not asked or may not begin it, and when it cannot begin
   */
  async pressButton({ action, message, user, reply }: ActionEvent): Promise<void> {
    const lesson = await this.opened(message);
    if (lesson?.kind !== LESSON || this.#isOver(lesson)) throw new UserError("lesson.over");
    if (action === AGREE_LESSON || action === DECLINE_LESSON) {
      const asked = askedOf(this.#works(lesson), lesson.author);
      if (!asked.some(({ id }) => id === user.id)) throw new UserError("lesson.not-asked");
      const yes = action === AGREE_LESSON;
      this.#answer(lesson, user, yes);
      const text = sentence(yes ? "lesson.agreed" : "lesson.declined", { name: nameOf(lesson) });
      await reply({ text }, "private");
      return;
    }
    if (!mayManage(user, { author: lesson.author, channel: message.channel }, message.channel))
      throw new UserError("lesson.foreign", { opener: plain(lesson.author.name) });
    if (action !== BEGIN_LESSON) return this.#close(lesson, sentence("job.cancelled", { by: plain(user.name) }));
    const { length: count } = this.#agreedWorks(lesson);
    if (count < FEWEST_EXAMPLES) throw new UserError("lesson.waiting", { count, least: FEWEST_EXAMPLES });
    await this.#begin(message, "pressed");
  }

  protected expire({ message }: InteractiveMessage): Promise<void> {
    return this.#begin(message);
  }

  #find(message: MessageRef): InteractiveMessage | undefined {
    const found = this.messages.get(message);
    return found?.kind === LESSON ? found : undefined;
  }

  /** Whether it takes no more answers, though people may not have been told yet. */
  #isOver({ payload }: Pick<Lesson, "payload">): boolean {
    const { job, ended } = payloadOf({ payload });
    return ended !== undefined || (job !== undefined && this.services.store.jobs.get(job) !== undefined);
  }

  /** Those that may still be learnt from, if their makers agree. */
  #works({ author, payload }: Pick<Lesson, "author" | "payload">): HeartedWork[] {
    return payloadOf({ payload }).works.flatMap((id) => {
      const job = this.services.store.jobs.get(id);
      return (job && usableWork(job, author, this.services)) ?? [];
    });
  }

  #agreedWorks(lesson: InteractiveMessage): HeartedWork[] {
    const yes = new Set([lesson.author.id, ...this.#answered(lesson, YES)]);
    return this.#works(lesson).filter(({ owners }) => owners.every(({ id }) => yes.has(id)));
  }

  #answered({ message }: Pick<InteractiveMessage, "message">, answer: typeof YES | typeof NO): string[] {
    return this.messages.votes(message).flatMap(({ user, choice }) => (choice === answer ? [user] : []));
  }

  #answers(lesson: InteractiveMessage): Answers {
    const [yes, no] = [new Set(this.#answered(lesson, YES)), new Set(this.#answered(lesson, NO))];
    const asked = askedOf(this.#works(lesson), lesson.author);
    return {
      yes: asked.filter(({ id }) => yes.has(id)),
      no: asked.filter(({ id }) => no.has(id)),
      open: asked.filter(({ id }) => !yes.has(id) && !no.has(id)),
    };
  }

  #answer(lesson: InteractiveMessage, { id: user, roles }: Member, yes: boolean): void {
    const { message } = lesson;
    this.messages.vote(message, { user, choice: yes ? NO : YES }, false);
    if (!this.messages.vote(message, { user, choice: yes ? YES : NO, roles }, true)) return;
    this.#show(lesson);
    const { no, open } = this.#answers(lesson);
    const left = this.#works(lesson).filter(({ owners }) => !no.some(({ id }) => owners.some((one) => one.id === id)));
    if (open.length === 0 || left.length < FEWEST_EXAMPLES) this.scheduleIn(0, lesson);
  }

  /** Begins with what may be learnt from. Of two calls at once the second does nothing. */
  async #begin(message: MessageRef, how?: "pressed"): Promise<void> {
    const key = keyOf(message);
    if (this.#beginning.has(key) || this.stopped) return;
    this.#beginning.add(key);
    const lesson = this.#find(message);
    try {
      if (lesson) await this.#start(lesson);
    } catch (error) {
      if (lesson) await this.#explain(lesson, error, how);
    } finally {
      this.#beginning.delete(key);
    }
  }

  async #start(lesson: InteractiveMessage): Promise<void> {
    const { job: before, ended } = payloadOf(lesson);
    if (ended !== undefined) return this.#close(lesson, ended);
    const id = before ?? newJobId();
    if (!this.#isOver(lesson)) {
      const works = this.#agreedWorks(lesson);
      const counts = { count: works.length, least: FEWEST_EXAMPLES };
      if (works.length < FEWEST_EXAMPLES) return this.#close(lesson, sentence("lesson.too-few", counts));
      // The job's id is on disk before there is such a job.
      this.messages.put({ ...lesson, payload: { ...lesson.payload, job: id } });
      const { channel } = lesson.message;
      await this.#teach(lesson, works, { chat: this.chat, channel, user: lesson.author, jobId: id });
    }
    await this.#close(lesson, sentence("lesson.begun", { id }));
  }

  /** It has not begun: it is tried again when the chat is back or somebody says so, or is over. */
  async #explain(lesson: InteractiveMessage, error: unknown, how: "pressed" | undefined): Promise<void> {
    if (this.stopped) return;
    if (mayPass(error) && !(error instanceof UserError))
      return this.owe(lesson.message, () => this.#begin(lesson.message));
    if (isLasting(error)) return this.#close(lesson, refusedText(lesson, error));
    if (!(error instanceof UserError)) {
      this.services.logger.error({ err: error, message: lesson.message.id }, "a lesson could not begin");
      return this.#close(lesson, errorText(error));
    }
    // No one is asked twice: those who have agreed stay.
    if (how === "pressed") {
      this.messages.put(lesson);
      throw error;
    }
    const { expiresAt: _over, ...open } = lesson;
    this.messages.put(open);
    this.#show(open, error.message);
  }

  /** @throws UserError when it cannot be started, also where its author was barred or the bot switched off meanwhile */
  async #teach(lesson: Lesson, works: readonly HeartedWork[], requester: JobRequester): Promise<void> {
    const { services } = this;
    const { given, roles } = payloadOf(lesson);
    const { author } = lesson;
    const { channel } = requester;
    const refused = refusal({ channel, user: { id: author.id, ...defined({ roles }) } }, services);
    if (refused) throw refused;
    checkLookName(nameOf(lesson), { channel, user: author }, services);
    const recipe = services.recipes.get(teachDefinition.name);
    if (!recipe) throw new Error("No recipe to teach with.");
    const examples = [];
    for (const { job } of works) {
      const result = await services.jobs.result(job.id);
      if (result) examples.push(await exampleOf(result.bytes, job.id));
    }
    const counts = { count: examples.length, least: FEWEST_EXAMPLES };
    if (examples.length < FEWEST_EXAMPLES) throw new UserError("lesson.too-few", counts);
    const makers = askedOf(works, author);
    const credits = makers.map(({ id, name: by }) => ({ role: "picture" as const, by, person: id }));
    await startJob({ recipe, given, images: byRole(examples), provenance: { credits } }, requester, services);
  }

  #show(lesson: InteractiveMessage, stuck?: string): void {
    this.live(lesson.message).show(asking(lesson, this.#answers(lesson), stuck));
  }

  /** Says how it ended, and then closes: after a stop in between it is said again. */
  async #close(lesson: InteractiveMessage, why: string): Promise<void> {
    this.unschedule(lesson);
    const ended = { ...lesson, payload: { ...lesson.payload, ended: why } };
    if (this.#find(lesson.message)) this.messages.put(ended);
    const ending = await this.showEnd(lesson.message, over(lesson, this.#answers(lesson), why));
    if (ending === "owed") this.owe(lesson.message, () => this.#begin(lesson.message));
    else if (this.#find(lesson.message))
      this.messages.put({ ...lesson, payload: {}, kind: LESSON_OVER, expiresAt: Date.now() });
  }
}

/** What all are told of its author. */
function refusedText({ author }: Pick<Lesson, "author">, error: UserError): string {
  return error.identifier === BARRED ? sentence("lesson.barred", { opener: plain(author.name) }) : errorText(error);
}
