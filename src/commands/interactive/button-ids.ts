/** Ids of buttons that belong to no job; those of a job are in `presenting/texts.ts`. They are in messages for ever. */

/** Under a vote. */
export const PAINT_NOW = "vote:paint";
export const CANCEL_VOTE = "vote:cancel";

/** Under "are you sure?". */
export const DELETE_MY_DATA = "mydata:delete";

/** Those below a report begin so. */
export const REPORT_BUTTON = "report:";
