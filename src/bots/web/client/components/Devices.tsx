import { useEffect, useState } from "preact/hooks";
import type { WireDevices, WireJoinCode } from "../../wire.js";
import { endDevice, join, loadDevices, makeJoinCode } from "../state/api.js";
import { joinAddress } from "../state/route.js";
import { useStore } from "../state/store.js";
import { attempt, toast } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { relativeTime } from "../text/time.js";
import { Button } from "./Button.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { Field, Form } from "./Dialogs.js";
import { copyText } from "./Markdown.js";

type Device = WireDevices["devices"][number];

/** The browsers in which one is the same person: a code lets another one in, and each can be signed out. */
export function DevicesDialog() {
  const name = useStore((state) => state.session?.me.name) ?? "";
  const [devices, setDevices] = useState<readonly Device[]>([]);
  const [code, setCode] = useState<WireJoinCode>();
  const load = () => attempt(async () => setDevices((await loadDevices()).devices));
  useEffect(() => void load(), []);
  const end = (id: number) =>
    void attempt(async () => {
      await endDevice(id);
      await load();
    });
  return (
    <Dialog label={sentence("devices.title")} class="sheet">
      <div class="devices">
        <h2>{sentence("devices.title")}</h2>
        <p class="hint">{sentence("devices.about", { name })}</p>
        <ul>
          {devices.map((device) => (
            <DeviceItem key={device.id} device={device} onEnd={() => end(device.id)} />
          ))}
        </ul>
        {code && <Code {...code} />}
        <div class="sheet-actions">
          <Button class="button" onClick={closeOverlay}>
            {sentence("common.close")}
          </Button>
          <Button class="button primary" onClick={() => void attempt(async () => setCode(await makeJoinCode()))}>
            {sentence("devices.add")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function DeviceItem({ device, onEnd }: { device: Device; onEnd: () => void }) {
  const browser = device.browser || sentence("devices.unknown");
  const seen = sentence("devices.seen", { time: relativeTime(device.seen, Date.now()) });
  return (
    <li>
      <strong>{browser}</strong>
      <span>{device.current ? sentence("devices.current") : seen}</span>
      {!device.current && (
        <Button class="button small" aria-label={sentence("devices.end.of", { browser })} onClick={onEnd}>
          {sentence("devices.end")}
        </Button>
      )}
    </li>
  );
}

function Code({ code, minutes }: WireJoinCode) {
  const copy = async () => {
    await copyText(joinAddress(code));
    toast(sentence("common.copied"));
  };
  return (
    <section class="join-code" role="status">
      <output>{`${code.slice(0, 5)}-${code.slice(5)}`}</output>
      <p>{sentence("devices.code", { minutes })}</p>
      <p>{sentence("devices.code.keep")}</p>
      <Button class="button small" icon="link" onClick={() => void copy()}>
        {sentence("devices.link.copy")}
      </Button>
    </section>
  );
}

/** Takes a code from another browser, says who one will be, and becomes that person. */
export function JoinDialog({ code: given }: { code: string }) {
  const me = useStore((state) => state.session?.me);
  const [code, setCode] = useState(given);
  const [name, setName] = useState<string>();
  const submit = async () => {
    const answer = await join(code, name !== undefined);
    if (name === undefined) {
      setName(answer.name);
      return false;
    }
    // Everything on the page is another person's.
    window.location.replace(window.location.pathname);
    window.location.reload();
    return true;
  };
  const action = name === undefined ? sentence("join.next") : sentence("join.sure.go", { name });
  return (
    <Dialog label={sentence("join.title")} class="sheet">
      <Form title={sentence("join.title")} action={action} submit={submit}>
        {name === undefined ? (
          <Field
            label={sentence("join.code")}
            value={code}
            change={setCode}
            maxLength={40}
            autoFocus
            autocomplete="off"
          />
        ) : (
          <p>{sentence("join.sure", { name, before: me?.name ?? "" })}</p>
        )}
      </Form>
    </Dialog>
  );
}
