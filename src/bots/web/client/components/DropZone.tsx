import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { timelineKey } from "../state/store.js";
import { addFiles } from "./drafts.js";
import { Icon } from "./Icon.js";

/** Takes pictures dropped anywhere on a channel or thread into its message box. */
export function DropZone({
  channel,
  thread,
  children,
}: {
  channel: string;
  thread?: string;
  children: ComponentChildren;
}) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  return (
    <div
      class="drop-zone"
      onDragEnter={(event) => {
        if (!carriesFiles(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!carriesFiles(event)) return;
        depth.current -= 1;
        if (depth.current <= 0) setOver(false);
      }}
      onDragOver={(event) => {
        if (carriesFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        void addFiles(timelineKey(channel, thread), [...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {children}
      {over && (
        <div class="drop-veil" aria-hidden="true">
          <div>
            <Icon name="image" size={44} />
            <strong>Drop to upload</strong>
            <span>{thread === undefined ? `for #${channel}` : "for this thread"}</span>
          </div>
        </div>
      )}
    </div>
  );
}
