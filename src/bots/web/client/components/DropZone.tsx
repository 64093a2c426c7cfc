import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { addFiles } from "../state/drafts.js";
import { type TimelineRef, timelineKey, useChannelName } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { Icon } from "./Icon.js";

/** Takes images dropped anywhere on a channel or thread into its message box. */
export function DropZone({ channel, thread, children }: TimelineRef & { children: ComponentChildren }) {
  const [over, setOver] = useState(false);
  const name = useChannelName(channel);
  // Entering an element inside comes before leaving the one around it.
  const depth = useRef(0);
  const enter = (step: number) => (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    depth.current += step;
    setOver(depth.current > 0);
  };
  const onDrop = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    void addFiles(timelineKey(channel, thread), [...(event.dataTransfer?.files ?? [])]);
  };
  return (
    <div
      class="drop-zone"
      onDragEnter={enter(1)}
      onDragLeave={enter(-1)}
      onDragOver={(event) => carriesFiles(event) && event.preventDefault()}
      onDrop={onDrop}
    >
      {children}
      {over && (
        <div class="drop-veil" aria-hidden="true">
          <div>
            <Icon name="image" size={44} />
            <strong>{sentence("composer.drop")}</strong>
            <span>
              {sentence(thread === undefined ? "composer.drop.channel" : "composer.drop.thread", { channel: name })}
            </span>
          </div>
        </div>
      )}
    </div>
  );
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") === true;
}
