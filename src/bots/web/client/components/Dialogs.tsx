import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { createChannel, errorText, saveProfile } from "../state/api.js";
import { go } from "../state/route.js";
import { getState, setState, useStore } from "../state/store.js";
import { Avatar } from "./Avatar.js";
import { closeOverlay, Dialog } from "./Dialog.js";

export function ProfileDialog() {
  const me = useStore((state) => state.session?.me);
  const [name, setName] = useState(me?.name ?? "");
  const [code, setCode] = useState("");
  if (!me) return null;
  const save = async () => {
    const saved = await saveProfile({ name, ...(code ? { moderatorCode: code } : {}) });
    const { session } = getState();
    if (session) setState({ session: { ...session, me: saved } });
  };
  return (
    <Dialog label="Your profile" class="sheet">
      <Form title="Who are you here?" action="Save" submit={save}>
        <div class="profile-face">
          <Avatar user={{ ...me, name: name || me.name }} size={64} />
        </div>
        <label>
          <span>Name</span>
          <input
            value={name}
            maxLength={32}
            autoFocus
            autocomplete="nickname"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        {me.moderator ? (
          <p class="hint">You moderate this chat: you may delete anybody's messages and change its settings.</p>
        ) : (
          <details>
            <summary>I moderate this chat</summary>
            <label>
              <span>Moderator code</span>
              <input
                type="password"
                value={code}
                autocomplete="off"
                onInput={(event) => setCode(event.currentTarget.value)}
              />
            </label>
          </details>
        )}
      </Form>
    </Dialog>
  );
}

export function NewChannelDialog() {
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const create = async () => {
    const { id } = await createChannel(name, topic);
    // The socket tells of the channel too; going there must not wait for it.
    const { channels } = getState();
    if (!channels.some((each) => each.id === id))
      setState({ channels: [...channels, { id, topic, last: "0", read: "0", unread: 0, mentions: 0 }] });
    go(id);
  };
  return (
    <Dialog label="New channel" class="sheet">
      <Form title="New channel" action="Create" submit={create}>
        <label>
          <span>Name</span>
          <input
            value={name}
            maxLength={33}
            autoFocus
            placeholder="dream-lab"
            autocapitalize="none"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          <span>What is it for?</span>
          <input
            value={topic}
            maxLength={200}
            placeholder="Landscapes only"
            onInput={(event) => setTopic(event.currentTarget.value)}
          />
        </label>
      </Form>
    </Dialog>
  );
}

function Form({
  title,
  action,
  submit,
  children,
}: {
  title: string;
  action: string;
  submit: () => Promise<void>;
  children: ComponentChildren;
}) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await submit();
      closeOverlay();
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
        <button type="button" class="button" onClick={closeOverlay}>
          Cancel
        </button>
        <button type="submit" class="button primary" disabled={busy}>
          {action}
        </button>
      </div>
    </form>
  );
}
