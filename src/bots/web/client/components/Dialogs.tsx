import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useState } from "preact/hooks";
import { createChannel, saveProfile } from "../state/api.js";
import { go } from "../state/route.js";
import { getState, setMe, setState, useStore } from "../state/store.js";
import { errorText } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { Avatar } from "./Avatar.js";
import { Button } from "./Button.js";
import { closeOverlay, Dialog } from "./Dialog.js";

export function ProfileDialog() {
  const me = useStore((state) => state.session?.me);
  const [name, setName] = useState(me?.name ?? "");
  const [code, setCode] = useState("");
  if (!me) return null;
  const save = async () => setMe(await saveProfile({ name, ...(code ? { moderatorCode: code } : {}) }));
  return (
    <Dialog label={sentence("profile.label")} class="sheet">
      <Form title={sentence("profile.title")} action={sentence("profile.save")} submit={save}>
        <div class="profile-face">
          <Avatar user={{ ...me, name: name || me.name }} size={64} />
        </div>
        <Field
          label={sentence("common.name")}
          value={name}
          change={setName}
          maxLength={32}
          autoFocus
          autocomplete="nickname"
          readOnly={me.signedIn === true}
        />
        {me.signedIn && <p class="hint">{sentence("profile.signed-in")}</p>}
        <p class="sheet-links">
          <Button class="link" onClick={() => setState({ overlay: { kind: "devices" } })}>
            {sentence("devices.open")}
          </Button>
          {!me.signedIn && (
            <Button class="link" onClick={() => setState({ overlay: { kind: "join", code: "" } })}>
              {sentence("join.open")}
            </Button>
          )}
        </p>
        {me.moderator ? (
          <p class="hint">{sentence("profile.moderates")}</p>
        ) : (
          <details>
            <summary>{sentence("profile.moderate")}</summary>
            <Field label={sentence("profile.code")} value={code} change={setCode} type="password" autocomplete="off" />
          </details>
        )}
      </Form>
    </Dialog>
  );
}

export function NewChannelDialog() {
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const title = sentence("channel.new");
  const create = async () => {
    const channel = await createChannel(name, topic);
    const { id } = channel;
    // The socket tells of the channel too; going there must not wait for it.
    const { channels } = getState();
    const made = { ...channel, last: "0", read: "0", unread: 0, mentions: 0 };
    if (!channels.some((each) => each.id === id)) setState({ channels: [...channels, made] });
    go(id);
  };
  return (
    <Dialog label={title} class="sheet">
      <Form title={title} action={sentence("channel.create")} submit={create}>
        <Field
          label={sentence("common.name")}
          value={name}
          change={setName}
          maxLength={33}
          autoFocus
          placeholder={sentence("channel.name.example")}
          autocapitalize="none"
        />
        <Field
          label={sentence("channel.topic")}
          value={topic}
          change={setTopic}
          maxLength={200}
          placeholder={sentence("channel.topic.example")}
        />
      </Form>
    </Dialog>
  );
}

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string;
  readonly change: (value: string) => void;
};

export function Field({ label, change, ...attributes }: FieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input {...attributes} onInput={(event) => change(event.currentTarget.value)} />
    </label>
  );
}

interface FormProps {
  readonly title: string;
  readonly action: string;
  /** Resolves with false where there is more to ask. */
  readonly submit: () => Promise<unknown>;
  readonly children: ComponentChildren;
}

export function Form({ title, action, submit, children }: FormProps) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const more = (await submit()) === false;
      setError("");
      setBusy(false);
      if (!more) closeOverlay();
    } catch (refusal) {
      setError(errorText(refusal));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <h2>{title}</h2>
      {children}
      {error && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
      <div class="sheet-actions">
        <Button class="button" onClick={closeOverlay}>
          {sentence("common.cancel")}
        </Button>
        <Button type="submit" class="button primary" disabled={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
