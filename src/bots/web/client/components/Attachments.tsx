import { changeFile, removeFile } from "../state/drafts.js";
import type { Attachment } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";

/** The images that a message will have; each may be described, hidden and removed. */
export function Attachments({ draftKey, files }: { draftKey: string; files: readonly Attachment[] }) {
  return (
    <ul class="composer-files" aria-label={sentence("composer.files")}>
      {files.map((file) => (
        <AttachmentItem key={file.key} draftKey={draftKey} file={file} />
      ))}
    </ul>
  );
}

function AttachmentItem({ draftKey, file }: { draftKey: string; file: Attachment }) {
  const { spoiler, url, description } = file;
  const { name } = file.file;
  return (
    <li>
      {file.width > 0 ? (
        <img class={spoiler ? "veiled" : undefined} src={url} alt={name} />
      ) : (
        <span class="unknown">{name}</span>
      )}
      <IconButton
        icon={spoiler ? "hidden" : "eye"}
        size={15}
        class="hide-file"
        aria-pressed={spoiler}
        label={sentence("composer.hide", { name })}
        onClick={() => changeFile(draftKey, file, { spoiler: !spoiler })}
      />
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
