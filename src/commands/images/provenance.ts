import type { Among, Credit, Job, User } from "../../domain/model.js";
import { defined } from "../../shared/defined.js";
import type { FoundImage } from "./find-image.js";
import { type ShownWorkServices, worksShown } from "./shown-works.js";

/** What a job has from the images that it works on. */
export interface Provenance {
  /** The job whose result it works on, if any. */
  readonly from?: string;
  /** That job's own images are used again, not its result. */
  readonly repeats?: boolean;
  /** Whom to name besides the job's author. */
  readonly credits?: readonly Credit[];
  /** Some image was hidden by its author. */
  readonly spoiler?: boolean;
  /** What the image to work on shows, as the one who posted it has described it. */
  readonly about?: string;
  /** Its place among several that could have been meant, where no one has said which. */
  readonly among?: Among;
}

/** Credits that one job passes on at most, since chains of remixes may be long. */
const MOST_CREDITS = 12;

/** Characters that are kept of an image's description. */
const MOST_ABOUT = 500;

/**
 * Where images came from. The first one that shows the result of another job, anybody's, makes the new job come from
 * it.
 *
 * @param user who asks: people are not named for their own images
 */
export async function provenanceOf(
  images: readonly Pick<FoundImage, "source" | "description" | "among">[],
  user: Pick<User, "id">,
  jobs: ShownWorkServices,
): Promise<Provenance> {
  const credits: Credit[] = [];
  let from: Job | undefined;
  for (const { source } of images) {
    const works = source ? await worksShown(source, jobs) : [];
    const [only, another] = works;
    // A sheet of several works is none of them.
    if (!another) from ??= only;
    credits.push(...(only ? works.flatMap((job) => passedOn(job, user)) : creditsOf(source, user)));
  }
  const spoiler = images.some(({ source }, index) => source?.spoiler || (index === 0 && from?.spoiler));
  // What the bot has said of its own work tells of that one's making.
  const about = from ? from.about : images[0]?.description?.trim().slice(0, MOST_ABOUT);
  const { among } = images[0] ?? {};
  return { ...provenance(from?.id, credits, spoiler), ...(about && { about }), ...defined({ among }) };
}

/** Where a job that works on another one's result came from. */
export function provenanceOfJob(job: Job, user: Pick<User, "id">): Provenance {
  const { id, about, spoiler } = job;
  return { ...provenance(id, passedOn(job, user), spoiler === true), ...defined({ about }) };
}

/** Where a job that repeats another one came from: it works on that one's images, not on its result. */
export function provenanceOfRepeat(job: Job, user: Pick<User, "id">): Provenance {
  const { about, author, credits = [], pictures, spoiler } = job;
  // A photo without a credit was the author's own.
  const named = credits.some(({ role }) => role === "picture") || author.id === user.id || !pictures.includes("image");
  return {
    ...provenance(job.id, named ? credits : [{ role: "picture", by: author.name }, ...credits], spoiler === true),
    ...defined({ about }),
    repeats: true,
  };
}

/** Credits of the styles and of the look that were chosen, in place of those before; undefined keeps them. */
export function withChosenCredits(
  before: readonly Credit[] = [],
  { styles, look }: { readonly styles: readonly Credit[] | undefined; readonly look: readonly Credit[] | undefined },
): readonly Credit[] {
  const kept = before.filter(({ role }) => {
    if (role === "look") return look === undefined;
    return role === "picture" || styles === undefined;
  });
  return distinct([...kept, ...(styles ?? []), ...(look ?? [])]);
}

function provenance(from: string | undefined, credits: readonly Credit[], spoiler: boolean): Provenance {
  return {
    ...defined({ from }),
    ...(credits.length > 0 && { credits: distinct(credits) }),
    ...(spoiler && { spoiler }),
  };
}

/** Who made the image that another job has made: its author, and those whom that one names. */
function passedOn({ author, credits = [] }: Job, user: Pick<User, "id">): Credit[] {
  const own: Credit[] = author.id === user.id ? [] : [{ role: "picture", by: author.name }];
  const theirs = credits.filter(({ role }) => role !== "choice");
  return [...own, ...theirs.map(({ person: _inItsOwn, ...credit }) => credit)];
}

function creditsOf(source: FoundImage["source"], user: Pick<User, "id">): Credit[] {
  if (source?.credit !== undefined) return [{ role: "picture", by: source.credit }];
  const { author } = source ?? {};
  return author && author.id !== user.id ? [{ role: "picture", by: author.name, person: author.id }] : [];
}

function distinct(credits: readonly Credit[]): readonly Credit[] {
  const keyOf = ({ role, by, what = "", person = "" }: Credit) => [role, by, what, person].join(" ");
  const known = new Map(credits.map((credit) => [keyOf(credit), credit]));
  return [...known.values()].slice(0, MOST_CREDITS);
}
