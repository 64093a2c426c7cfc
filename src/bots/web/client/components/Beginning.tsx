import { fillDraft } from "../state/drafts.js";
import { useChannelName, useStore } from "../state/store.js";
import { onlyTouches } from "../state/touch.js";
import { sentence } from "../text/sentences.js";
import { choosePicture } from "./Attachments.js";
import { Button } from "./Button.js";

/** Where a channel begins; in an empty one, what can be done there. */
export function Beginning({ channel, empty }: { channel: string; empty: boolean }) {
  const known = useStore((state) => state.channels.find((each) => each.id === channel));
  const commands = useStore((state) => state.session?.commands) ?? [];
  const name = useChannelName(channel);
  const topic = known?.topic;
  const begins = commands.some((command) => command.name === "dream");
  return (
    <header class="beginning">
      <h2>#{name}</h2>
      <p>{topic ? sentence("timeline.beginning.topic", { topic }) : sentence("timeline.beginning")}</p>
      {empty && begins && !known?.archived && (
        <div class="empty-channel">
          <p>{sentence(onlyTouches() ? "timeline.empty.touch" : "timeline.empty")}</p>
          <div class="buttons">
            <Button class="button small primary" icon="image" onClick={choosePicture}>
              {sentence("composer.add")}
            </Button>
            <Button class="button small" onClick={() => fillDraft(channel, "/dream picture:none")}>
              {sentence("timeline.empty.noise")}
            </Button>
          </div>
        </div>
      )}
    </header>
  );
}
