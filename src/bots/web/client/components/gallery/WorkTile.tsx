import { useState } from "preact/hooks";
import type { WireWork } from "../../../wire.js";
import { setFavourite } from "../../state/gallery.js";
import { galleryHref } from "../../state/route.js";
import { Icon } from "../Icon.js";

/** Pictures much longer than wide, or the other way, would spoil their row. */
const NARROWEST = 0.55;
const WIDEST = 2.2;

/** One work on the wall. */
export function WorkTile({ work }: { work: WireWork }) {
  const { job, title, author, film, spoiler, thumb, thumb2x } = work;
  const [loaded, setLoaded] = useState(false);
  return (
    <li class="tile" style={{ "--ratio": `${ratioOf(work)}` }}>
      <a href={galleryHref(job)} aria-label={`${title} by ${author.name}${spoiler ? ", hidden" : ""}`}>
        <img
          class={[loaded ? "loaded" : "", spoiler ? "veiled" : ""].join(" ")}
          src={thumb}
          srcset={`${thumb} 480w, ${thumb2x} 960w`}
          sizes="(max-width: 820px) 50vw, 320px"
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onLoad={() => setLoaded(true)}
        />
        {film && (
          <span class="tile-mark">
            <Icon name="play" size={14} /> Film
          </span>
        )}
        {spoiler && (
          <span class="tile-hidden">
            <Icon name="hidden" size={18} /> Hidden
          </span>
        )}
        <span class="tile-words">
          <strong>{title}</strong>
          <span>{author.name}</span>
        </span>
      </a>
      <FavouriteButton work={work} />
    </li>
  );
}

export function FavouriteButton({ work, large = false }: { work: WireWork; large?: boolean }) {
  const { hearts, loved } = work;
  const users = hearts === 1 ? "1 person loves it" : `${hearts} people love it`;
  return (
    <button
      type="button"
      class={large ? "heart large" : "heart"}
      aria-pressed={loved}
      aria-label={`Love it; ${users}`}
      title={loved ? "You love it" : "Love it (L)"}
      data-hearts={hearts}
      onClick={() => void setFavourite(work)}
    >
      <Icon name="heart" size={large ? 20 : 17} />
      {(hearts > 0 || large) && <b>{hearts}</b>}
    </button>
  );
}

export function ratioOf({ width, height }: Pick<WireWork, "width" | "height">): number {
  return width > 0 && height > 0 ? Math.min(WIDEST, Math.max(NARROWEST, width / height)) : 1;
}
