/** Puts the filter of pictures, where it is set, before every door by which pictures come in. */
import type { JobQueue } from "../queue/queue.js";
import { gateImagesBy } from "../shared/admit-image.js";
import { PictureError } from "../shared/inspect-image.js";
import type { Lifecycle } from "./lifecycle.js";
import type { Config } from "./settings/load-settings.js";

/** The settings of a filter that looks at something. */
export function configuredFilter({ filter }: Config): Config["filter"] | undefined {
  return filter.uploads || filter.results ? filter : undefined;
}

export function startFilter(
  config: Config,
  queue: Pick<JobQueue, "judge">,
  lifecycle: Pick<Lifecycle, "onStop">,
): void {
  if (!config.filter.uploads) return;
  gateImagesBy(async (bytes, name) => {
    const verdict = await queue.judge(bytes);
    if (verdict.kind === "refused") throw new PictureError("filter.upload", { name });
    if (verdict.kind === "unanswered") throw new PictureError("filter.upload-unanswered", { name, why: verdict.why });
  });
  lifecycle.onStop("filter", () => gateImagesBy(undefined));
}
