import type { ChannelRef, Job, JobResult } from "../../domain/model.js";
import type { Picture } from "../../port/messages.js";
import type { Mark } from "../../shared/metadata/mark.js";
import { markedParts, withMark } from "../../shared/metadata/with-mark.js";
import { commandLine, type Recipe } from "../recipes/recipe.js";
import { creditLine } from "./texts.js";

interface Made {
  readonly recipe: Recipe;
  readonly job: Job;
  readonly result: Pick<JobResult, "seed" | "network" | "version">;
  /** Whether files say how they were made, where the job's channel is. */
  readonly marksFiles: (channel: ChannelRef) => boolean;
}

/** A result with what makes it again in its file, unless the channel's setting or the job's own option says no. */
export function markedResult(picture: Picture, made: Made): Picture {
  return isMarked(made) ? { ...picture, bytes: withMark(picture.bytes, picture.type, markOf(made)) } : picture;
}

/** As {@link markedResult}, in parts: see {@link markedParts}. */
export function markedResultParts({ bytes, type }: Pick<Picture, "bytes" | "type">, made: Made): readonly Uint8Array[] {
  return isMarked(made) ? markedParts(bytes, type, markOf(made)) : [bytes];
}

function isMarked({ job, marksFiles }: Made): boolean {
  return job.params.bare !== true && marksFiles(job.channel);
}

/** No more than is said of it in its chat; a file leaves that, so of what not everybody reads it names no people. */
function markOf({ recipe, job, result: { seed, network, version = 1 } }: Made): Mark {
  const { id, params, pictures, credits, audience = "community" } = job;
  const named = audience === "community" ? creditLine(credits) : "";
  return {
    line: commandLine(recipe, { ...params, seed }, pictures),
    job: id,
    seed: String(seed),
    network,
    version: String(version),
    ...(pictures.length > 0 && { pictures: pictures.join(" ") }),
    ...(named !== "" && { credits: named }),
  };
}
