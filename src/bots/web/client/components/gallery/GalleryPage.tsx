import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { WireWork } from "../../../wire.js";
import { loadMoreWorks, setFavourite, showGallery } from "../../state/gallery.js";
import { type GalleryView, useStore } from "../../state/store.js";
import { sentence } from "../../text/sentences.js";
import { Button } from "../Button.js";
import { Icon } from "../Icon.js";
import { Page } from "../Page.js";
import { Filters } from "./Filters.js";
import { WorkTile } from "./WorkTile.js";

/** All that was made here, to walk along. */
export function GalleryPage() {
  const { works, status, error, next, view, stalled = false } = useStore((state) => state.gallery);
  const page = useRef<HTMLDivElement>(null);
  return (
    <Page class="gallery-pane" title={sentence("gallery.title")} about={sentence("gallery.about")}>
      <div class="gallery-scroll" ref={page}>
        <Filters view={view} />
        {status === "failed" ? (
          <div class="gallery-none" role="alert">
            <p>{error}</p>
            <Button class="button" onClick={() => showGallery(view)}>
              {sentence("common.retry")}
            </Button>
          </div>
        ) : works.length === 0 && status === "ready" ? (
          <Nothing view={view} />
        ) : (
          <Wall works={works} busy={status === "loading"} />
        )}
        {next !== undefined && <More root={page} status={status} stalled={stalled} />}
      </div>
    </Page>
  );
}

function Wall({ works, busy }: { works: readonly WireWork[]; busy: boolean }) {
  const wall = useRef<HTMLUListElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const tiles = [...(wall.current?.querySelectorAll<HTMLAnchorElement>(".tile > a") ?? [])];
    const at = tiles.indexOf(document.activeElement as HTMLAnchorElement);
    const tile = tiles[at];
    const work = works[at];
    if (!tile || !work) return;
    if (event.key === "l") {
      event.preventDefault();
      void setFavourite(work);
      return;
    }
    const to = neighbour(event.key, tiles, at);
    if (!to) return;
    event.preventDefault();
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  };
  return (
    <ul class="wall" ref={wall} aria-busy={busy} aria-label={sentence("gallery.works")} onKeyDown={onKeyDown}>
      {works.map((work) => (
        <WorkTile key={work.job} work={work} />
      ))}
      {/* Takes what is left of the last row, so that its images are no taller than the others. */}
      <li class="rest" aria-hidden="true" />
    </ul>
  );
}

/** Left and right by order, up and down to the nearest of the next row. */
function neighbour(key: string, tiles: readonly HTMLElement[], at: number): HTMLElement | undefined {
  if (key === "ArrowLeft") return tiles[at - 1];
  if (key === "ArrowRight") return tiles[at + 1];
  if (key === "Home") return tiles[0];
  if (key === "End") return tiles.at(-1);
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const from = tiles[at]?.getBoundingClientRect();
  if (!from) return undefined;
  const middle = from.left + from.width / 2;
  const down = key === "ArrowDown";
  const beyond = (down ? tiles.slice(at + 1) : tiles.slice(0, at).reverse()).map((tile) => ({
    tile,
    box: tile.getBoundingClientRect(),
  }));
  const row = beyond.find(({ box }) => (down ? box.top > from.top + 4 : box.top < from.top - 4))?.box.top;
  const near = beyond.filter(({ box }) => row !== undefined && Math.abs(box.top - row) < 4);
  const distance = (box: DOMRect) => Math.abs(box.left + box.width / 2 - middle);
  return near.sort((a, b) => distance(a.box) - distance(b.box))[0]?.tile;
}

interface MoreProps {
  readonly root: RefObject<HTMLElement | null>;
  readonly status: string;
  readonly stalled: boolean;
}

function More({ root, status, stalled }: MoreProps) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!end.current || status !== "ready" || stalled) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && void loadMoreWorks(),
      { root: root.current, rootMargin: "900px 0px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [status, stalled]);
  return (
    <div class="gallery-more" ref={end}>
      <Button class="button" disabled={status === "loading"} onClick={() => void loadMoreWorks()}>
        {sentence(status === "loading" ? "gallery.loading" : "gallery.more")}
      </Button>
    </div>
  );
}

function Nothing({ view }: { view: GalleryView }) {
  const { by: _order, ...filters } = view;
  const filtered = Object.values(filters).some((each) => each !== undefined);
  return (
    <div class="gallery-none">
      <Icon name="gallery" size={40} />
      <h2>{sentence(filtered ? "gallery.none" : "gallery.empty")}</h2>
      <p>{sentence(filtered ? "gallery.none.hint" : "gallery.empty.hint")}</p>
      {filtered && (
        <Button class="button" onClick={() => showGallery({ by: view.by })}>
          {sentence("gallery.none.all")}
        </Button>
      )}
    </div>
  );
}
