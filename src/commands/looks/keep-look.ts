import type { Job } from "../../domain/model.js";
import type { EngineResult } from "../../engine/process/engine.js";
import { isExample } from "../../engine/recipes/teach/definition.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../shared/store-error.js";
import type { Looks } from "../../store/looks.js";
import { creditedOwners } from "../images/shown-works.js";
import { styleScope } from "../styles/style-scope.js";
import { LOOK_LIMITS } from "./taught-look.js";

/** What a job has taught, and which network. */
export type Lesson = Required<Pick<EngineResult, "taught" | "network">>;

/**
 * Keeps what a job has taught as a look of its community. It may be called again for the same job.
 * @returns what became of it, in a sentence
 * @throws StoreError when the disk does not take it
 */
export async function keepLook(
  { id: job, channel, author, credits = [], pictures, params }: Job,
  { taught, network }: Lesson,
  looks: Pick<Looks, "add">,
): Promise<string> {
  const name = String(params.name);
  const makers = creditedOwners({ credits });
  const count = pictures.filter(isExample).length;
  const look = { ...styleScope(channel), name, network, pictures: count, author, makers, job };
  try {
    await looks.add({ ...look, file: Buffer.from(taught.file, "base64") }, LOOK_LIMITS);
  } catch (error) {
    if (!(error instanceof StoreError) || (error.kind !== "taken" && error.kind !== "too-many")) throw error;
    return sentence("teach.unkept", { name, why: error.message });
  }
  const times = taught.preference;
  return sentence("teach.kept", { name, times, pictures: count, weak: times < WEAK });
}

/** An answer that is no stronger than this says that nothing was learnt that the pictures have in common. */
const WEAK = 2;
