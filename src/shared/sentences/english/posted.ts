import { counted, ordinal } from "../catalogue.js";

/** What is posted about jobs, votes, works, settings and stored data, and what buttons are called. */
export const posted = {
  "cancel.too-late": "It had just ended.",
  "cancel.done": "Cancelled {ids}.",
  "gallery.empty":
    "There is nothing here yet. Finished pictures come into the gallery by themselves; begin with `/dream`.",
  "gallery.removed": "{id} is out of the gallery; its messages stay. `/gallery restore {id}` puts it back.",
  "gallery.restored": "{id} is in the gallery again.",
  "gallery.origins": ({ variation, works }: { variation: boolean; works: string }) =>
    `${variation ? "A variation of" : "Made from"} ${works}`,
  "gallery.remixes": "Made from it: {works}",
  "gallery.variations": "Variations of it: {works}",
  "gallery.message": "the message",
  "gallery.spoiler": "hidden",
  "gallery.fact.picture": "picture",
  "gallery.fact.took": "took",
  "gallery.fact.made-by": "painted by",
  "work.by": "{title} by {author}",
  "button.again": "Again",
  "list.more": ({ list, hidden }: { list: string; hidden: number }) =>
    hidden > 0 ? `${list} and ${hidden} more` : list,
  "gallery.hint": "`/gallery show ID` tells all about one, `/again ID` makes it again.",
  "gallery.heading": ({
    of,
    here,
    by,
    page,
  }: {
    of: string | undefined;
    here: boolean;
    by: "date" | "favourites";
    page: number;
  }) =>
    `**Gallery${of === undefined ? "" : ` of ${of}`}**${here ? " of this channel" : ""}, ` +
    `${by === "date" ? "newest first" : "most favourites first"}${page > 1 ? ` · page ${page}` : ""}`,
  "button.previous": "Previous",
  "button.next": "Next",
  "help.intro": "Post a picture and write `/dream`. `/help dream` explains a command's options.",
  "help.examples": "For example:",
  "help.range": "{minimum} to {maximum}",
  "help.default": "default: {value}",
  "palette.question": "**Which style, {name}?** React with one; several blend them.\n{styles}",
  "vote.paint-now": "Paint now",
  "vote.cancel": "Cancel the vote",
  "vote.until": "Open for {duration}, until {time}.",
  "vote.heading": ({ opener, until }: { opener: string; until: string }) =>
    `**A vote: which styles shall it be?** Opened by ${opener}.${until && ` ${until}`}`,
  "vote.rules":
    "React with the styles you like. Everybody has one vote, split among what they choose; the shares of the " +
    "votes become the shares of the blend.",
  "vote.paints": "✅ by {opener} or a moderator paints at once.",
  "vote.stuck": "**The vote is over, but the painting could not be started.**",
  "vote.retries": "✅ by {opener} or a moderator tries again.",
  "vote.decided": "**The vote is over: {styles}.**",
  "vote.painted": ({ styles, cut, id }: { styles: number; cut: boolean; id: string }) =>
    `${cut ? `A blend has at most ${styles} styles, so those with most votes are painted` : "It is painted"} ` +
    `as job \`${id}\`.`,
  "vote.ended": "**The vote is over.** {why}",
  "vote.choosers": ({ people, channel }: { people: number; channel: string }) =>
    `${people === 1 ? "1 person" : `${people} people`} of ${channel}`,
  "vote.no-votes": "Nobody voted, so nothing is painted.",
  "job.cancelled": "Cancelled by {by}.",
  "credit.image": "picture by {by}",
  "credit.style": ({ names, count, by }: { names: string; count: number; by: string }) =>
    `${count > 1 ? "styles" : "style"}${names && ` ${names}`} by ${by}`,
  "credit.chosen": "chosen by {by}",
  "list.and": "{list} and {last}",
  "person.unnamed": "somebody",
  "duration.seconds": "{seconds} s",
  "duration.minutes": ({ minutes, seconds }: { minutes: number; seconds: number }) =>
    `${minutes} min${seconds === 0 ? "" : ` ${seconds} s`}`,
  "duration.hours": ({ hours, minutes }: { hours: number; minutes: number }) =>
    `${hours} h${minutes === 0 ? "" : ` ${minutes} min`}`,
  "film.stilled": "*The film is too large for this chat, so this is one picture of it.*",
  "result.done": ({ octaves }: { octaves: number }) =>
    octaves > 1 ? `${octaves} octaves done.` : "The picture is done.",
  done: "Done",
  "network.fetching": ({ network, received, all }: { network: string; received: number; all: number | undefined }) =>
    `Fetching the network ${network}, which happens only once: ${received}${all === undefined ? "" : ` of ${all}`} MB.`,
  "network.fetching-short": "Fetching {network}",
  "network.folder": "From a folder",
  "button.cancel": "Cancel",
  "button.delete": "Delete",
  "job.heading": ({
    title,
    author,
    origin,
    variation,
    id,
  }: {
    title: string;
    author: string;
    origin: string | undefined;
    variation: boolean;
    id: string;
  }) =>
    `**${title}** for ` +
    `${author}${origin === undefined ? "" : `, ${variation ? "a variation of" : "from"} \`${origin}\``} · job ` +
    `\`${id}\``,
  "job.accepted": "Accepted.",
  "job.moment": "a moment",
  "job.about": "about {duration}",
  "job.painting": "Painting now, {takes} to go; the frames are in the thread.",
  "job.in-line-notice": ({ place, takes, notice }: { place: number; takes: string; notice: string }) =>
    `${ordinal(place)} in line, takes ${takes}. ${notice}`,
  "job.starts-at-once": "starts at once",
  "job.starts-in": "starts in about {duration}",
  "job.in-line": ({ place, starts, takes }: { place: number; starts: string; takes: string }) =>
    `${ordinal(place)} in line, ${starts}, takes ${takes}.`,
  "job.beginning": ({ title, duration }: { title: string; duration: string | undefined }) =>
    `${title}: starting.${duration === undefined ? "" : ` It takes about ${duration}.`}`,
  "job.starting": "Starting",
  "frame.film": "Frame {frame} of {frames}",
  "frame.step": "Octave {octave} of {octaves}, step {step} of {steps}",
  "frame.underway": ({ label, left }: { label: string; left: string | undefined }) =>
    `${label}${left === undefined ? "" : ` · about ${left} left`}`,
  "frame.size": "Octave {octave} of {octaves} · {width} × {height}",
  "frame.description": "The picture after octave {octave} of {octaves}",
  "result.description": "{title} by {author}, {width} × {height} pixels",
  "result.took": "took {duration}",
  "result.runtime": "{network} on {runtime}",
  "result.unnamed": ({ images }: { images: readonly ("image" | "style")[] }) =>
    `with ${images.map((image) => (image === "image" ? "the picture" : "its style picture")).join(" and ")}`,
  "result.version": "v{version}",
  "result.ready": "Your picture is ready: **{title}**",
  "result.done-in": ({ duration, credits }: { duration: string; credits: string }) =>
    `Done in ${duration}.${credits ? ` ${credits}.` : ""}`,
  "job.retry-memory": "The painter ran out of memory on this picture; trying again.",
  "job.retry-crash": "The painter crashed on this picture; trying again.",
  "job.crashed": "The painter crashed on this picture again and again, so I have stopped. A smaller size may help.",
  "job.out-of-memory":
    "The painter ran out of memory again and again, so I have stopped; a smaller size needs less. ({reason})",
  "job.suspended": "Dreamloom is being restarted; this resumes by itself as soon as it is back.",
  "job.resumed": "Dreamloom was restarted; this resumes where it was.",
  "queue.empty": ({ notice, caps }: { notice: string | undefined; caps: string }) =>
    `${notice ?? "Nobody is waiting: the next job starts at once."}\n${caps}`,
  "queue.more": "... and {hidden} more",
  "queue.used": "{open} of {most} unfinished, {started} of {anHour} in the last hour",
  "queue.caps": ({ mine, mineHere, all }: { mine: string; mineHere: string | undefined; all: string }) =>
    `You: ${mine}${mineHere === undefined ? "" : `; in this channel: ${mineHere}`}. This channel: ${all}.`,
  "queue.job": ({ title, author, id }: { title: string; author: string | undefined; id: string }) =>
    `${title}, ${author === undefined ? "**yours**" : `by ${author}`} (\`${id}\`)`,
  "queue.elsewhere": "A job in another channel",
  "queue.running": "running, about {duration} left",
  "my-data.file":
    "**All that is stored about you**, in one file: jobs with their parameters, styles, favourites, votes, and " +
    "the pictures.",
  "settings.hint-moderator":
    "Change one with `/settings largest:768`, reset it with `/settings reset largest`; `everywhere:yes` means " +
    "the whole community.",
  "settings.hint": "Those who manage the channel may change them.",
  "settings.heading": "**Settings of {channel}**",
  "settings.from.channel": "set here",
  "settings.from.community": "set for the whole community",
  "settings.from.installation": "the default",
  "settings.default-largest": "{maximum} px, or what the command allows",
  "settings.default-size": "{dream} px for dreams, {paint} px for paintings",
  "settings.changed-community": "Changed for the whole community. In this channel now:",
  "settings.changed": "Changed. Now:",
  "settings.channel-wins": "What is set in a channel itself applies there.",
  "settings.art": ({ channel, by }: { channel: string | undefined; by: string }) =>
    `**${channel === undefined ? "Every channel here is an art channel" : `${channel} is an art channel`} ` +
    `now**, says ${by}: react to any picture with a style's emoji and I paint it in that style; 👁️ dreams it. ` +
    `\`/style\` shows the styles.`,
  "style.description": "The style {name}",
  "style.added-by": "Added by {by}",
  "style.shown": ({ help, opposite }: { help: string; opposite: string | undefined }) =>
    `${help}${opposite === undefined ? "" : `; its opposite is ${opposite}`}.`,
  "style.added": "{emoji} **{name}** is a style here now, added by {by}. Try `/stylize {name}`.",
  "style.renamed": "{from} is now called {name}.",
  "style.removed": "{name} is gone. What was painted in it stays.",
  "styles.heading": "**Styles**",
  "styles.choose": "Styles to choose from: {names}",
  "my-data.chats":
    "What was said and shown in the chat is the chat's, and stays there, my own messages too: 🗑️ those first " +
    "that should go from the chat as well.",
  "my-data.none": "Nothing is stored about you. {rest}",
  "my-data.heading": "**What is stored about you**",
  "my-data.jobs": (params: { jobs: number; first: string; last: string; images: number; size: string }) => {
    const { jobs, first, last, images, size } = params;
    const span = first === last ? `of ${first}` : `from ${first} to ${last}`;
    return (
      `${counted(jobs, "job")}, ${span}, with all parameters and messages, and ` +
      `${counted(images, "picture")} of ${size}`
    );
  },
  "my-data.channels": "They are in {channels}",
  "my-data.channel-gone": "a channel that I no longer see",
  "my-data.styles": ({ styles, names }: { styles: number; names: string }) =>
    `${counted(styles, "style")} that you have added: ${names}`,
  "my-data.favourites": ({ favourites }: { favourites: number }) => counted(favourites, "favourite"),
  "my-data.interactive": ({ messages }: { messages: number }) =>
    `${messages} ${messages === 1 ? "palette or vote" : "palettes or votes"} that you have opened`,
  "my-data.votes": ({ votes }: { votes: number }) => `${counted(votes, "choice")} made by reaction`,
  "my-data.hint": "`/settings mydata export` gives you all of it in one file, `/settings mydata delete` deletes it.",
  "my-data.delete": "Delete all of it",
  "my-data.ask": ({ jobs, styles, favourites }: { jobs: number; styles: number; favourites: number }) =>
    `**Delete all that is stored about you?** ${counted(jobs, "job")}, ${counted(styles, "style")}, ` +
    `${counted(favourites, "favourite")}, their pictures, your palettes and votes. Styles that others use go ` +
    "too. Works that others have made from yours stay theirs, and still name you. It cannot be undone.",
  "my-data.confirm": "Press the button, or write `/settings mydata delete confirm:yes`.",
  "my-data.deleted": (params: {
    jobs: number;
    styles: number;
    favourites: number;
    votes: number;
    images: number;
    size: string;
  }) => {
    const { jobs, styles, favourites, votes, images, size } = params;
    const what = [
      counted(jobs, "job"),
      counted(styles, "style"),
      counted(favourites, "favourite"),
      counted(votes, "choice"),
    ];
    return (
      `Deleted: ${what.join(", ")}, and ${counted(images, "picture")} of ${size}. Nothing is stored about ` +
      "you any more, except your name on works that others made from yours, if there are any."
    );
  },
} as const;
