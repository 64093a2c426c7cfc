import { useState } from "preact/hooks";
import type { WirePhoto, WireWork, WireWorkDetail } from "../../../wire.js";
import { makeOf, setHidden, showGallery } from "../../state/gallery.js";
import { galleryHref, hrefOf } from "../../state/route.js";
import { getState, useModerates, useStore } from "../../state/store.js";
import { toast } from "../../state/toasts.js";
import { sentence } from "../../text/sentences.js";
import { Avatar } from "../Avatar.js";
import { Button, IconButton, useBusy } from "../Button.js";
import { ButtonRows } from "../ButtonRows.js";
import { Compare } from "../Compare.js";
import { Dialog } from "../Dialog.js";
import { Icon } from "../Icon.js";
import { MoveButton } from "../Lightbox.js";
import { CodeBlock, copyText } from "../Markdown.js";
import { PersonButton } from "../moderation/PersonButton.js";
import { Player } from "../Player.js";
import { Time } from "../Time.js";
import { Zoom } from "../Zoom.js";
import { FavouriteButton, ratioOf } from "./WorkTile.js";

function leave(): void {
  window.location.hash = galleryHref();
}

function labelOf({ title, author }: WireWork): string {
  return sentence("work.label", { title, author: author.name });
}

/** One work in full: how it was made, by whom, from what, and what came of it. */
export function WorkView({ job }: { job: string }) {
  const open = useStore((state) => state.work);
  const works = useStore((state) => state.gallery.works);
  const at = works.findIndex((each) => each.job === job);
  const [before, after] = at < 0 ? [] : [works[at - 1], works[at + 1]];
  const work = open?.job === job ? open : undefined;
  // What the page knows is shown until the rest has come.
  const known = work ?? works[at];
  const show = (to: WireWork | undefined) => {
    if (to) window.location.replace(galleryHref(to.job));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { target } = event;
    if (target instanceof HTMLInputElement || target instanceof HTMLVideoElement) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowLeft") show(before);
    else if (event.key === "ArrowRight") show(after);
    else if (event.key === "l") (event.currentTarget as HTMLElement).querySelector<HTMLElement>(".heart")?.click();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={known ? labelOf(known) : sentence("work.unknown")} class="work" onClose={leave}>
      <div class="work-inner" onKeyDown={onKeyDown}>
        <div class="work-stage">
          {known && <Stage work={known} origin={comparable(work)} />}
          {before && <MoveButton to="previous" label={sentence("work.previous")} onClick={() => show(before)} />}
          {after && <MoveButton to="next" label={sentence("work.next")} onClick={() => show(after)} />}
        </div>
        <div class="work-side">
          <IconButton
            icon="close"
            size={22}
            class="quiet work-close"
            label={sentence("common.close")}
            autoFocus
            onClick={leave}
          />
          {known && <Head work={known} />}
          {work && <Details work={work} />}
        </div>
      </div>
    </Dialog>
  );
}

/** What a work is compared with. */
interface Before {
  readonly url: string;
  readonly name: string;
}

function Stage({ work, origin }: { work: WireWork; origin: Before | undefined }) {
  const { width, height, full } = work;
  const [shown, setShown] = useState(!work.spoiler);
  const [compare, setCompare] = useState(false);
  const style = {
    "--ratio": `${width > 0 && height > 0 ? width / height : 1}`,
    "--natural": `${Math.max((width || 512) * 2.5, 640)}px`,
  };
  if (!shown)
    return (
      <figure class="work-picture" style={style}>
        <img class="under veiled" src={work.thumb2x} alt="" aria-hidden="true" />
        <Button class="unveil" icon="eye" size={22} onClick={() => setShown(true)}>
          {sentence("work.hidden.show")}
        </Button>
      </figure>
    );
  if (work.video)
    return (
      <div class="zoom">
        <figure class="work-picture" style={style}>
          <Player url={full} poster={work.thumb2x} label={labelOf(work)} />
        </figure>
      </div>
    );
  return (
    <>
      <Zoom key={full}>
        {compare && origin ? (
          <Compare class="work-picture" style={style} before={origin} after={{ url: full, name: labelOf(work) }} />
        ) : (
          <figure class="work-picture" style={style}>
            <img class="under" src={work.thumb2x} alt="" aria-hidden="true" draggable={false} />
            <img src={full} alt={labelOf(work)} draggable={false} />
          </figure>
        )}
      </Zoom>
      {origin && (
        <Button class="work-compare" icon="compare" aria-pressed={compare} onClick={() => setCompare(!compare)}>
          {sentence("picture.compare")}
        </Button>
      )}
    </>
  );
}

/** The work or the photo that one was made from, where both have one shape; what is hidden is not shown unasked. */
function comparable(work: WireWorkDetail | undefined): Before | undefined {
  if (!work || work.film || work.sheet || work.height === 0) return undefined;
  const { photo, variation, origins } = work;
  const fits = ({ width, height, spoiler }: Pick<WirePhoto, "width" | "height" | "spoiler">) =>
    !spoiler && Math.abs(width / height / (work.width / work.height) - 1) < 0.03;
  // A variation has the picture of what it varies: before it there was the photo.
  const origin = variation && photo ? undefined : origins[0];
  if (origin) return !origin.film && fits(origin) ? { url: origin.full, name: labelOf(origin) } : undefined;
  return photo && fits(photo) ? { url: photo.url, name: photoLabel(photo) } : undefined;
}

function photoLabel({ by }: WirePhoto): string {
  return sentence("work.label", { title: sentence("work.photo"), author: by });
}

function Head({ work }: { work: WireWork }) {
  const { author } = work;
  const all = () => {
    showGallery({ by: getState().gallery.view.by, user: author });
    leave();
  };
  return (
    <header class="work-head">
      <h2>{work.title}</h2>
      <Button class="work-author" onClick={all} title={sentence("work.author", { author: author.name })}>
        <Avatar user={{ ...author, bot: false }} size={30} />
        <span>
          <strong>{author.name}</strong>
          <small>
            <Time at={work.at} />
          </small>
        </span>
      </Button>
    </header>
  );
}

function Details({ work }: { work: WireWorkDetail }) {
  const { job, hidden } = work;
  const moderates = useModerates();
  return (
    <>
      <Actions work={work} />
      {hidden && <p class="work-note">{sentence("work.not-listed")}</p>}
      {work.credits && <p class="work-credits">{work.credits}</p>}
      {work.publicPage && !hidden && (
        <p class="work-credits">
          {sentence("work.public")}{" "}
          <a href={work.publicPage} target="_blank" rel="noreferrer">
            {sentence("work.public.page")}
          </a>
        </p>
      )}
      <section aria-label={sentence("work.line")}>
        <CodeBlock text={work.line} />
        {work.lineNotes && <p class="work-note">{work.lineNotes}</p>}
      </section>
      <Chain work={work} />
      <dl class="work-facts">
        {[...work.facts, { name: sentence("work.job"), value: job }].map(({ name, value }) => (
          <div key={`${name} ${value}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {work.mayHide && (
        <Button class="link work-hide" onClick={() => void setHidden(job, !hidden)}>
          {sentence(hidden ? "work.unhide" : "work.hide")}
        </Button>
      )}
      {moderates && (
        <PersonButton person={{ ...work.author, bot: false }} class="link work-hide">
          {sentence("moderate.open", work.author)}
        </PersonButton>
      )}
    </>
  );
}

function Actions({ work }: { work: WireWorkDetail }) {
  const [busy, run] = useBusy();
  return (
    <div class="work-actions">
      <FavouriteButton work={work} large />
      <Button class="button small primary" icon="again" disabled={busy} onClick={() => run(() => makeOf(work.job))}>
        {sentence("work.again")}
      </Button>
      {work.channel !== undefined && (
        <a class="button small" href={hrefOf(work.channel, work.thread)}>
          <Icon name="thread" size={18} /> {sentence("thread.title")}
        </a>
      )}
      <Button
        class="button small"
        icon="link"
        aria-label={sentence("work.link")}
        title={sentence("work.link")}
        onClick={() => void copyText(addressOf(work)).then(() => toast(sentence("common.copied")))}
      />
      <a class="button small" href={work.full} download="" aria-label={sentence("common.download")}>
        <Icon name="download" size={18} />
      </a>
      {work.makes.length > 0 && (
        <ButtonRows
          buttons={work.makes}
          label={sentence("work.makes")}
          isBusy={() => busy}
          onPress={(id) => run(() => makeOf(work.job, id))}
        />
      )}
    </div>
  );
}

function addressOf({ job }: WireWork): string {
  return new URL(galleryHref(job), window.location.href).href;
}

/** What it came from, from the first on, and what came of it. */
function Chain({ work }: { work: WireWorkDetail }) {
  const { photo, origins, remixes } = work;
  if (!photo && origins.length === 0 && remixes.length === 0) return null;
  return (
    <section class="chain" aria-label={sentence("work.chain")}>
      {photo && <Photo photo={photo} />}
      <Works title={work.variation ? "work.origins.variation" : "work.origins"} works={origins.toReversed()} />
      <Works title="work.remixes" works={remixes.filter(({ variation }) => !variation)} />
      <Works title="work.variations" works={remixes.filter(({ variation }) => variation)} />
    </section>
  );
}

/** The photo at its beginning; it leads to the message that shows it. */
function Photo({ photo }: { photo: WirePhoto }) {
  const { channel, thread, message, preview, spoiler, by } = photo;
  return (
    <>
      <h3>{sentence("work.photo")}</h3>
      <ol>
        <li>
          <a href={hrefOf(channel, thread, message)} aria-label={photoLabel(photo)}>
            <span class="chain-picture">
              <img class={spoiler ? "veiled" : ""} src={preview} alt="" loading="lazy" decoding="async" />
            </span>
            <small>{by}</small>
          </a>
        </li>
      </ol>
    </>
  );
}

interface WorksProps {
  readonly title: "work.origins" | "work.origins.variation" | "work.remixes" | "work.variations";
  readonly works: readonly WireWork[];
}

function Works({ title, works }: WorksProps) {
  if (works.length === 0) return null;
  return (
    <>
      <h3>{sentence(title)}</h3>
      <ol>
        {works.map((work) => (
          <li key={work.job}>
            <a href={galleryHref(work.job)}>
              <span class="chain-picture" style={{ "--ratio": `${ratioOf(work)}` }}>
                <img class={work.spoiler ? "veiled" : ""} src={work.thumb} alt="" loading="lazy" decoding="async" />
              </span>
              <strong>{work.title}</strong>
              <small>{work.author.name}</small>
            </a>
          </li>
        ))}
      </ol>
    </>
  );
}
