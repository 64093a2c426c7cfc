import { useEffect, useState } from "preact/hooks";
import type { WireModerated, WireModeration } from "../../../wire.js";
import { loadModeration, moderatePerson } from "../../state/api.js";
import { useStore } from "../../state/store.js";
import { attempt } from "../../state/toasts.js";
import { sentence } from "../../text/sentences.js";
import { comingTime } from "../../text/time.js";
import { Button } from "../Button.js";
import { InlineCode } from "../Markdown.js";
import { PersonButton } from "../moderation/PersonButton.js";
import { Time, useNow } from "../Time.js";
import { Section } from "./Parts.js";

/** Who is barred or muted here, whom the bot gives nothing, and what moderators did. */
export function Moderation() {
  const { moderation, reload } = useModeration();
  if (!moderation) return null;
  const { restricted, barred, acts } = moderation;
  const count = restricted.length + barred.length;
  return (
    <>
      <Section title={sentence("admin.restricted")} count={count}>
        {count === 0 && <p class="empty">{sentence("admin.restricted.none")}</p>}
        <ul class="restricted">
          {restricted.map((person) => (
            <Restricted key={person.id} person={person} reload={reload} />
          ))}
          {barred.map((person) => (
            <Barred key={`bot ${person.id}`} person={person} />
          ))}
        </ul>
      </Section>
      <Section title={sentence("admin.acts")} count={acts.length}>
        {acts.length === 0 && <p class="empty">{sentence("admin.acts.none")}</p>}
        <ul class="acts" hidden={acts.length === 0}>
          {acts.map(({ at, by, kind, subject, detail }, index) => (
            <li key={`${at} ${index}`}>
              <p>
                {sentence(`act.${kind}`, { by: by.name, subject })}
                {detail !== undefined && <small> · {detail}</small>}
              </p>
              <Time at={at} />
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}

/** Loaded when the page is opened, and after what is done in it. */
function useModeration() {
  const [moderation, setModeration] = useState<WireModeration>();
  const menu = useStore((state) => state.overlay?.kind === "person");
  const reload = () => void attempt(async () => setModeration(await loadModeration()));
  useEffect(() => {
    if (!menu) reload();
  }, [menu]);
  return { moderation, reload };
}

function Restricted({ person, reload }: { person: WireModerated; reload: () => void }) {
  const { id, banned, mutedUntil = 0, addressUntil } = person;
  const now = useNow();
  const lift = () =>
    void attempt(async () => {
      await moderatePerson(id, { act: banned ? "unbar" : "unmute" });
      reload();
    });
  return (
    <li>
      <PersonButton person={person} class="name">
        <strong>{person.name}</strong>
      </PersonButton>
      <p>
        {banned ? sentence("moderate.banned") : sentence("moderate.muted", { time: comingTime(mutedUntil, now) })}
        {addressUntil !== undefined &&
          ` · ${sentence("moderate.address-until", { time: comingTime(addressUntil, now) })}`}
      </p>
      <Button class="button small" onClick={lift}>
        {sentence(banned ? "moderate.unban" : "moderate.unmute")}
      </Button>
    </li>
  );
}

/** The bot's own command lifts such a bar, as on every platform. */
function Barred({ person }: { person: WireModeration["barred"][number] }) {
  const { name, by } = person;
  return (
    <li>
      <PersonButton person={{ ...person, bot: false }} class="name">
        <strong>{name}</strong>
      </PersonButton>
      <p>{sentence("moderate.barred", { by: by.name })}</p>
      <InlineCode text={sentence("moderate.barred.lift", { name })} />
    </li>
  );
}
