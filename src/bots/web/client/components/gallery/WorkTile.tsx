import { useState } from "preact/hooks";
import type { WireWork } from "../../../wire.js";
import { setFavourite } from "../../state/gallery.js";
import { galleryHref } from "../../state/route.js";
import { sentence } from "../../text/sentences.js";
import { Button, tooltip } from "../Button.js";
import { Icon } from "../Icon.js";

/** The ratios of width to height in a row: images much longer than wide, or the other way, would spoil it. */
const NARROWEST = 0.55;
const WIDEST = 2.2;

/** One work on the wall. */
export function WorkTile({ work }: { work: WireWork }) {
  const { job, title, author, film, spoiler, thumb, thumb2x } = work;
  const [loaded, setLoaded] = useState(false);
  return (
    <li class="tile" style={{ "--ratio": `${ratioOf(work)}` }}>
      <a href={galleryHref(job)}>
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
            <Icon name="play" size={14} /> {sentence("work.film")}
          </span>
        )}
        {spoiler && (
          <span class="tile-hidden">
            <Icon name="hidden" size={18} /> {sentence("work.hidden")}
          </span>
        )}
        <span class="tile-words">
          <strong>{title}</strong> <span>{sentence("work.by", { author: author.name })}</span>
        </span>
      </a>
      <FavouriteButton work={work} />
    </li>
  );
}

export function FavouriteButton({ work, large = false }: { work: WireWork; large?: boolean }) {
  const { hearts, loved } = work;
  return (
    <Button
      icon="heart"
      size={large ? 20 : 17}
      class={large ? "heart large" : "heart"}
      aria-pressed={loved}
      aria-label={sentence("work.favourite", { count: hearts })}
      title={tooltip(sentence("work.favourite.short"), "L")}
      data-hearts={hearts}
      onClick={() => void setFavourite(work)}
    >
      {(hearts > 0 || large) && <b>{hearts}</b>}
    </Button>
  );
}

export function ratioOf({ width, height }: Pick<WireWork, "width" | "height">): number {
  return width > 0 && height > 0 ? Math.min(WIDEST, Math.max(NARROWEST, width / height)) : 1;
}
