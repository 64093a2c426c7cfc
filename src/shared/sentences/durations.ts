/** How long something takes, as the server and the page both say it. */
export const durations = {
  "duration.seconds": "{seconds} s",
  "duration.minutes": ({ minutes, seconds }: { minutes: number; seconds: number }) =>
    `${minutes} min${seconds === 0 ? "" : ` ${seconds} s`}`,
  "duration.hours": ({ hours, minutes }: { hours: number; minutes: number }) =>
    `${hours} h${minutes === 0 ? "" : ` ${minutes} min`}`,
} as const;
