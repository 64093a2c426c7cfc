import { useState } from "preact/hooks";
import type { WireWork, WireWorkDetail } from "../../../wire.js";
import { makeAgain, setHidden, showGallery } from "../../state/gallery.js";
import { galleryHref, hrefOf } from "../../state/route.js";
import { getState, useStore } from "../../state/store.js";
import { Avatar } from "../Avatar.js";
import { Dialog } from "../Dialog.js";
import { Icon } from "../Icon.js";
import { CodeBlock } from "../Markdown.js";
import { Time } from "../Time.js";
import { FavouriteButton, ratioOf } from "./WorkTile.js";

function leave(): void {
  window.location.hash = galleryHref();
}

/** One work in full: how it was made, by whom, from what, and what came of it. */
export function WorkView({ job }: { job: string }) {
  const open = useStore((state) => state.work);
  const works = useStore((state) => state.gallery.works);
  // What the wall knows is shown until the rest has come.
  const work = open?.job === job ? open : undefined;
  const known = work ?? works.find((each) => each.job === job);
  const at = works.findIndex((each) => each.job === job);
  const move = (step: number) => {
    const to = at < 0 ? undefined : works[at + step];
    if (to) window.location.replace(galleryHref(to.job));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowLeft") move(-1);
    else if (event.key === "ArrowRight") move(1);
    else if (event.key === "l")
      event.currentTarget instanceof HTMLElement && event.currentTarget.querySelector<HTMLElement>(".heart")?.click();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={known ? `${known.title} by ${known.author.name}` : "A work"} class="work" onClose={leave}>
      <div class="work-inner" onKeyDown={onKeyDown}>
        <div class="work-stage">
          {known && <Stage work={known} />}
          {at > 0 && (
            <button type="button" class="lightbox-move previous" aria-label="Previous work" onClick={() => move(-1)}>
              <Icon name="left" size={28} />
            </button>
          )}
          {at >= 0 && works[at + 1] && (
            <button type="button" class="lightbox-move next" aria-label="Next work" onClick={() => move(1)}>
              <Icon name="right" size={28} />
            </button>
          )}
        </div>
        <div class="work-side">
          <button type="button" class="quiet work-close" aria-label="Close" autoFocus onClick={leave}>
            <Icon name="close" size={22} />
          </button>
          {known && <Head work={known} />}
          {work && <Facts work={work} />}
        </div>
      </div>
    </Dialog>
  );
}

function Stage({ work }: { work: WireWork }) {
  const [shown, setShown] = useState(!work.spoiler);
  const style = {
    "--ratio": `${work.width > 0 && work.height > 0 ? work.width / work.height : 1}`,
    "--natural": `${Math.max((work.width || 512) * 2.5, 640)}px`,
  };
  return (
    <figure class="work-picture" style={style}>
      <img class={shown ? "under" : "under veiled"} src={work.thumb2x} alt="" aria-hidden="true" />
      {shown ? (
        <img key={work.full} src={work.full} alt={`${work.title} by ${work.author.name}`} />
      ) : (
        <button type="button" class="unveil" onClick={() => setShown(true)}>
          <Icon name="eye" size={22} /> Hidden by its author: show it
        </button>
      )}
    </figure>
  );
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
      <button type="button" class="work-author" onClick={all} title={`All by ${author.name}`}>
        <Avatar user={{ ...author, bot: false }} size={30} />
        <span>
          <strong>{author.name}</strong>
          <small>
            <Time at={work.at} />
          </small>
        </span>
      </button>
    </header>
  );
}

function Facts({ work }: { work: WireWorkDetail }) {
  const [busy, setBusy] = useState(false);
  const again = async () => {
    setBusy(true);
    await makeAgain(work.job);
    setBusy(false);
  };
  return (
    <>
      <div class="work-actions">
        <FavouriteButton work={work} large />
        <button type="button" class="button small primary" disabled={busy} onClick={() => void again()}>
          <Icon name="again" size={18} /> Again
        </button>
        {work.channel !== undefined && (
          <a class="button small" href={hrefOf(work.channel, work.thread)}>
            <Icon name="thread" size={18} /> Open thread
          </a>
        )}
        <a class="button small" href={work.full} download="" aria-label="Download">
          <Icon name="download" size={18} />
        </a>
      </div>
      {work.hidden && <p class="work-note">It is not in the gallery: only you and the moderators see it here.</p>}
      {work.credits && <p class="work-credits">{work.credits}</p>}
      <section aria-label="The line that makes it again">
        <CodeBlock text={work.line} />
      </section>
      <Chain work={work} />
      <dl class="work-facts">
        {work.facts.map(({ name, value }) => (
          <div key={`${name} ${value}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>job</dt>
          <dd>{work.job}</dd>
        </div>
      </dl>
      {work.mayHide && (
        <button type="button" class="link work-hide" onClick={() => void setHidden(work.job, !work.hidden)}>
          {work.hidden ? "Put it back into the gallery" : "Take it out of the gallery"}
        </button>
      )}
    </>
  );
}

/** What it came from, from the first on, and what came of it. */
function Chain({ work }: { work: WireWorkDetail }) {
  const { origins } = work;
  const remixes = work.remixes.filter(({ variation }) => !variation);
  const variations = work.remixes.filter(({ variation }) => variation);
  if (origins.length === 0 && work.remixes.length === 0) return null;
  return (
    <section class="chain" aria-label="Remix chain">
      {origins.length > 0 && (
        <>
          <h3>{work.variation ? "A variation of" : "Made from"}</h3>
          <ol>
            {origins.toReversed().map((origin) => (
              <Link key={origin.job} work={origin} />
            ))}
          </ol>
        </>
      )}
      <Made title="Remixed as" works={remixes} />
      <Made title="Variations" works={variations} />
    </section>
  );
}

function Made({ title, works }: { title: string; works: readonly WireWork[] }) {
  if (works.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ol>
        {works.map((work) => (
          <Link key={work.job} work={work} />
        ))}
      </ol>
    </>
  );
}

function Link({ work }: { work: WireWork }) {
  return (
    <li>
      <a href={galleryHref(work.job)}>
        <span class="chain-picture" style={{ "--ratio": `${ratioOf(work)}` }}>
          <img class={work.spoiler ? "veiled" : ""} src={work.thumb} alt="" loading="lazy" decoding="async" />
        </span>
        <strong>{work.title}</strong>
        <small>{work.author.name}</small>
      </a>
    </li>
  );
}
