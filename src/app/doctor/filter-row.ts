import { classesOf } from "../../engine/classify.js";
import { findNetwork, loadNetwork } from "../../engine/networks/catalogue.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { SentenceError } from "../../shared/sentences/sentence-error.js";
import { engineSettings } from "../engine-settings.js";
import { configuredFilter } from "../picture-filter.js";
import type { Config } from "../settings/load-settings.js";
import type { Service } from "./cluster-rows.js";

/** What `dreamloom doctor` finds of the filter of pictures: whether its network is here and knows the classes named. */
export async function filterRow(config: Config): Promise<Service> {
  const what = "filter";
  const filter = configuredFilter(config);
  if (!filter) return { what, works: undefined, detail: sentence("service.off") };
  const { network: id, classes, uploads, results } = filter;
  try {
    const where = engineSettings(config);
    const path = await findNetwork(id, where);
    // In a cluster the workers have it.
    if (path === undefined)
      return { what, works: undefined, detail: sentence("service.filter-fetched", { network: id }) };
    const known = classesOf(await loadNetwork(id, where));
    const named = Object.entries(classes).flatMap(([name, least]) => (least < 1 ? [name] : []));
    const missing = named.filter((name) => !known.includes(name));
    if (missing.length > 0 || named.length === 0)
      return { what, works: false, detail: sentence("filter.classes", { network: id, missing, known }) };
    return { what, works: true, detail: sentence("service.filter-on", { network: id, uploads, results }) };
  } catch (error) {
    if (!(error instanceof SentenceError)) throw error;
    return { what, works: false, detail: error.message };
  }
}
