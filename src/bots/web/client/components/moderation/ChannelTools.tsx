import { useState } from "preact/hooks";
import type { WireChannelAct } from "../../../wire.js";
import { moderateChannel } from "../../state/api.js";
import { useStore } from "../../state/store.js";
import { errorText } from "../../state/toasts.js";
import { sentence } from "../../text/sentences.js";
import { Button, useSecondPress } from "../Button.js";
import { closeOverlay, Dialog } from "../Dialog.js";
import { Field, Form } from "../Dialogs.js";

/** What moderators can do to a channel. */
export function ChannelTools({ channel: id }: { channel: string }) {
  const channel = useStore((state) => state.channels.find((each) => each.id === id));
  const [name, setName] = useState(channel?.name ?? id);
  const [error, setError] = useState("");
  const act = async (body: WireChannelAct) => {
    try {
      await moderateChannel(id, body);
      closeOverlay();
    } catch (refusal) {
      setError(errorText(refusal));
    }
  };
  const { sure, press } = useSecondPress(() => void act({ act: "delete-channel" }));
  if (!channel) return null;
  const { archived } = channel;
  const title = sentence("channel.tools", { channel: channel.name });
  return (
    <Dialog label={title} class="sheet">
      <Form
        title={`#${channel.name}`}
        action={sentence("channel.rename")}
        submit={() => moderateChannel(id, { act: "rename-channel", name })}
      >
        <Field
          label={sentence("common.name")}
          value={name}
          change={setName}
          maxLength={33}
          autoFocus
          autocapitalize="none"
        />
      </Form>
      <div class="channel-acts">
        <p class="hint">{sentence(archived ? "channel.open.hint" : "channel.archive.hint")}</p>
        <Button
          class="button"
          icon="box"
          onClick={() => void act({ act: archived ? "open-channel" : "archive-channel" })}
        >
          {sentence(archived ? "channel.open" : "channel.archive")}
        </Button>
        <p class="hint">{sentence("channel.delete.hint")}</p>
        <Button class="button danger" icon="trash" onClick={press}>
          {sentence(sure ? "channel.delete.sure" : "channel.delete")}
        </Button>
        {error && (
          <p class="failure" role="alert">
            {error}
          </p>
        )}
      </div>
    </Dialog>
  );
}
