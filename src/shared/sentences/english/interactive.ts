/** What can be pressed or reacted to: results, palettes, votes. */
export const interactive = {
  "button.unknown": "This button no longer works.",
  "button.job-unknown": "Job {id} is no longer known here; please start a new one.",
  "button.foreign": "This is {owner}'s; only they and moderators can {verb} it.",
  "button.ended": "This job has already ended.",
  "button.not-ended": "This job has not ended yet; cancel it first.",
  "button.delete-failed": "Some of the messages could not be deleted; please try again.",
  "styles.none": "There are no styles here yet.",
  "result.no-size": "This picture has no size to enlarge.",
  "result.largest": "It is already {size} px, the largest allowed here.",
  "result.no-strength": "This picture has no strength to change.",
  "result.strength-limit": "Its strength is already {strength}, the limit.",
  "result.image-gone": "The picture of job {id} is no longer kept; send it again with `/zoom`.",
  "vote.minutes": "minutes is for votes. For example: `/blend vote minutes:10`",
  "vote.sweep": "A vote makes one picture, so leave sweep out. For example: `/blend vote minutes:10`",
  "vote.weights":
    "In a vote, the votes are the shares: name styles without numbers. For example: `/blend vote summer winter`",
  "vote.photo": "The photo's own style has no emoji to vote with; leave it out. For example: `/blend vote minutes:10`",
  "vote.already": ({ opener }: { opener: string | undefined }) =>
    `There is already a vote in this channel${opener === undefined ? "" : `, opened by ${opener}`}. One at a ` +
    "time: ✅ under it paints, its Cancel button ends it.",
  "vote.over": "This vote is over.",
  "vote.foreign": "{opener} opened this vote; only they and moderators can end it. Your reactions are your vote.",
  "vote.empty": "Nobody has voted yet: react with a style first.",
  "vote.starting": "The painting is just being started; cancel that instead.",
  "vote.image-gone": "The picture of this vote is gone. Cancel it, and send the picture again with `/blend vote`.",
  "vote.emoji": "{style}'s emoji, {emoji}, ends votes, so it cannot be voted for.",
  "vote.two-styles":
    "A vote needs at least two styles. For example: `/blend vote summer winter`; without any, all of them take part.",
} as const;
