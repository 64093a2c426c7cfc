import { sentence } from "../text/sentences.js";
import { DoneDialog } from "./DoneDialog.js";

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const [ctrl, alt] = mac ? ["⌘", "⌥"] : ["Ctrl", "Alt"];

/** What the keyboard does, by where it does so. */
const GROUPS = [
  {
    title: "shortcuts.everywhere",
    keys: [
      [`${ctrl} K`, "shortcuts.jump"],
      [`${alt} ↑ ↓`, "shortcuts.channel"],
      ["Esc", "shortcuts.close"],
      [`? · ${ctrl} /`, "shortcuts.list"],
    ],
  },
  {
    title: "shortcuts.writing",
    keys: [
      ["Enter", "shortcuts.send"],
      ["Shift Enter", "shortcuts.line"],
      ["/ @ # :", "shortcuts.complete"],
      ["Tab", "shortcuts.take"],
      ["↑ ↓", "shortcuts.history"],
      ["Page Up", "shortcuts.messages"],
    ],
  },
  {
    title: "shortcuts.message",
    keys: [
      ["↑ ↓", "shortcuts.move"],
      ["← →", "shortcuts.inside"],
      ["Enter", "shortcuts.enlarge"],
      ["R", "message.reply"],
      ["T", "message.thread"],
      ["E", "message.react"],
      ["L", "shortcuts.heart"],
    ],
  },
  {
    title: "shortcuts.picture",
    keys: [["← →", "shortcuts.pictures"]],
  },
] as const;

/** The list of shortcuts. */
export function ShortcutsDialog() {
  return (
    <DoneDialog title={sentence("shortcuts.title")} class="shortcuts">
      {GROUPS.map((group) => (
        <section key={group.title}>
          <h3>{sentence(group.title)}</h3>
          <dl>
            {group.keys.map(([keys, does]) => (
              <div key={does}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{sentence(does)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </DoneDialog>
  );
}
