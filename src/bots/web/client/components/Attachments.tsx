import { useState } from "preact/hooks";
import { changeFile, removeFile } from "../state/drafts.js";
import { addMask, drawnOnFile } from "../state/masks.js";
import { isFilm } from "../state/shrink.js";
import type { Attachment } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";
import { MaskDialog } from "./MaskDialog.js";

/** The images that a message will have; each may be described, hidden and removed. */
export function Attachments({ draftKey, files }: { draftKey: string; files: readonly Attachment[] }) {
  const [drawnOn, setDrawnOn] = useState<Attachment>();
  return (
    <>
      {drawnOn && (
        <MaskDialog
          picture={{ ...drawnOn, name: drawnOn.file.name }}
          kept={drawnOnFile(drawnOn.file)}
          onUse={(strokes) => addMask(draftKey, drawnOn, strokes)}
          onClose={() => setDrawnOn(undefined)}
        />
      )}
      <ul class="composer-files" aria-label={sentence("composer.files")}>
        {files.map((file) => (
          <AttachmentItem key={file.key} draftKey={draftKey} file={file} onDraw={() => setDrawnOn(file)} />
        ))}
      </ul>
    </>
  );
}

interface ItemProps {
  readonly draftKey: string;
  readonly file: Attachment;
  /** Opens the brush. */
  readonly onDraw: () => void;
}

function AttachmentItem({ draftKey, file, onDraw }: ItemProps) {
  const { spoiler, url, description } = file;
  const { name } = file.file;
  return (
    <li>
      {file.width > 0 && <img class={spoiler ? "veiled" : undefined} src={url} alt={name} />}
      {isFilm(file.file) && (
        <video
          class={spoiler ? "veiled" : undefined}
          src={url}
          aria-label={name}
          muted
          playsInline
          preload="metadata"
        />
      )}
      {file.width === 0 && !isFilm(file.file) && <span class="unknown">{name}</span>}
      <IconButton
        icon={spoiler ? "hidden" : "eye"}
        size={15}
        class="hide-file"
        aria-pressed={spoiler}
        label={sentence("composer.hide", { name })}
        onClick={() => changeFile(draftKey, file, { spoiler: !spoiler })}
      />
      {file.width > 0 && file.maskOf === undefined && file.drawnOn === undefined && (
        <IconButton icon="brush" size={15} class="draw-mask" label={sentence("mask.draw", { name })} onClick={onDraw} />
      )}
      <IconButton
        icon="close"
        size={14}
        class=""
        label={sentence("composer.remove", { name })}
        onClick={() => removeFile(draftKey, file)}
      />
      <input
        aria-label={sentence("composer.describe.name", { name })}
        placeholder={sentence("composer.describe")}
        maxLength={500}
        value={description}
        onInput={(event) => changeFile(draftKey, file, { description: event.currentTarget.value })}
      />
    </li>
  );
}

/** Opens the choice of files for the channel's message box. */
export function choosePicture(): void {
  document.querySelector<HTMLInputElement>(".channel-pane input[type=file]")?.click();
}
