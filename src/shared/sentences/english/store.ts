/** The data folder: what could not be kept or found. */
export const store = {
  "store.page-unknown": "This page of the gallery is not known; begin at the first.",
  "store.style-gone": "This style is no longer there.",
  "store.emoji-taken": "{emoji} is already the style {style}; choose another emoji.",
  "store.styles-full": "There are already {count} styles here, the most there can be; remove one first.",
  "store.own-styles-full":
    "You have already added {count} styles here, the most one person may have; remove one first.",
  "store.style-taken": "There is already a style {style}; choose another name.",
  "store.job-unfinished":
    "Your job {id} has not ended yet: cancel it, or wait for it, and then delete your data again.",
  "store.newer": "{file} was written by a newer Dreamloom: update this one, or name another folder in DATA_DIR.",
  "store.full": "There is no space left for the data folder {folder}: free some, or lower retention.megabytes.",
  "store.unwritable": ({ folder, code }: { folder: string; code: string }) =>
    `The data folder ${folder} cannot be written (${code}): make it writable, or name another one in data.dir ` +
    "or DATA_DIR.",
  "store.damaged": ({ folder }: { folder: string }) =>
    `The database in the data folder ${folder} is damaged: restore a copy of it, or move dreamloom.sqlite away ` +
    "to start with an empty one.",
  "store.in-use":
    "Another Dreamloom is using the data folder {folder}: stop it, or name another folder in data.dir or DATA_DIR.",
  "keep.full":
    "I cannot keep this: my disk is full. The operator has to free some space; then please try again. Accepted " +
    "jobs go on.",
  "keep.unwritable":
    "I cannot keep this: my data folder cannot be written. The operator has to make it writable; then please " +
    "try again. Accepted jobs go on.",
  "keep.damaged":
    "I cannot keep this: my database is damaged. The operator has to restore a copy of it; then please try again.",
  unexpected: "Something went wrong on my side; it has been written to the log. Please try again.",
  busy: "I have too much to do just now; please try again in a moment.",
} as const;
