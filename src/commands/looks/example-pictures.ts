/** Pictures that a look is taught from, as its job takes them, and whose a work is. */
import type { Job, User } from "../../domain/model.js";
import { exampleRole } from "../../engine/recipes/teach/definition.js";
import { distinctById } from "../../shared/distinct.js";
import { withImage } from "../../shared/image-process.js";
import { MAX_INPUT_PIXELS } from "../../shared/inspect-image.js";
import type { Jobs } from "../../store/jobs.js";
import { creditedOwners } from "../images/shown-works.js";

/** Networks learn from nothing larger. Longer side in pixels. */
const KEPT = { side: 512, format: "jpeg", quality: 92 } as const;

/** A picture to learn from, small. */
export interface ExamplePicture {
  readonly bytes: Uint8Array;
}

/** The small copy of a picture that was checked. @throws UserError when it cannot be read */
export async function exampleOf(bytes: Uint8Array, name: string): Promise<ExamplePicture> {
  return { bytes: await withImage("still", bytes, { ...KEPT, name, maxPixels: MAX_INPUT_PIXELS }) };
}

/** Pictures as a job takes them. */
export function byRole(examples: readonly ExamplePicture[]): Record<string, ExamplePicture> {
  return Object.fromEntries(examples.map((example, index) => [exampleRole(index), example]));
}

/** Who made a work, and whose pictures and works it was made from, each once. */
export function ownersOfWork(job: Job, jobs: Pick<Jobs, "origins">): User[] {
  const chain = [job, ...(job.from === undefined ? [] : jobs.origins(job.id))];
  return distinctById(chain.flatMap((each) => [each.author, ...creditedOwners(each)]));
}
