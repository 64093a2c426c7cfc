import type { Job } from "../../domain/model.js";
import type { JobRepository } from "../../queue/job-repository.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import { sameEmoji } from "../../shared/typed.js";
import type { Styles } from "../../store/styles.js";
import type { BotOptions } from "../bot-options.js";
import { checkMayUse, checkNotWithheld } from "../images/may-use.js";
import { provenanceOfJob } from "../images/provenance.js";
import type { KeptOctaves } from "../presenting/kept-octaves.js";
import { type RepeatServices, recipeOf, repeatJob } from "../recipes/repeat.js";
import { type JobRequester, startJob } from "../recipes/start-job.js";
import {
  checkMayBeStyle,
  checkStill,
  chosen,
  larger,
  morphed,
  stronger,
  type Variant,
  type Varied,
  varied,
  type WantedVariant,
} from "../recipes/variants.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import { addStyle } from "../styles/add-style.js";
import { UserError } from "../user-error.js";

export interface VariantServices extends RepeatServices {
  readonly jobs: RepeatServices["jobs"] & Pick<JobRepository, "result">;
  readonly settings: RepeatServices["settings"] & Pick<ChannelSettings, "largest">;
  readonly store: RepeatServices["store"] & { readonly styles: Pick<Styles, "add"> };
  readonly octaves: Pick<KeptOctaves, "of">;
  readonly botOptions: BotOptions;
}

/** What is made of a job's result: the job whose result it is, who asks, and where. */
interface Asked {
  readonly job: Job;
  readonly requester: JobRequester;
  readonly services: VariantServices;
  /** Of a sheet's pictures. */
  readonly variation?: number | undefined;
}

/**
 * Makes something new of a result, whether a button or a reaction asks for it.
 * @throws UserError for what its recipe does not offer, and whenever a job cannot be started
 */
export async function makeVariant(
  { variant, variation }: WantedVariant,
  job: Job,
  requester: JobRequester,
  services: VariantServices,
): Promise<void> {
  const recipe = recipeOf(job, services.recipes);
  const { params, channel } = job;
  const result = { recipe, params, largest: services.settings.largest(recipe, channel, requester.user) };
  await ACTIONS[variant]({ job, requester, services, variation }, result);
}

const ACTIONS: Readonly<Record<Variant, (asked: Asked, result: Varied) => Promise<void>>> = {
  vary: (asked, result) => repeated(asked, varied(result, asked.variation)),
  choose: (asked, result) => repeated(asked, chosen(result, asked.variation)),
  enlarge: (asked, result) => repeated(asked, { ...chosen(result, asked.variation), ...larger(result) }),
  stronger: (asked, result) => repeated(asked, stronger(result, 1)),
  weaker: (asked, result) => repeated(asked, stronger(result, -1)),

  async morph(asked, result) {
    const changes = morphed(result);
    const { job, requester, services } = asked;
    const octaves = await services.octaves.of(job.id);
    const note = octaves ? undefined : sentence("morph.made-again", { id: job.id });
    await repeatJob(job, changes, requester, services, { octaves, note });
  },

  async larger(asked, result) {
    const changes = larger(result);
    const { job, requester, services } = asked;
    const finished = result.recipe.goesOn(job.params) ? await services.jobs.result(job.id) : undefined;
    // Where it is no longer kept, a larger one is made from the start.
    await repeatJob(job, changes, requester, services, { finished });
  },

  async film(asked, result) {
    const { job, requester, services } = asked;
    checkStill(result);
    const image = { bytes: await resultOf(asked, "zoom") };
    const recipe = services.recipes.get("zoom");
    if (!recipe) throw new UserError("result.image-gone", { id: job.id, command: "zoom" });
    const provenance = provenanceOfJob(job, requester.user);
    await startJob({ recipe, given: {}, images: { image }, provenance }, requester, services);
  },

  async style(asked, result) {
    const { job, requester, services } = asked;
    const { user, channel, chat } = requester;
    checkStill(result);
    checkMayBeStyle(job);
    const bytes = await resultOf(asked, "style add");
    const taken = await services.styles.list(channel);
    // A word that says what it is, and which: `/style rename` changes it.
    const name = `${result.recipe.command}-${job.id.toLowerCase()}`;
    if (taken.some((style) => style.name === name)) throw new UserError("style.already", { name });
    const emoji = EMOJI.find((each) => !taken.some((style) => sameEmoji(style.emoji, each)));
    if (emoji === undefined) throw new UserError("style.emoji-used-up", { line: `/style add name:${name} emoji:🍂` });
    await addStyle({ name, emoji, author: user, image: { bytes, name } }, channel, services);
    const message = { text: sentence("style.added", { emoji, name, by: plain(user.name) }) };
    await (requester.replyPublic ?? ((said) => chat.post(channel, said)))(message);
  },
};

/** Marks of styles that were given none, one each. */
const EMOJI: readonly string[] = [..."🟣🔵🟢🟡🟠🔴🟤🟪🟦🟩🟨🟧🟥🟫🔷🔶🔮🧿🪞🪩🫧🎏🎐🎑🎀🎴🧩🎭🎪⚫⚪⬛⬜🔘"];

function repeated({ job, requester, services }: Asked, changes: Readonly<Record<string, unknown>>): Promise<void> {
  return repeatJob(job, changes, requester, services);
}

async function resultOf({ job, requester, services }: Asked, command: string): Promise<Uint8Array> {
  checkNotWithheld(job);
  checkMayUse(job.author, requester, services);
  const result = await services.jobs.result(job.id);
  if (!result) throw new UserError("result.image-gone", { id: job.id, command });
  return result.bytes;
}
