/** What the web chat and its gallery refuse. */
export const web = {
  "web.session-unknown": "The chat no longer knows you: reload the page.",
  "web.newcomers": ({ seconds }: { seconds: number }) => `Too many newcomers at once: try again in ${seconds} seconds.`,
  "web.bad-request": "The chat does not understand this request: reload the page.",
  "web.too-fast": ({ seconds }: { seconds: number }) =>
    `That was a lot at once: try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
  "web.guesses": "Too many tries: wait a minute.",
  "web.wrong-code": "This is not the moderator code.",
  "web.file-expired": "This file was kept for a quarter of an hour only: ask for it again.",
  "web.channel-name": "A channel's name has 1 to 32 letters, digits and hyphens, for instance dream-lab.",
  "web.channel-exists": ({ name }: { name: string }) => `There is already a channel #${name}.`,
  "web.channels-full": ({ count }: { count: number }) => `There are already ${count} channels: use one of them.`,
  "web.uploads-busy": "Very many people are sending pictures: try again in a minute.",
  "web.again-gone": "The message of this work is gone, so it cannot be made again from here.",
  "web.no-image": "There is no such picture.",
  "web.no-work": "There is no such work.",
  "web.not-a-form": "A message comes as a form.",
  "web.nonce": "A message needs a nonce of 8 to 64 letters and digits.",
  "web.image-too-large": ({ megabytes }: { megabytes: number }) =>
    `A picture has at most ${megabytes} MB here: make it smaller and send it again.`,
  "web.too-many-images": ({ count }: { count: number }) =>
    `A message has at most ${count} pictures: send the others in a second one.`,
  "web.incomplete": "The message did not arrive whole: send it again.",
  "web.channel-unknown": ({ name }: { name: string }) => `There is no channel #${name} here.`,
  "web.thread-gone": "This thread is no longer there.",
  "web.image-unusable": ({ name, megabytes, most }: { name: string; megabytes: string; most: string }) =>
    `${name} has ${megabytes} MB, and at most ${most} MB can be used here.`,
  "web.text-too-long": ({ most, length }: { most: number; length: number }) =>
    `A message has at most ${most} characters; this one has ${length}.`,
  "web.upload-too-large": ({ name, megabytes, most }: { name: string; megabytes: string; most: string }) =>
    `${name} has ${megabytes} MB; at most ${most} MB fit.`,
  "web.message-gone": "This message is no longer there.",
  "web.not-started": "The web chat has not been started.",
  "web.running": "The web chat is already running.",
  "web.not-running": "The web chat is not running.",
  "web.port-taken": ({ port, host }: { port: number; host: string }) =>
    `Port ${port} on ${host} is taken by another program: stop that one, or choose another port for the web chat.`,
  "web.port-forbidden": ({ port, host }: { port: number; host: string }) =>
    `Port ${port} on ${host} needs more rights than this program has: choose one above 1023.`,
  "web.no-address": ({ host }: { host: string }) =>
    `This machine has no address ${host} to listen on: choose 127.0.0.1, or 0.0.0.0 for all.`,
  "web.image-gone": ({ name }: { name: string }) => `The picture ${name} is no longer here.`,
  "web.image-unreadable": ({ name }: { name: string }) =>
    `${name} is not a picture that can be read: send a JPEG, PNG, WebP, GIF, AVIF or TIFF file.`,
  "web.empty": "Write something or add a picture.",
  "web.emoji": "A reaction is one emoji.",
  "web.reactions-full": ({ count }: { count: number }) =>
    `A message takes at most ${count} different reactions: join one of those that are there.`,
  "web.button-gone": "This button is no longer there.",
  "web.delete-forbidden": "Only the author or a moderator may delete this message.",
  "web.name-length": "A name has 1 to 32 characters.",
  "web.name-taken": ({ name }: { name: string }) => `Somebody here is already called ${name}: choose another name.`,
  "admin.job-ended": ({ id }: { id: string }) => `Job ${id} has just ended.`,
  "admin.forbidden": "Only moderators may see and do this.",
  "gallery.no-command": "No command of this name makes pictures.",
  "gallery.work-gone": "This work is no longer in the gallery.",
  "web.full": "The chat is full right now: try again in a minute.",
  "web.tabs": "The chat is open in too many tabs: close one and reload.",
};
