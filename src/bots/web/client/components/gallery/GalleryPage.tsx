import { useEffect, useRef, useState } from "preact/hooks";
import type { WireWork } from "../../../wire.js";
import { loadGalleryUsers } from "../../state/api.js";
import { loadMoreWorks, setFavourite, showGallery } from "../../state/gallery.js";
import { type GalleryView, useStore } from "../../state/store.js";
import { Icon } from "../Icon.js";
import { MenuButton } from "../MenuButton.js";
import { WorkTile } from "./WorkTile.js";

const KINDS = [
  [undefined, "All"],
  ["dream", "Dreams"],
  ["stylize", "Paintings"],
  ["blend", "Blends"],
  ["texture", "Textures"],
  ["neuron", "Neurons"],
  ["neurons", "Sheets"],
  ["zoom", "Films"],
] as const;

/** All that was made here, to walk along. */
export function GalleryPage({ lost }: { lost: boolean }) {
  const { works, status, error, next, view, stalled = false } = useStore((state) => state.gallery);
  const page = useRef<HTMLDivElement>(null);
  return (
    <main class="pane gallery-pane" aria-label="Gallery">
      <header class="pane-header">
        <MenuButton />
        <h1>Gallery</h1>
        <p>All that was made here</p>
      </header>
      {lost && (
        <p class="banner" role="status">
          <span class="pulse" /> Reconnecting…
        </p>
      )}
      <div class="gallery-scroll" ref={page}>
        <Filters view={view} />
        {status === "failed" ? (
          <div class="gallery-none" role="alert">
            <p>{error}</p>
            <button type="button" class="button" onClick={() => showGallery(view)}>
              Try again
            </button>
          </div>
        ) : works.length === 0 && status === "ready" ? (
          <Nothing view={view} />
        ) : (
          <Wall works={works} busy={status === "loading"} />
        )}
        {next !== undefined && <More root={page} status={status} stalled={stalled} />}
      </div>
    </main>
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
    <ul class="wall" ref={wall} aria-busy={busy} aria-label="Works" onKeyDown={onKeyDown}>
      {works.map((work) => (
        <WorkTile key={work.job} work={work} />
      ))}
      {/* Takes what is left of the last row, so that its pictures are no taller than the others. */}
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

function More({
  root,
  status,
  stalled,
}: {
  root: { readonly current: HTMLElement | null };
  status: string;
  stalled: boolean;
}) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!end.current || status !== "ready" || stalled) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && void loadMoreWorks(),
      {
        root: root.current,
        rootMargin: "900px 0px",
      },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [status, stalled]);
  return (
    <div class="gallery-more" ref={end}>
      <button type="button" class="button" disabled={status === "loading"} onClick={() => void loadMoreWorks()}>
        {status === "loading" ? "Loading…" : "Show more"}
      </button>
    </div>
  );
}

function Filters({ view }: { view: GalleryView }) {
  const me = useStore((state) => state.session?.me);
  const order = (by: GalleryView["by"], label: string) => (
    <button type="button" aria-pressed={view.by === by} onClick={() => view.by !== by && showGallery({ ...view, by })}>
      {by === "favourites" && <Icon name="heart" size={15} />}
      {label}
    </button>
  );
  return (
    <div class="gallery-filters">
      <div class="segments" role="group" aria-label="Order">
        {order("date", "Newest")}
        {order("favourites", "Most loved")}
      </div>
      <div class="chips" role="group" aria-label="Kind">
        {KINDS.map(([command, label]) => (
          <button
            type="button"
            key={label}
            class="chip"
            aria-pressed={view.command === command}
            onClick={() => view.command !== command && showGallery({ ...view, command })}
          >
            {label}
          </button>
        ))}
      </div>
      <UserFilter view={view} me={me} />
    </div>
  );
}

function UserFilter({
  view,
  me,
}: {
  view: GalleryView;
  me: { readonly id: string; readonly name: string } | undefined;
}) {
  const [users, setUsers] = useState<readonly { readonly id: string; readonly name: string; readonly works: number }[]>(
    [],
  );
  // Asked again with each look: somebody may have made a first work.
  useEffect(() => {
    let current = true;
    loadGalleryUsers().then(
      ({ people: found }) => current && setUsers(found),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [view]);
  const others = users.filter(({ id }) => id !== me?.id);
  const shown =
    view.user && !users.some(({ id }) => id === view.user?.id) ? [{ ...view.user, works: 0 }, ...others] : others;
  return (
    <div class="gallery-person">
      <select
        aria-label="Whose works"
        value={view.user?.id ?? ""}
        onChange={(event) => {
          const { value } = event.currentTarget;
          const user = value === me?.id ? me : shown.find(({ id }) => id === value);
          showGallery({ ...view, user: user && { id: user.id, name: user.name } });
        }}
      >
        <option value="">everybody</option>
        {me && <option value={me.id}>me</option>}
        {shown.map(({ id, name, works }) => (
          <option key={id} value={id}>
            {name}
            {works > 0 ? ` (${works})` : ""}
          </option>
        ))}
      </select>
    </div>
  );
}

function Nothing({ view }: { view: GalleryView }) {
  const filtered = view.command !== undefined || view.user !== undefined;
  return (
    <div class="gallery-none">
      <Icon name="gallery" size={40} />
      <h2>{filtered ? "Nothing of this kind yet" : "The walls are still bare"}</h2>
      <p>
        {filtered
          ? "Look at everything, or make the first one."
          : "Every finished picture hangs here by itself. Begin with /dream in a channel."}
      </p>
      {filtered && (
        <button type="button" class="button" onClick={() => showGallery({ by: view.by })}>
          Show everything
        </button>
      )}
    </div>
  );
}
