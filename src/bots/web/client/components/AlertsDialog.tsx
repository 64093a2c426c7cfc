import { useState } from "preact/hooks";
import { allowNotifications, canNotify, changeAlerts, chime } from "../state/alerts.js";
import { useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { DoneDialog } from "./DoneDialog.js";

/** How somebody wants to be told that something is done. */
export function AlertsDialog() {
  const { sound, desktop } = useStore((state) => state.alerts);
  const [permission, setPermission] = useState(canNotify);
  const changeDesktop = async (on: boolean) => {
    if (!on || permission === "granted") return changeAlerts({ desktop: on });
    setPermission(await allowNotifications());
  };
  const changeSound = (on: boolean) => {
    changeAlerts({ sound: on });
    // So that one hears what one has chosen.
    if (on) chime();
  };
  return (
    <DoneDialog title={sentence("alerts.title")}>
      <p class="hint">{sentence("alerts.hint")}</p>
      <Switch label={sentence("alerts.sound")} on={sound} change={changeSound} />
      <Switch
        label={sentence("alerts.desktop")}
        on={desktop}
        disabled={permission === "denied" || permission === "missing"}
        change={(on) => void changeDesktop(on)}
      />
      {(permission === "denied" || permission === "missing") && <p class="hint">{sentence(`alerts.${permission}`)}</p>}
    </DoneDialog>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly on: boolean;
  readonly disabled?: boolean;
  change(on: boolean): void;
}

function Switch({ label, on, disabled = false, change }: SwitchProps) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={on}
        disabled={disabled}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
