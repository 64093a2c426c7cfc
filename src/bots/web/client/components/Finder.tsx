import { useEffect, useState } from "preact/hooks";
import type { WirePerson, WireSearch } from "../../wire.js";
import { search } from "../state/api.js";
import { galleryHref, go, hrefOf } from "../state/route.js";
import { useStore } from "../state/store.js";
import { errorText } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { rank } from "../text/slash.js";
import { IconButton } from "./Button.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { type Found, FoundItem, type Place } from "./FoundItem.js";
import { arrowStep, Options, optionId, SearchInput } from "./Options.js";

const LIST = "find-list";
/** So long nothing more is typed before the chat is asked. */
const PAUSE_MS = 180;
const NOTHING: WireSearch = { people: [], messages: [], works: [] };

/** Ctrl/Cmd+K: goes to a channel by a few letters of its name, and finds people, messages and works. */
export function Finder() {
  const { typed, from, index, setIndex, results, error, found, look, choose, onKeyDown } = useFinder();
  return (
    <Dialog label={sentence("find.label")} class="switcher">
      <SearchInput
        label={sentence("find.label")}
        placeholder={sentence("find.hint")}
        value={typed}
        role="combobox"
        aria-expanded="true"
        aria-controls={LIST}
        aria-activedescendant={found[index] && optionId(LIST, index)}
        change={(text) => look(text, from)}
        onKeyDown={onKeyDown}
      >
        {from && <From person={from} onClear={() => look(typed, undefined)} />}
      </SearchInput>
      <Options
        id={LIST}
        label={sentence("find.results")}
        items={found}
        keyOf={keyOf}
        selected={index}
        onSelect={setIndex}
        onChoose={choose}
        empty={
          <div class="none" role="status">
            {error ?? (results && sentence("find.none"))}
          </div>
        }
      >
        {(item) => <FoundItem item={item} typed={typed} />}
      </Options>
    </Dialog>
  );
}

/** What is typed, found and chosen. */
function useFinder() {
  const [typed, setTyped] = useState("");
  const [from, setFrom] = useState<WirePerson>();
  const [index, setIndex] = useState(0);
  const { results, error } = useResults(typed, from);
  const places = rank(usePlaces(), typed.replace(/^#/, ""));
  const found = [...(from ? [] : places), ...listed(results)];
  const look = (text: string, person: WirePerson | undefined) => {
    setTyped(text);
    setFrom(person);
    setIndex(0);
  };
  const choose = (item: Found | undefined) => {
    if (!item) return;
    if (item.kind === "person") return look("", item.person);
    closeOverlay();
    if (item.kind === "place") window.location.hash = item.href;
    else if (item.kind === "work") window.location.hash = galleryHref(item.work.job);
    else go(item.message.channel, item.message.thread, item.message.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = arrowStep(event);
    if (event.key === "Enter") choose(found[index]);
    else if (event.key === "Backspace" && typed === "" && from) look("", undefined);
    else if (step === undefined) return;
    else if (found.length > 0) setIndex((index + step + found.length) % found.length);
    event.preventDefault();
  };
  return { typed, from, index, setIndex, results, error, found, look, choose, onKeyDown };
}

function From({ person, onClear }: { person: WirePerson; onClear: () => void }) {
  return (
    <span class="find-from">
      {sentence("find.from", { name: person.name })}
      <IconButton icon="close" size={14} label={sentence("find.from.clear")} onClick={onClear} />
    </span>
  );
}

/** What the chat finds, as soon as nothing more is typed; what was found before stays until then. */
function useResults(typed: string, from: WirePerson | undefined) {
  const [answer, setAnswer] = useState<{ readonly results?: WireSearch; readonly error?: string }>({});
  useEffect(() => {
    if (typed.trim() === "" && !from) return setAnswer({});
    let current = true;
    const timer = setTimeout(
      () =>
        search(typed, from?.id).then(
          (results) => current && setAnswer({ results }),
          (error: unknown) => current && setAnswer({ error: errorText(error) }),
        ),
      PAUSE_MS,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [typed, from]);
  return answer;
}

function listed({ people, messages, works }: WireSearch = NOTHING): Found[] {
  return [
    ...people.map((person): Found => ({ kind: "person", person })),
    ...works.slice(0, 4).map((work): Found => ({ kind: "work", work })),
    ...messages.map((message): Found => ({ kind: "message", message })),
    ...works.slice(4).map((work): Found => ({ kind: "work", work })),
  ];
}

function keyOf(item: Found): string {
  if (item.kind === "place") return item.href;
  if (item.kind === "person") return `person ${item.person.id}`;
  return item.kind === "work" ? `work ${item.work.job}` : `message ${item.message.id}`;
}

function usePlaces(): Place[] {
  const channels = useStore((state) => state.channels);
  const hasGallery = useStore((state) => state.session?.gallery);
  const places = channels.map(({ id, name, topic, unread }): Place => {
    return { kind: "place", name, topic, unread, icon: "hash", href: hrefOf(id) };
  });
  if (!hasGallery) return places;
  const [name, topic] = [sentence("gallery.title"), sentence("gallery.about")];
  return [...places, { kind: "place", name, topic, unread: 0, icon: "gallery", href: galleryHref() }];
}
