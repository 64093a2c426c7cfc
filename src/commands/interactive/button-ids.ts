/** Ids of buttons that belong to no job; those of a job are in `presenting/texts.ts`. They are in messages for ever. */

/** Under a vote. */
export const PAINT_NOW = "vote:paint";
export const CANCEL_VOTE = "vote:cancel";

/** Under the question whether a look may be taught from people's works. */
export const AGREE_LESSON = "lesson:agree";
export const DECLINE_LESSON = "lesson:decline";
export const BEGIN_LESSON = "lesson:begin";
export const CANCEL_LESSON = "lesson:cancel";

/** Under "are you sure?". */
export const DELETE_MY_DATA = "mydata:delete";

/** Those below a report begin so. */
export const REPORT_BUTTON = "report:";
