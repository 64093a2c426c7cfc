import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { WireModerated, WirePerson, WirePersonAct } from "../../../wire.js";
import { loadPerson, moderatePerson } from "../../state/api.js";
import { errorText } from "../../state/toasts.js";
import { sentence } from "../../text/sentences.js";
import { comingTime } from "../../text/time.js";
import { Avatar } from "../Avatar.js";
import { Button, IconButton, useSecondPress } from "../Button.js";
import { closeOverlay, Dialog } from "../Dialog.js";
import { Field } from "../Dialogs.js";
import { Icon, type IconName } from "../Icon.js";
import { placeBeside } from "../place-beside.js";

/** In pixels; it is about as high as this. */
const SIZE = { width: 336, height: 440 };
const MUTES = [
  ["minutes", 10],
  ["hour", 60],
  ["day", 24 * 60],
] as const;

type Act = (act: WirePersonAct) => void;

/** What moderators can do about a person, beside the name that opened it. */
export function PersonMenu({ person, anchor }: { person: WirePerson; anchor: DOMRect }) {
  const { known, said, failed, act } = useModerated(person.id);
  const { name } = known ?? person;
  return (
    <Dialog label={sentence("moderate.open", { name })} class="person-menu" style={placeBeside(anchor, SIZE, "left")}>
      <header>
        <Avatar user={{ ...person, name }} size={44} />
        <div>
          <strong>{name}</strong>
          <small>{known && stateOf(known)}</small>
        </div>
        <IconButton icon="close" label={sentence("common.close")} onClick={closeOverlay} />
      </header>
      {known && <Rows known={known} act={act} />}
      <p class={failed ? "failure" : "hint"} role="status">
        {said}
      </p>
    </Dialog>
  );
}

function useModerated(id: string) {
  const [known, setKnown] = useState<WireModerated>();
  const [said, setSaid] = useState<{ readonly text: string; readonly failed?: boolean }>();
  const show = async (asked: Promise<WireModerated>, done?: string) => {
    try {
      const answer = await asked;
      setKnown(answer);
      setSaid(done === undefined ? undefined : { text: [done, answer.outcome].filter(Boolean).join(": ") });
    } catch (error) {
      setSaid({ text: errorText(error), failed: true });
    }
  };
  useEffect(() => void show(loadPerson(id)), [id]);
  const act: Act = (body) => void show(moderatePerson(id, body), sentence(`moderate.done.${body.act}`));
  return { known, said: said?.text, failed: said?.failed, act };
}

function stateOf({ moderator, banned, mutedUntil }: WireModerated): string {
  if (banned) return sentence("moderate.banned");
  if (mutedUntil !== undefined) return sentence("moderate.muted", { time: comingTime(mutedUntil, Date.now()) });
  return moderator ? sentence("nav.moderator") : "";
}

function Rows({ known, act }: { known: WireModerated; act: Act }) {
  const { moderator } = known;
  return (
    <div class="menu-rows">
      {!moderator && <Mute known={known} act={act} />}
      <Row icon="image" label={sentence("moderate.works")}>
        <Choice label={sentence("moderate.hide")} choose={() => act({ act: "hide-works" })} />
        <Choice label={sentence("moderate.show")} choose={() => act({ act: "show-works" })} />
      </Row>
      <Sure icon="close" label={sentence("moderate.cancel")} action={() => act({ act: "cancel-jobs" })} />
      {!moderator && <Rename known={known} act={act} />}
      {!moderator && (
        <Sure icon="leave" label={sentence("moderate.sign-out")} action={() => act({ act: "sign-out" })} />
      )}
      {!moderator && <Ban key={String(known.banned)} known={known} act={act} />}
      {moderator ? (
        <>
          <Sure icon="shield" label={sentence("moderate.unmake")} action={() => act({ act: "unmake-moderator" })} />
          <p class="hint">{sentence("moderate.unmake-first")}</p>
        </>
      ) : (
        <Sure icon="shield" label={sentence("moderate.make")} action={() => act({ act: "make-moderator" })} />
      )}
    </div>
  );
}

function Mute({ known, act }: { known: WireModerated; act: Act }) {
  return (
    <Row icon="mute" label={sentence("moderate.mute")}>
      {known.mutedUntil === undefined ? (
        MUTES.map(([name, minutes]) => (
          <Choice key={name} label={sentence(`moderate.mute.${name}`)} choose={() => act({ act: "mute", minutes })} />
        ))
      ) : (
        <Choice label={sentence("moderate.unmute")} choose={() => act({ act: "unmute" })} />
      )}
    </Row>
  );
}

function Rename({ known, act }: { known: WireModerated; act: Act }) {
  const [name, setName] = useState<string>();
  if (name === undefined)
    return <Press icon="pen" label={sentence("moderate.rename")} onClick={() => setName(known.name)} />;
  const save = (event: Event) => {
    event.preventDefault();
    act({ act: "rename", name });
    setName(undefined);
  };
  return (
    <form class="menu-form" onSubmit={save}>
      <Field label={sentence("common.name")} value={name} change={setName} maxLength={32} autoFocus />
      <Button type="submit" class="button small primary">
        {sentence("profile.save")}
      </Button>
    </form>
  );
}

function Ban({ known, act }: { known: WireModerated; act: Act }) {
  const [open, setOpen] = useState(false);
  const [address, setAddress] = useState(false);
  if (known.banned)
    return <Press icon="ban" label={sentence("moderate.unban")} onClick={() => act({ act: "unbar" })} />;
  if (!open) return <Press icon="ban" look="danger" label={sentence("moderate.ban")} onClick={() => setOpen(true)} />;
  return (
    <div class="menu-form">
      <p>{sentence("moderate.ban.hint")}</p>
      {known.bannable && (
        <label class="check">
          <input
            type="checkbox"
            checked={address}
            onChange={({ currentTarget }) => setAddress(currentTarget.checked)}
          />
          <span>{sentence("moderate.ban.address")}</span>
        </label>
      )}
      <Button class="button small danger" onClick={() => act({ act: "bar", address })}>
        {sentence("moderate.ban.now")}
      </Button>
    </div>
  );
}

function Row({ icon, label, children }: { icon: IconName; label: string; children: ComponentChildren }) {
  return (
    <div class="menu-row" role="group" aria-label={label}>
      <Icon name={icon} size={18} />
      <span>{label}</span>
      {children}
    </div>
  );
}

function Choice({ label, choose }: { label: string; choose: () => void }) {
  return (
    <Button class="button small" onClick={choose}>
      {label}
    </Button>
  );
}

interface PressProps {
  readonly icon: IconName;
  readonly label: string;
  readonly look?: string;
  readonly onClick: () => void;
}

function Press({ icon, label, look = "", onClick }: PressProps) {
  return (
    <Button class={`menu-row ${look}`} icon={icon} onClick={onClick}>
      <span>{label}</span>
    </Button>
  );
}

/** For what has no undo: done at the second press. */
function Sure({ icon, label, action }: { icon: IconName; label: string; action: () => void }) {
  const { sure, press } = useSecondPress(action);
  return (
    <Press
      icon={icon}
      look={sure ? "danger" : ""}
      label={sure ? sentence("moderate.sure", { label }) : label}
      onClick={press}
    />
  );
}
