/** What the message says that asks people whether a look may be taught from their works. Pure. */
import type { User } from "../../domain/model.js";
import type { Button, OutgoingMessage } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { duration, listed, plain } from "../../shared/text.js";
import type { InteractiveMessage } from "../../store/interactive-messages.js";
import { AGREE_LESSON, BEGIN_LESSON, CANCEL_LESSON, DECLINE_LESSON } from "../interactive/button-ids.js";
import { clock } from "../interactive/votes/texts.js";
import type { Params } from "../recipes/recipe.js";

/** What is stored with the message. */
interface LessonPayload {
  /** What was given of the recipe's options, the look's name among them. */
  readonly given: Params;
  readonly minutes: number;
  /** Ids of the jobs whose results are to be learnt from. */
  readonly works: readonly string[];
  /** Those of its author when it was opened. */
  readonly roles?: readonly string[];
  /** Once it begins, the id of its job. After a stop, it has begun if there is that job. */
  readonly job?: string;
  /** Why it is over; it stays until people have been told. */
  readonly ended?: string;
}

export type Lesson = Pick<InteractiveMessage, "author" | "payload" | "expiresAt">;

/** What people have answered. */
export interface Answers {
  readonly yes: readonly User[];
  readonly no: readonly User[];
  /** Those of whom there is no answer. */
  readonly open: readonly User[];
}

export function payloadOf({ payload }: Pick<Lesson, "payload">): LessonPayload {
  return payload as unknown as LessonPayload;
}

export function nameOf(lesson: Pick<Lesson, "payload">): string {
  return String(payloadOf(lesson).given.name);
}

/** The message while people are asked. An edit keeps the works that it shows. @param stuck why it could not begin */
export function asking(lesson: Lesson, answers: Answers, stuck?: string): OutgoingMessage {
  const { minutes, works } = payloadOf(lesson);
  const { author, expiresAt } = lesson;
  const opener = plain(author.name);
  const people = names(answers.open);
  const until = expiresAt === undefined ? undefined : clock(expiresAt, minutes);
  const lines = [
    sentence("lesson.question", { opener, name: nameOf(lesson), works: works.length }),
    people && sentence("lesson.asked", { people }),
    answered(answers),
    stuck === undefined ? undefined : sentence("lesson.stuck", { why: stuck }),
    until && sentence("lesson.begins", { time: duration(minutes * 60), until }),
    sentence("lesson.who", { opener }),
  ];
  const buttons: Button[] = [
    { id: AGREE_LESSON, label: sentence("lesson.agree"), emoji: "✅", style: "primary" },
    { id: DECLINE_LESSON, label: sentence("lesson.decline"), emoji: "🚫", style: "secondary" },
    { id: BEGIN_LESSON, label: sentence("lesson.begin"), emoji: "▶️", style: "secondary" },
    { id: CANCEL_LESSON, label: sentence("lesson.cancel"), emoji: "✋", style: "secondary" },
  ];
  return { text: lines.filter(Boolean).join("\n"), keepPictures: true, buttons };
}

/** The message in the end. */
export function over(lesson: Lesson, answers: Answers, why: string): OutgoingMessage {
  const heading = sentence("lesson.heading", { opener: plain(lesson.author.name), name: nameOf(lesson) });
  return { text: [heading, answered(answers), why].filter(Boolean).join("\n"), keepPictures: true };
}

function answered({ yes, no }: Answers): string | undefined {
  if (yes.length + no.length === 0) return undefined;
  return sentence("lesson.answers", { yes: names(yes), no: names(no) });
}

function names(people: readonly User[]): string {
  return listed(people.map(({ name }) => plain(name)));
}
