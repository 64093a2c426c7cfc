import { counted } from "../catalogue.js";

/** Why a job was not accepted, or did not end well. */
export const queue = {
  "queue.full": ({ jobs }: { jobs: number }) =>
    `The queue is full (${counted(jobs, "job")} waiting). Please try again in a few minutes.`,
  "queue.person": ({ jobs }: { jobs: number }) =>
    `You have ${counted(jobs, "unfinished job")}, as many as one person may have. Wait for one to end, or ` +
    "cancel one with /cancel.",
  "queue.person-here": ({ jobs }: { jobs: number }) =>
    `You have ${counted(jobs, "unfinished job")} in this channel, as many as one person may have here. Wait ` +
    "for one to end, or cancel one with /cancel.",
  "queue.channel": ({ jobs }: { jobs: number }) =>
    `This channel has ${counted(jobs, "unfinished job")}, as many as it may have. Please wait until one has ended.`,
  "cluster.too-large": ({ megabytes, most }: { megabytes: string; most: string }) =>
    `It has ${megabytes} MB, more than the ${most} MB that may travel between machines here ` +
    "(cluster.maxMegabytes). Try a smaller size.",
  "cluster.store-unreachable": "{store} cannot be reached.",
  "queue.memory": ({ megabytes, most, fitting }: { megabytes: number; most: number; fitting: string | undefined }) =>
    `This would take about ${megabytes} MB of memory, and there are ${most} MB for pictures here. ` +
    `${fitting === undefined ? "No smaller size would fit either." : `The largest that fits is \`${fitting}\`.`}`,
  "queue.person-hour": ({ jobs, minutes }: { jobs: number; minutes: number }) =>
    `You have started ${counted(jobs, "job")} in the last hour, as many as one person may. The next can start ` +
    `in ${counted(minutes, "minute")}.`,
  "queue.person-hour-here": ({ jobs, minutes }: { jobs: number; minutes: number }) =>
    `You have started ${counted(jobs, "job")} here in the last hour, as many as one person may in this ` +
    `channel. The next can start in ${counted(minutes, "minute")}.`,
  "queue.channel-hour": ({ jobs, minutes }: { jobs: number; minutes: number }) =>
    `${counted(jobs, "job")} were started in this channel in the last hour, as many as it may have. The next ` +
    `can start in ${counted(minutes, "minute")}.`,
  "queue.closing": "Dreamloom is shutting down. Please try again in a minute.",
  "queue.draining":
    "Dreamloom is being prepared for maintenance and takes nothing new just now. Please try again in a while.",
  "queue.unreachable": "The queue cannot be reached just now. Please try again in a minute.",
  "queue.paused":
    "The queue is paused for maintenance; nothing that waits is lost, and it goes on by itself afterwards.",
  "queue.unreachable-now": "The queue cannot be reached just now. What it has is not lost; it goes on when it is back.",
  "cluster.no-worker": "No worker is there just now; jobs wait until one comes.",
  "cluster.other-versions":
    "Only workers of another version are there: {versions}. Jobs wait until one of this version comes.",
  "cluster.worker-version": (is: { protocol: number; version: string; bots: number }) =>
    `It speaks protocol ${is.protocol} (Dreamloom ${is.version}) and the bots ${is.bots}; update the older one.`,
  "job.input-lost": "The picture that this was to be made from is no longer there. Please send it again.",
  "job.result-lost": "This was made, but its picture was lost before it could be shown. Please make it again.",
  "job.workers-gone": "The machines that worked on this went away, one after the other. A smaller size may help.",
  "job.worker-failed": "Something went wrong on the machine that worked on this. It has been written to the log there.",
  "job.failed": "Something went wrong in the engine. It has been written to the log.",
  "job.moved": "The machine that worked on this has stopped; another one continues.",
  "job.interrupted":
    "Dreamloom was stopped {attempts} times while it worked on this, so I have given up. A smaller size may help.",
  "job.overtime": ({ minutes }: { minutes: number }) =>
    `This took more than ${counted(minutes, "minute")}, the longest a job may take. Try a smaller size or fewer steps.`,
} as const;
