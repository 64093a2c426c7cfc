import { useEffect, useState } from "preact/hooks";
import type { WireGalleryPeople } from "../../../wire.js";
import { complete, loadGalleryUsers } from "../../state/api.js";
import { showGallery } from "../../state/gallery.js";
import { type GalleryView, useStore } from "../../state/store.js";
import { sentence } from "../../text/sentences.js";
import { Button } from "../Button.js";

/** Commands whose works can be shown alone. */
const KINDS = ["dream", "stylize", "blend", "texture", "neuron", "neurons", "zoom"] as const;
const TYPING_MS = 300;

/** Which works are shown, and in which order. */
export function Filters({ view }: { view: GalleryView }) {
  return (
    <div class="gallery-filters">
      <div class="segments" role="group" aria-label={sentence("gallery.order")}>
        {(["date", "favourites"] as const).map((by) => (
          <Choice
            key={by}
            pressed={view.by === by}
            icon={by === "favourites" ? "heart" : undefined}
            view={{ ...view, by }}
          >
            {sentence(by === "date" ? "common.newest" : "gallery.order.favourites")}
          </Choice>
        ))}
      </div>
      <div class="chips" role="group" aria-label={sentence("gallery.kind")}>
        {[undefined, ...KINDS].map((command) => (
          <Choice key={command} class="chip" pressed={view.command === command} view={{ ...view, command }}>
            {sentence(`gallery.kind.${command ?? "all"}`)}
          </Choice>
        ))}
      </div>
      <div class="gallery-more-filters">
        <WordFilter view={view} />
        <NameFilter view={view} of="style" />
        <NameFilter view={view} of="look" />
        <UserFilter view={view} />
      </div>
    </div>
  );
}

/** Works that have all of some words; asked for a moment after the last key. */
function WordFilter({ view }: { view: GalleryView }) {
  const [typed, setTyped] = useState(view.words ?? "");
  useEffect(() => setTyped(view.words ?? ""), [view.words]);
  useEffect(() => {
    const words = typed.trim() || undefined;
    if (words === view.words) return;
    const timer = setTimeout(() => showGallery({ ...view, words }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, view]);
  return (
    <input
      type="search"
      aria-label={sentence("gallery.words")}
      placeholder={sentence("gallery.words")}
      maxLength={100}
      value={typed}
      onInput={(event) => setTyped(event.currentTarget.value)}
    />
  );
}

/** Where the names of each are completed. */
const NAMED = { style: { command: "stylize", option: "style" }, look: { command: "dream", option: "look" } } as const;

function NameFilter({ view, of }: { view: GalleryView; of: "style" | "look" }) {
  const known = useNames(of);
  const chosen = view[of];
  const names = chosen === undefined || known.includes(chosen) ? known : [chosen, ...known];
  return (
    <select
      aria-label={sentence(`gallery.${of}`)}
      value={chosen ?? ""}
      onChange={(event) => showGallery({ ...view, [of]: event.currentTarget.value || undefined })}
    >
      <option value="">{sentence(`gallery.${of}.all`)}</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** The names that may be chosen in the first channel: a community's own styles among them. */
function useNames(of: "style" | "look"): readonly string[] {
  const channel = useStore((state) => state.channels[0]?.id);
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    if (channel === undefined) return;
    let current = true;
    complete({ ...NAMED[of], typed: "", channel }).then(
      (found) => current && setNames(found.map(({ value }) => value)),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [of, channel]);
  return names;
}

interface ChoiceProps {
  readonly class?: string;
  readonly icon?: "heart" | undefined;
  readonly pressed: boolean;
  /** What is shown when it is chosen. */
  readonly view: GalleryView;
  readonly children: string;
}

function Choice({ pressed, view, ...props }: ChoiceProps) {
  return <Button {...props} size={15} aria-pressed={pressed} onClick={() => !pressed && showGallery(view)} />;
}

function UserFilter({ view }: { view: GalleryView }) {
  const me = useStore((state) => state.session?.me);
  const users = useUsers(view);
  const others = users.filter(({ id }) => id !== me?.id);
  const gone = view.user && !users.some(({ id }) => id === view.user?.id) ? [{ ...view.user, works: 0 }] : [];
  const shown = [...gone, ...others];
  const choose = (chosen: string) => {
    const user = chosen === me?.id ? me : shown.find(({ id }) => id === chosen);
    showGallery({ ...view, user: user && { id: user.id, name: user.name } });
  };
  return (
    <select
      aria-label={sentence("gallery.person")}
      value={view.user?.id ?? ""}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      <option value="">{sentence("gallery.person.all")}</option>
      {me && <option value={me.id}>{sentence("gallery.person.me")}</option>}
      {shown.map(({ id, name, works }) => (
        <option key={id} value={id}>
          {works > 0 ? `${name} (${works})` : name}
        </option>
      ))}
    </select>
  );
}

/** Who has works; asked again with each view, as somebody may have made a first one. */
function useUsers(view: GalleryView): WireGalleryPeople["people"] {
  const [users, setUsers] = useState<WireGalleryPeople["people"]>([]);
  useEffect(() => {
    let current = true;
    loadGalleryUsers().then(
      ({ people }) => current && setUsers(people),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [view]);
  return users;
}
