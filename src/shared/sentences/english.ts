import type { Deed } from "../deed.js";
import type { ChannelLabel, ChannelMeanings, Seen, Sighting } from "../sighting.js";
import { counted, ordinal } from "./catalogue.js";
import { durations } from "./durations.js";

const both = new Intl.ListFormat("en-GB", { type: "conjunction" });
const oneOf = new Intl.ListFormat("en-GB", { type: "disjunction" });

const GIVE_IT =
  "Give me the picture with the command's \"picture\" option, or open the message's menu and choose Apps > " +
  "Dream this (or Stylize this).";

/** A picture that something is made of: whose it is, and what they have said of it. */
type MovingTooLong = {
  readonly frames: number;
  readonly seconds: number;
  readonly side: number;
  readonly most: number;
  readonly mostSeconds: number;
  readonly parts: readonly string[];
  readonly smaller: { readonly side: number; readonly part?: string } | undefined;
};
type Of = { readonly maker: string; readonly about: string | undefined };

/** A picture's place among several of which no one has said which is meant. */
type Among = { readonly number: number; readonly count: number };
const whichOf = ({ number, count }: Among): string => {
  const which = number === 1 ? "first" : number === count ? "last" : ordinal(number);
  return `There were ${count} pictures, and this is the ${which}.`;
};
const otherThan = (number: number): number => (number === 1 ? 2 : 1);

/** Less than this has no digit but 0. */
const LEAST_SHARE = 0.0005;
const percent = (share: number): string =>
  share < LEAST_SHARE ? "under 0.1%" : `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)}%`;
/** The best label, whatever it is worth, and those that have a number to tell. */
const worthTelling = (labels: readonly Seen[]): readonly Seen[] =>
  labels.filter(({ probability }, place) => place === 0 || probability >= LEAST_SHARE);
const named = ({ name, probability }: Seen): string => `${name} ${percent(probability)}`;
const surely = ({ name, probability }: Seen): string => `${name}, ${percent(probability)}`;

/** Labels say so much that a channel stands for one thing, or mostly for it, in standard deviations. */
const [CLEAN, MOSTLY] = [8, 7];
/** Channels whose labels are told. */
const MOST_MEANINGS = 8;

const meaning = (labels: readonly ChannelLabel[]): string => {
  const [first, ...others] = labels;
  if (!first) return "";
  if (first.deviations >= CLEAN) return first.name;
  if (first.deviations >= MOSTLY) return `mostly ${first.name}`;
  return `a mix of ${both.format([first, ...others].map(({ name }) => name))}`;
};

const meaningsOf = ({ layer, channels, others }: ChannelMeanings): string => {
  const told = channels.slice(0, MOST_MEANINGS).map(({ channel, labels }) => `${channel}: ${meaning(labels)}`);
  const hidden = channels.length - told.length;
  const stand = `What neurons of ${layer} stand for: ${told.join("; ")}${hidden > 0 ? `; and ${hidden} more` : ""}.`;
  const none = `${channels.length === 0 ? "These" : "The other"} neurons have no labels; those of ${layer} do.`;
  return [channels.length > 0 && stand, others && none].filter(Boolean).join(" ");
};

/** What was seen first: another thing now, or the same one, more or less surely. */
const changed = (before: Seen, after: Seen): string =>
  before.name === after.name ? `${named(before)} → ${percent(after.probability)}` : `${before.name} → ${surely(after)}`;

/** What the network that has dreamt saw before and sees now, then what others see. */
const sighted = ([own, ...others]: readonly Sighting[]): string => {
  if (!own) return "";
  const { before, after } = own;
  const first = before ? changed(before, after) : `${own.network} sees ${surely(after)}`;
  const judged = others.map((each) => `${each.network}, which did not dream this, sees ${surely(each.after)}`);
  return [first, ...judged].join("; ");
};

const article = (name: string): string => {
  if (/[^su]s$/.test(name)) return name;
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
};
const things = (names: readonly string[]): string => both.format(names.map(article));

/** Another's picture, with what it shows where that is known. */
const pictureOf = ({ maker, about }: Of): string => {
  const shows = about?.replace(/\s+/g, " ").replace(/[.\s]+$/, "");
  // A credit may name a licence too.
  return `${maker.replace(/(?<=\S)\s*[,(].*/, "")}'s picture${shows ? ` (${shows})` : ""}`;
};

/** What was done, from its beginning with a picture or without: "Ada's picture, dreamt into a peacock". */
const done = (deed: Deed, of: Of | undefined): string => {
  const picture = of && pictureOf(of);
  switch (deed.does) {
    case "dream": {
      const { into, away, look } = deed;
      const what = [into && `into ${things(into)}`, away && `away from ${things(away)}`].filter(Boolean);
      const mixed = look !== undefined && `${what.length > 0 ? "mixed with" : "full of"} ${look}`;
      const how = [what.join(" and "), mixed].filter(Boolean).join(", ");
      return `${picture ?? "Noise"}, ${how === "" ? "as a network dreams it" : `dreamt ${how}`}`;
    }
    case "paint": {
      const { styles, film = false } = deed;
      const names = both.format(styles);
      const style = styles.length === 0 ? "style of another picture" : `style${styles.length > 1 ? "s" : ""} ${names}`;
      return `${film ? "A film of " : ""}${picture ?? "A picture"}, painted in the ${style}`;
    }
    case "texture":
      return textureOf(deed, picture);
    case "neuron":
      return deed.into
        ? `What ${things(deed.into)} look${deed.into.length > 1 ? "" : "s"} like to a network`
        : neuronAlone(deed.neuron);
    case "neurons":
      return `Neurons of ${deed.network} on a sheet, each as the picture that excites it most`;
    case "zoom":
      return (
        `An endless zoom ${picture === undefined ? "out of noise" : `into ${picture}`}` +
        (deed.into ? `, through ${things(deed.into)}` : "")
      );
    case "teach":
      return `What a network has learnt as ${deed.look}, dreamt out of noise`;
  }
};

const textureOf = ({ style, into, away }: Deed & { does: "texture" }, picture: string | undefined): string => {
  const words = [into && `into ${things(into)}`, away && `away from ${things(away)}`].filter(Boolean).join(" and ");
  if (style !== undefined || picture !== undefined || words === "") {
    const base = style === undefined ? `of ${picture ?? "a picture"}` : `in the style ${style}`;
    return `A texture ${base}${words && `, leaning ${words}`}`;
  }
  return `A texture ${into ? `woven of ${things(into)}` : `as far as it gets ${words}`}, as a network sees it`;
};

const neuronAlone = (neuron: string | undefined): string =>
  `The picture that excites ${neuron === undefined ? "a neuron" : `the neuron ${neuron}`} most`;

const UNNAMED = {
  image: "picture",
  style: "style picture",
  mask: "mask",
  guide: "guide",
  finished: "smaller one",
};

/** What frames on the way are counted in. */
export type FramePart = "octave" | "variation";

// Aliases: an interface that is not exported has no name in what is built.
/** One of the square pictures that are cut from a result. */
type SquareRow = {
  use: "emoji" | "sticker" | "avatar";
  side: number;
  kilobytes: number;
  /** What became of a film. */
  film: "moves" | "faster" | "still" | undefined;
};

const SQUARE_FILMS = {
  moves: "moves",
  faster: "moves, faster than the film so that it fits",
  still: "the film's first frame",
} as const;

type FrameCount = {
  readonly part: FramePart;
  readonly octave: number;
  readonly octaves: number;
};

type Described = {
  readonly deed: Deed;
  readonly by: string;
  readonly of: Of | undefined;
  /** Of which there are several side by side. */
  readonly variations?: number;
};

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Every sentence that the program says, by identifier: a text with its parameters in braces, or a function of them. */
export const english = {
  // What operators read: health pages, `dreamloom doctor`, and the program at its start.
  "app.ready": ({ address }: { address: string | undefined }) =>
    `Dreamloom is ready${address ? `: open ${address} and write /dream.` : "."} Ctrl+C stops it.`,
  "app.sample": "A path into the mountains: Picos de Europa, photo by Aitzol Berasategi, CC BY 4.0",
  "app.engine-failed": "The engine failed on this picture; this is a bug in Dreamloom.",
  "app.register": "discord.token is empty, so there is nothing to register: set DISCORD_TOKEN to the bot's token.",
  "backup.inside": "{target} is inside the data folder: name a folder outside it.",
  "backup.nothing": "There is nothing to copy in {folder}: set DATA_DIR to the bot's data folder.",
  "ops.silent": "It has not answered for {seconds} s.",
  "ops.disk": "The disk of {folder} has {megabytes} MB left: free some, or lower retention.megabytes.",
  "ops.devices": "{devices} cannot compute; the log says why.",
  "ops.engine-silent": "The engine's process does not answer.",
  "ops.engine-failing": "The engine's process ends before it can take jobs; the log says why.",
  "ops.engine-closed": "The engine is shut down.",
  "ops.redis": "Redis at {host} cannot be reached (REDIS_URL); unfinished jobs wait for it.",
  "ops.redis-worker": "Redis at {host} cannot be reached (REDIS_URL); the worker takes no jobs meanwhile.",
  "ops.not-started": "It has not been started yet.",
  "ops.not-connected": "It is not connected.",
  "ops.phase": "It is {phase}.",
  "ops.failed": "It is in the log.",
  "ops.method": "Only GET and HEAD are answered here.",
  "ops.unknown": "There is nothing here. Try {paths}.",
  "service.off": "switched off",
  "service.store-empty": "nothing is kept yet",
  "service.store": ({ count }: { count: number }) => `${counted(count, "job")} kept`,
  "service.messages": ({ count }: { count: number }) => `${counted(count, "message")} kept`,
  "service.store-broken": "{file} cannot be read ({reason}); put back a copy of it",
  "service.redis-off": "not used, until REDIS_URL is set",
  "service.redis": "{host} answers, version {version}",
  "service.redis-trial": "a test job comes through",
  "service.redis-gone": "{host} does not answer ({reason}); is REDIS_URL right, and does it run?",
  "service.redis-closes":
    "{host} closes the connection at once: is it in protected mode, or does it want TLS (REDIS_URL=rediss://{host})?",
  "service.redis-old": "{answers}; 6.2 or later is needed",
  "service.redis-policy":
    "{answers}; its maxmemory-policy is {policy}, which may throw jobs away: set it to noeviction",
  "service.slack-off": "off, until SLACK_BOT_TOKEN or SLACK_CLIENT_ID is set",
  "service.slack-half": "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): without one no event comes",
  "service.slack": ({ oauth, http }: { oauth: boolean; http: boolean }) =>
    `for ${oauth ? "workspaces that install it" : "one workspace"}, events by ${http ? "HTTP" : "Socket Mode"}`,
  "service.slack-token": "{detail}; Slack takes the bot token",
  "service.port-free": "{where} is free",
  "service.port-used": "{where} is in use: by the bot, if it runs; else choose another ({setting})",
  "service.port-broken": "{where} cannot be listened on ({code})",
  "service.no-bots": "none have been here in the last day; they need this REDIS_URL and CLUSTER_PREFIX, too",
  "service.bots": "Dreamloom {version}, protocol {protocol}",
  "service.bots-at": "process {pid} on {host}, data folder {folder}, Dreamloom {version}, seen {seconds} s ago",
  "service.bots-refused": (second: { pid: number; host: string; folder: string; seconds: number }) =>
    `process ${second.pid} on ${second.host}, data folder ${second.folder}, stopped ${second.seconds} s ago: the ` +
    "other bots were here first. Give one of the two a CLUSTER_PREFIX of its own",
  "service.bots-other": (is: { bots: string; version: string; protocol: number }) =>
    `${is.bots}; this is ${is.version} with protocol ${is.protocol}: a worker from here would get no jobs. ` +
    "Update the older one",
  "service.worker": (worker: { busy: number; slots: number; device: string; version: string; seconds: number }) =>
    `${worker.busy} of ${counted(worker.slots, "slot")} busy, ${worker.device}, Dreamloom ${worker.version}, ` +
    `seen ${worker.seconds} s ago`,
  "service.worker-stopping": "{worker}, stopping",
  "service.worker-protocol": (is: { worker: string; protocol: number; bots: number; version: string }) =>
    `${is.worker}; it speaks protocol ${is.protocol} and the bots ${is.bots} (Dreamloom ${is.version}): ` +
    "it gets no jobs. Update the older one",
  "service.worker-version":
    "{worker}; the bots are {version}: it gets jobs, but pictures may come out differently. Update the older one",
  "service.no-worker":
    "there is no worker: run dreamloom worker with this REDIS_URL and CLUSTER_PREFIX={prefix} on a machine that paints",

  // What is said of settings, and what `dreamloom doctor` says of a machine.
  "config.unreadable":
    "The settings file {path} cannot be read ({reason}); DREAMLOOM_CONFIG must name a readable YAML file.",
  "config.no-yaml": "The settings file {path} is not valid YAML: {reason}",
  "config.no-groups":
    'The settings file {path} must hold groups of settings, such as "web:" with "  port: 3000" under it.',
  "config.wrong": "{key} is {value}{from}, but it must be {expected}.",
  "config.unknown": ({ key, from, meant, known }: Record<"key" | "from" | "known", string> & Meant) =>
    `${key} is not a setting${from}; ${meant ? `did you mean ${meant}?` : `known here: ${known}.`}`,
  "config.too-large": "{key} is {value}, but it must not be larger than {limit}, which is {maximum}.",
  "doctor.trying": "Trying {device}…",
  "doctor.machine": ({ node, platform, cores, model, memoryBytes }: Machine) =>
    `Node ${node} on ${platform}, ${cores} cores (${model}), ${gigabytes(memoryBytes, 0)} of memory`,
  "doctor.broken": "It does not work.",
  "doctor.too-slow": "too slow to time",
  "doctor.step": "{time} a step of {side} px",
  "doctor.disagreement": ({ disagreement }: { disagreement: number }) =>
    `${disagreement.toExponential(0)} from the CPU's gradient`,
  "doctor.software": "drawn in software",
  "doctor.auto": "auto takes this one",
  "doctor.slots": ({ slots, about }: { slots: number; about: string }) =>
    `${slots} ${slots === 1 ? "slot" : "slots"}, ${about}`,
  "doctor.free": ({ freeBytes, few }: { freeBytes: number | undefined; few: boolean }) =>
    (freeBytes === undefined ? "" : `${gigabytes(freeBytes, 1)} free`) +
    (few ? " (make room: networks take up to 0.6 GB each)" : ""),
  "doctor.read-only": "which cannot be written to; change its owner or the setting",
  "doctor.to-fetch": "not downloaded yet ({size}); dreamloom models pull {id}",
  "doctor.not-there": "not there",
  "doctor.discord": ({
    works,
    problem = "Discord takes the token",
    invite,
  }: {
    works: boolean | undefined;
    problem: string | undefined;
    invite: string | undefined;
  }) => {
    const token = works === undefined ? "off, until DISCORD_TOKEN is set (docs/operating.md)" : problem;
    return `${token}${invite ? `; add it to a server: ${invite}` : ""}`;
  },
  "doctor.ffmpeg": "MP4 and WebM films",
  "doctor.ffprobe": "MP4 and WebM films that people send",
  "doctor.prlimit": "MP4 and WebM films that people send",
  "doctor.extra": "not found; only {use} need it",

  // What `dreamloom job` says.
  "story.unknown": "There is no job {id} in {folder}; it may have been deleted, or be in another DATA_DIR.",
  "story.log": "The log {name} cannot be read: {reason}.",
  "story.by": "{authorName}, on {platform}, in {channel}",
  "story.state": ({ state, attempts, owed }: { state: string; attempts: number; owed: boolean }) =>
    `${state}, ${attempts} ${attempts === 1 ? "attempt" : "attempts"}${owed ? ", its end not reported yet" : ""}`,
  "story.after": "{seconds} s later",
  "story.no-picture": "none is kept",
  "story.no-log":
    "The log has no line about it. Without systemd, name the log: --log FILE. LOG_LEVEL=debug says more " +
    "about later jobs.",

  // What `dreamloom init` asks and says.
  "init.help":
    "Tokens are taken from the environment (DISCORD_TOKEN, SLACK_BOT_TOKEN, SLACK_APP_TOKEN) or asked for " +
    "on a terminal.",
  "init.stopped": "Stopped. Nothing has been written.",
  "init.yes-or-no": "Type y or n.",
  "init.one-of": "Type one of {choices}.",
  "init.chat": ({ chat }: { chat: "web" | "discord" | "slack" }) =>
    ({ web: "The web chat, which needs no account?", discord: "Discord?", slack: "Slack?" })[chat],
  "init.public": "Should other machines be able to open the web chat?",
  "init.message-content": "Is the Message Content intent switched on in Discord's developer portal?",
  "init.runtime": "What should compute? auto uses a graphics card if there is one that works.",
  "init.systemd": "Write a unit for systemd as well?",
  "init.token": "{name} (Enter leaves it for later):",
  "init.keep": "Keep it anyway?",
  "init.discord":
    "Discord: make an application at https://discord.com/developers/applications; Bot > Reset Token shows the token.",
  "init.manifest":
    "Slack: make an app at https://api.slack.com/apps > Create New App > From a manifest, with this manifest. Basic " +
    "Information > App-Level Tokens makes SLACK_APP_TOKEN (scope connections:write), Install App shows " +
    "SLACK_BOT_TOKEN.",
  "init.chats": "{name} is not a chat; there are {known}.",
  "init.no-chat": "Name at least one chat: {known}.",
  "init.taken": "{folder} already has {files}. Add --replace to overwrite, or choose another --folder.",
  "init.root": "No unit is written for root. Run dreamloom init as the user that the bot should run as.",
  "init.token-kind": "{name} should begin with {beginning}.",
  "init.refused": "{problem} Nothing has been written; --no-check skips this check.",
  "init.settings-head": "Change here what should differ from the defaults. All settings: {defaults}",
  "init.environment-head": "Secrets, and the path of the settings. Dreamloom reads it in this folder; keep it private.",
  "init.written": "Written into {folder}, readable only by you: {files}.",
  "init.invite": "Add the bot to a Discord server: {invite}",
  "init.missing": "Still to be set in {file}: {names}.",
  "init.unit":
    "To start it with the machine: sudo cp {unit} /etc/systemd/system/ && sudo systemctl enable --now dreamloom",
  "init.next": "Start it: cd {folder} && {command}",

  // What the command line says.
  "cli.number": "It takes a number.",
  "cli.bounds": ({ minimum, maximum, whole }: { minimum: number; maximum: number; whole: boolean }) =>
    `It takes a ${whole ? "whole " : ""}number: ${range(minimum, maximum)}.`,
  "cli.argument": "{about} (JPEG, PNG, WebP, GIF, AVIF or TIFF)",
  "cli.image": ({ use, without }: { use: string; without: string | undefined }) =>
    `${use}${without === undefined ? "" : `; without one, ${without}`}`,
  "cli.output": ({ name, still, films }: { name: string; still: readonly string[]; films: readonly string[] }) => {
    const film = films.length > 0 && still.length > 0 ? [`a film ${films.join(", ")}`] : [films.join(", ")];
    const endings = [still.join(", "), ...film].filter(Boolean).join("; ");
    const [usual = ""] = still.length > 0 ? still : films;
    return `Where the result goes: ${endings} (PHOTO-${name}${usual} in this folder, when left out)`;
  },
  "cli.style": "A picture to paint in the style of; may be given several times, with weights (:0.3) or places (:top)",
  "cli.option": ({ help, more, bounds }: { help: string; more: string | undefined; bounds: Bounds | undefined }) =>
    `${help}${bounds ? ` (${range(bounds.minimum, bounds.maximum)})` : ""}` +
    `${more ? `. ${more.replace(/\.$/, "")}` : ""}`,
  "cli.ending": 'The output "{output}" should end in {endings}.',
  "cli.ending-moving":
    'The picture moves, so the output "{output}" should end in {endings}. --moving still makes one picture of it.',
  "cli.moving":
    '--moving "{typed}": it must be all, still, a share of the frames such as half, or first seconds such as 3s.',
  "cli.many-frames":
    'The film "{path}" has {frames} frames, {most} at most can be used. Take a part: --moving half, or --moving 10s.',
  "cli.where": ({ where, expected }: { where: string; expected: string }) =>
    `--where ${where}: it must be ${expected}; or a mask's file, such as mask.png.`,
  "cli.style-weight": 'The style "{style}" has a weight below 0. Give one of 0 or more, for instance {path}:0.5.',
  "cli.no-style":
    "There is no style. Name a picture, for instance: dreamloom {verb} photo.jpg --style painting.jpg -o out.png",
  "cli.no-file": 'There is no file "{path}". Give the path of a picture.',
  "cli.folder": 'A folder is not a picture: "{path}". Give the path of a picture.',
  "cli.unreadable": 'I cannot read the file "{path}". Give the path of a picture.',
  "cli.unwritable": '"{path}" cannot be written: {reason}. Choose another place.',
  "cli.no-access": "it may not be written to",
  "cli.read-only": "that disk is read-only",
  "cli.disk-full": "the disk is full",
  "cli.file-in-path": "part of that path is a file, not a folder",
  "cli.is-folder": "it is a folder",
  "cli.name-too-long": "its name is too long",
  "cli.stopped": "Stopped.",
  "cli.ran": (run: Ran) =>
    `${run.output}: ${run.width} x ${run.height}${run.frames === undefined ? "" : `, ${run.frames} frames`}, ` +
    `${run.seconds.toFixed(1)} s with ${run.network} on ${run.runtime}, seed ${run.seed}` +
    (run.seen ? `\n${sighted(run.seen)}` : "") +
    (run.meanings ? `\n${meaningsOf(run.meanings)}` : ""),
  "cli.worker-redis":
    "A worker takes its jobs from Redis: set REDIS_URL to the bots' own, for instance redis://127.0.0.1:6379.",
  "cli.registered":
    "{commands} commands are registered for the application {appId}. Reload Discord (Ctrl+R) to see them.",
  "cli.backed-up":
    "Copied {databases} and {copied} new pictures to {target}; {kept} were there, {removed} are no longer kept.",
  "cli.step": "{network} at {size} px: {median_ms} ms a step, {gflops} GFLOP/s ({runtime}, {threads} threads)",
  "cli.case": "{name} loss {loss}, gradient {gradient}",
  "cli.pulled": ({ id, fetched, path }: { id: string; fetched: boolean; path: string }) =>
    `${id} is ${fetched ? "fetched" : "already there"}: ${path}`,
  "cli.numbers": "It takes one number, or three with commas between.",
  "cli.colour-order": "Say the order of colours too: --channels rgb or --channels bgr.",
  "cli.preprocessing":
    "Pictures are prepared as (x - mean) * scale: give --channels rgb or bgr, --mean and a positive --scale.",
  "cli.added": "{id} is added ({layers} layers, {size}): try dreamloom dream IMAGE --network {id} -o out.png",
  "cli.layer-unusable": "{layer} cannot be used: {why}.",
  "teach.name":
    '"{name}" cannot be a look\'s name: use up to 32 small letters, digits and -, for instance --name moths.',
  "teach.file": '"{folder}" is a file; give a folder of pictures.',
  "teach.no-folder": '"{folder}" does not exist; give a folder of pictures.',
  "teach.unreadable": '"{folder}" cannot be read; give a folder of pictures.',
  "teach.few": (folder: Record<"found" | "skipped" | "fewest", number> & { folder: string }) =>
    `"${folder.folder}" holds ${folder.found === 0 ? "none" : `only ${folder.found}`}` +
    `${folder.skipped > 0 ? " that can be read" : ""}; ${folder.fewest} pictures or more are needed.`,
  "teach.look-taken": "{network} has a look called {name} already; choose another --name.",
  "teach.taken": "{name} has been taught already ({path}); add --replace, or choose another --name.",
  "teach.taught": (facts: Taught) => {
    const { skipped, keptBack, pictures } = facts;
    const unread = skipped > 0 ? ` (${skipped} could not be read)` : "";
    const whose = keptBack > 0 ? `${keptBack} of them that were kept back` : "them";
    return (
      `${facts.path}: ${facts.channels} channels over ${facts.layer} from ${pictures} pictures${unread}, ` +
      `${facts.size}, ${facts.seconds.toFixed(1)} s\n` +
      `It answers ${facts.preference.toFixed(1)} times as strongly to ${whose} as to pictures of nothing.\n` +
      `Try it: dreamloom dream IMAGE --network ${facts.network} --look ${facts.name} -o out.png`
    );
  },

  "teach.nameless": "Give the look a name. For example: `/teach name:moths`",
  "teach.spoiler": "One of the pictures is hidden, and everybody may dream of a look: leave it out.",
  "teach.foreign":
    "A look is taught from your own pictures: one of these is {owner}'s, or was made from one of theirs.",
  "teach.link": "That link leads to no message that I can read. Attach the pictures: `/teach name:moths`",
  "teach.kept": ({ name, times, pictures, weak }: { name: string; times: number; pictures: number; weak: boolean }) =>
    `Learnt from ${pictures} pictures: \`/dream look:${name}\` dreams of it now, for everybody here.` +
    `${weak ? " It has found little that they have in common: pictures that are more alike teach more." : ""}` +
    ` (It answers ${times.toFixed(1)} times as strongly to them as to pictures of nothing.)`,
  "teach.unkept": "The look {name} could not be kept. {why}",
  "lesson.attached": "Attach pictures or take the works with hearts, not both: leave out from, or the pictures.",
  "lesson.minutes": "minutes is for works with hearts. For example: `/teach name:moths from:hearts minutes:30`",
  "lesson.already": ({ opener }: { opener: string | undefined }) =>
    "People in this channel are being asked about another look already" +
    `${opener === undefined ? "" : `, by ${opener}`}. One at a time: wait for it, or have it cancelled.`,
  "lesson.few-hearts": ({ count, least }: { count: number; least: number }) =>
    `A look is taught from ${least} works with hearts or more: still pictures that everybody in the community may ` +
    "see, by people who let others use their works. In this channel " +
    `${count === 0 ? "there are none" : `there ${count === 1 ? "is" : "are"} only ${count}`}.`,
  "lesson.over": "Nobody is being asked about this look any more.",
  "lesson.not-asked": "Your answer is not needed: nothing of yours is in these works.",
  "lesson.foreign": "{opener} is asking for this look: only {opener} and moderators can begin or cancel.",
  "lesson.waiting": ({ count, least }: { count: number; least: number }) =>
    `A look needs ${least} works, and ${count === 0 ? "none" : `only ${count}`} may be learnt from so far: ` +
    "wait for more answers.",
  "lesson.too-few": ({ count, least }: { count: number; least: number }) =>
    `A look needs ${least} works, and ${count === 0 ? "none" : `only ${count}`} may be learnt from, ` +
    "so nothing is taught.",
  "lesson.barred": "The moderators have barred {opener} from using me, so nothing is taught.",
  "teach.too-few": ({ count, least }: { count: number; least: number }) =>
    `A look is taught from ${least} pictures or more that have something in common; ` +
    `${count === 0 ? "there are none" : `there ${count === 1 ? "is" : "are"} only ${count}`}.`,

  // What the adapters of several platforms say.
  "chat.somebody": "somebody",
  "chat.direct-message": "a direct message",
  "chat.a-picture": "A picture",
  "chat.unnamed-image": "picture",
  "chat.yes": "Yes",
  "chat.no": "No",
  "chat.option-default": "{help} (default: {usual})",
  "chat.no-image": "There is no picture in that message that I could use. Choose one that has one, or attach one.",
  "chat.image-too-large": "{name} is larger than {megabytes} MB.",

  // Refusals of commands: what is wrong, and what to do instead.
  "cancel.none": "You have no job that is waiting or running.",
  "cancel.unknown": "No job {id} is waiting or running here; `/queue` lists those that are.",
  "cancel.ambiguous": "Several jobs begin with {id}; please give more of the id.",
  "cancel.foreign": "Job {id} is {owner}'s; only they and moderators can cancel it.",
  "stylize.which": "Which style? There are {styles}. For example: `/stylize {first}`",
  "texture.no-image":
    "There is no picture here to take a texture from. Attach one, name a style (`/texture winter`), or say what it " +
    "is full of: `/texture into:peacock`",
  "blend.percent": "Did you mean {percent}% of {style}? Then write `{style}:{percent}%` or `{style}:{share}`.",
  "blend.whole": "A style's share can be at most 1. For example: `/blend {style}:0.3`",
  "blend.once": "Name each style once: {style} is there twice.",
  "blend.sweep": "A sweep goes from one style to another, so name two. For example: `/blend summer winter sweep:6`",
  "again.once": "A lesson cannot be repeated: send the pictures again, with `/{command}`.",
  "again.retired": "Job {id} is a {recipe}, which I can no longer make.",
  "again.version": "`/{command}` works differently since job {id} was made: the new picture may differ from it.",
  "again.image-gone": "Job {id} is too old: its picture is no longer kept. Please send the picture again.",
  "again.none": "You have not made anything yet. Begin with `/dream`.",
  "again.unknown": "There is no job {id} here. A job's id is in its message; `/again` alone takes your latest job.",
  "job.ambiguous": "{ids} all begin with {prefix}; please give more of the id.",
  "dream.look-or-layers":
    "A look is a choice of layers, so give either look or layers, not both. For example: `/dream look:creatures`",
  "dream.look-unknown": "{network} has no look {look}; it has {known}. For example: `/dream look:{first}`",
  "option.twice": "{option} is given twice; once is enough.",
  "option.required": "/{command} needs {option}. {example}",
  "option.empty": "{option}: needs a value. {example}",
  "option.value": ({
    argument,
    option,
    expected,
    example,
  }: {
    argument: string;
    option: string;
    expected: string;
    example: string;
  }) => `\`${argument}\` is not possible: ${option} must be ${expected}${expected.endsWith("?") ? "" : "."} ${example}`,
  "option.expected.integer": "a whole number from {minimum} to {maximum}",
  "option.expected.number": "a number from {minimum} to {maximum}",
  "option.expected.style": "one style's name, such as winter",
  "option.expected.one-style": "one style without a share; `/blend {share}` takes shares",
  "option.expected.shares": "styles with shares, such as summer:0.3 winter:0.7",
  "option.expected.share": ({ share, most }: { share: string; most: number }) =>
    `given shares above 0${share.endsWith(":0") ? "" : ` and up to ${most}`}, unlike ${share}`,
  "option.expected.place": "styles with shares or places, but {unknown} is no place. One is {places}",
  "option.expected.once": "named once each, unlike {style}",
  "option.expected.most": "{most} at most",
  "option.expected.flag": "yes or no",
  "option.expected.choice": ({ words, near }: { words: string; near: string | undefined }) =>
    `one of ${words}${near === undefined ? "" : `; did you mean ${near}?`}`,
  "style.own-emoji": "{emoji} does not work here; choose a standard emoji. For example: `{line}`",
  "style.name-means": "{name} means something else in a line already; please choose another name.",
  "style.emoji-means": "{emoji} means dream it in art channels; choose another.",
  "style.name": "A style's name is one word. For example: `{line}`",
  "style.taken": ({ style, name, emoji }: { style: string; name: string | undefined; emoji: string }) =>
    `${name === undefined ? emoji : `The name ${name}`} is already ${style}'s; choose another.`,
  "style.no-image": "There is no picture here. Attach one with `{line}`.",
  "style.not-public":
    "Not everybody may see this picture, and everybody sees the styles; `/style add` takes a copy that you attach.",
  "style.already": "This is a style here already. Try `/stylize {name}`.",
  "style.emoji-used-up": "My emoji for styles are all in use here. Choose one: reply to the picture with `{line}`.",
  "style.spoiler": "This picture is hidden, and everybody sees the styles; choose another.",
  "style.name-taken": "The name {name} is taken; choose another.",
  "style.not-own": "{name} is not one of this community's own styles; `/style` lists them all.",
  "style.foreign": "{name} is {owner}'s; only they and moderators can change it.",
  "style.is-option": "{word} is an option and needs a value: write {word}: and the value after it.",
  "settings.too-large": ({ asked, largest, print }: { asked: number; largest: number; print: number | undefined }) =>
    `${asked} px is more than this channel allows: the largest here is ${largest} px` +
    `${print !== undefined && print > largest ? `, for moderators ${print} px` : ""}. For example: \`size:${largest}\``,
  "settings.action-alone":
    "/settings {action} changes no values; give them alone. For example: `/settings largest:768`",
  "settings.everywhere-alone":
    "everywhere goes with a value or a reset. For example: `/settings largest:768 everywhere:yes`",
  "settings.of-my-data": "That belongs to your data. For example: `/settings mydata delete`",
  "settings.value-missing":
    "Set {name} to what? Give it a value, `/settings {name}:…`, or reset it: `/settings reset {name}`",
  "settings.my-data-usage":
    "`/settings mydata` shows what is stored about you, `/settings mydata export` gives it to you as a file, " +
    "`/settings mydata delete` deletes it.",
  "settings.nothing-to-reset": ({ everywhere }: { everywhere: boolean }) =>
    `Nothing of that is set ${everywhere ? "for the whole community" : "here"}, so there is nothing to reset. ` +
    `\`/settings\` shows what applies.`,
  "settings.one-channel": "{name} is set in one channel at a time; leave out everywhere.",
  "settings.forbidden":
    "Only those who manage this channel may change its settings. `/settings` alone shows them to everybody.",
  "settings.forbidden-whole":
    "You manage only this channel; what concerns the whole community is for those who moderate all of it.",
  "settings.reports-thread":
    "A thread cannot take the reports: give this in a channel, outside its threads: `/settings reports:here`",
  "settings.no-community":
    "Direct messages belong to no community, so nothing can be set for a whole one here. Use a channel of yours.",
  "settings.off-here": "I am switched off in this channel. Those who manage it can switch me on: `/settings bot:on`",
  "moderate.barred": "The moderators here have barred you from using me; only they can change that.",
  "moderate.no-community":
    "Direct messages belong to no community, so there is nothing to moderate here. Use it in a channel of yours.",
  "moderate.forbidden": "Only moderators may do that.",
  "moderate.channel-only": "You moderate only this channel; that is for those who moderate the whole community.",
  "moderate.who": "Who do you mean? Mention them, for example: `/moderate {action} @Ann`",
  "moderate.unknown": "I don't know anyone called {name} here. Mention them, for example: `/moderate bar @Ann`",
  "person.ambiguous": "Several people here are called {name}: mention the one you mean.",
  "moderate.no-role": "Only people have works and jobs; roles can be barred and let in again.",
  "moderate.oneself": "You cannot bar yourself.",
  "moderate.too-many": "No more than {most} people and roles can be barred here; lift some bars first.",
  "moderate.barred-already": "{name} is barred already.",
  "moderate.not-barred": "{name} is not barred here; `/moderate list` shows who is.",
  "moderate.no-jobs": "{name} has nothing waiting or running here.",
  "moderate.no-works": ({ name, hidden }: { name: string; hidden: boolean }) =>
    hidden ? `${name} has no works in the gallery here.` : `None of ${name}'s works here is hidden by moderators.`,
  "report.off":
    "The moderators here have no channel for reports. One of them can set it there: `/settings reports:here`",
  "report.again": "You have reported this work already; the moderators know about it.",
  "report.too-many": "You have reported {count} works within an hour; please wait a while before the next one.",
  "report.unreachable":
    "I could not post in the moderators' channel, so they do not know yet: tell one of them, and report it again " +
    "once they have set a channel with `/settings reports:here`.",
  "report.which": "Which work? Answer its message with this, or give its id: `/report 7KQ4M9XA`",
  "report.no-work": "That message shows no work of mine. Those can be reported, also by their ids: `/report 7KQ4M9XA`",
  "report.forbidden": "Only those who moderate the whole community may deal with reports.",
  "image.withheld": "The moderators have hidden this work, so nothing can be made from it; please choose another one.",
  "image.opted-out": "{author} lets no one else use their pictures and works, so please choose another one.",
  "my-data.no-private-file":
    "This chat lets me send no file to you alone. `/settings mydata` shows what is stored; those who run me " +
    "can give you the file.",
  "my-data.too-large":
    "What is stored about you is more than a file here may hold. Those who run me can give it to you.",
  "gallery.mine-or-person": "Your own or somebody else's? Give either mine or person. For example: `/gallery mine`",
  "gallery.person-unknown": ({ name, near }: { name: string; near: string | undefined }) =>
    `Nobody called ${name} has works here${near === undefined ? "." : `; did you mean ${near}?`}`,
  "gallery.which": "Which one? For example: `/gallery {action} 7KQ4M9XA`",
  "gallery.unknown": "There is no finished job {id} here. A job's id is in its message, and in `/gallery`.",
  "gallery.foreign": "This is {owner}'s; only they and moderators can take it out of the gallery.",
  "gallery.withheld": "A moderator has taken it out of the gallery; only moderators can put it back.",
  "gallery.image-gone": "Its picture is no longer kept, or not in the gallery.",
  "gallery.page-empty": "This page is empty now; `/gallery` shows the first one.",
  "gallery.job-image-gone": "The picture of job {id} is no longer kept.",
  "command.unknown": ({ name, near }: { name: string; near: string | undefined }) =>
    `There is no command /${name}${near === undefined ? "." : `; did you mean /${near}?`} \`/help\` lists them all.`,
  "blend.which": "Which styles? There are {styles}. For example: `/blend {first}:0.3`",
  "style.unknown": ({ name, near, known }: { name: string; near: string | undefined; known: string }) => {
    const help = near ? `did you mean ${near}?` : known ? `there are ${known}.` : "there are none yet.";
    return `There is no style called ${name}; ${help}`;
  },
  "style.needs": ({ option, line }: { option: "name" | "emoji" | "to"; line: string }) =>
    `That needs ${{ name: "a name", emoji: "an emoji", to: "the new name, as its to" }[option]}. ` +
    `For example: \`${line}\``,
  "settings.look-unknown": ({ network, look, fitting }: { network: string; look: string; fitting: string }) =>
    `${network} has no look ${look}; it has ${fitting || "none that are known here"}. Set both together, as in ` +
    `\`/settings network:${network} look:…\``,
  "option.unknown": (params: {
    command: string;
    option: string;
    near: string | undefined;
    known: string;
    example: string;
  }) => {
    const { command, option, near, known, example } = params;
    const help = near ? `; did you mean ${near}?` : known ? `. It takes: ${known}.` : ". It takes no options.";
    return `/${command} has no option ${option}${help} ${example}`;
  },
  "option.name-missing": "`{word}` needs its option's name: `{argument}`. {example}",
  "option.stray": "I don't know what `{word}` means here; options are written name:value. {example}",
  "line.invalid": "{problem} {example}",
  "line.no-command": "A command begins with / and its name.",
  "line.no-space": "There should be a space after /{name}.",
  "line.too-long": "The line is longer than {length} characters.",
  "line.quote": ({ option }: { option: string | undefined }) =>
    `The quote ${option === undefined ? "" : `after ${option}: `}is never closed; put a " at its end.`,
  example: "For example: `{line}`",

  // Pictures that cannot be used or fetched.
  "image.none": ({ line, noise }: { line: string; noise: boolean }) =>
    `There is no picture here. Attach one to \`${line}\`, give its link, or reply to a message that has one` +
    (noise ? "; `picture:none` starts without one." : "."),
  "image.too-small": "{name} is {width} × {height} pixels; send one of at least {least} pixels on each side.",
  "image.too-wide": "{name} is {width} × {height} pixels; send one of at most {most} pixels on each side.",
  "image.search":
    "The chat does not let me look for the picture just now; I will carry on as soon as it does, usually within a " +
    "minute. A picture sent with the command does not have to be looked for.",
  "image.too-large": "The picture {name} is larger than {megabytes} MB; please send a smaller one.",
  "image.too-slow": "The picture {name} took longer than {seconds} s to arrive; please try again.",
  "link.busy-person": "I am still fetching {count} pictures for you; please wait until they are here.",
  "link.busy": "I am fetching many pictures just now; please try again in a moment.",
  "link.redirects": "That link is redirected more than {count} times; please attach the picture instead.",
  "link.protocol": "I fetch http and https links only, not {protocol} ones; please attach the picture instead.",
  "link.password": "I fetch no links with a user name or password in them; please attach the picture instead.",
  "link.port": "I fetch from the usual ports only, not from port {port}; please attach the picture instead.",
  "link.lookup": "{host} cannot be looked up just now; try again, or attach the picture instead.",
  "link.no-site": "There is no site {host}; check the link.",
  "link.private":
    "{host} is not on the public internet, and I fetch pictures only from there; please attach the picture instead.",
  "link.unreachable": "{host} cannot be reached or breaks off; check the link, or attach the picture instead.",
  "link.redirect-nowhere": "{host} redirects that link nowhere; please attach the picture instead.",
  "link.not-found": "{host} has nothing at that link ({status}); check it.",
  "link.forbidden": "{host} does not show that picture to everybody ({status}); please attach the picture instead.",
  "link.status": "{host} answers {status} instead of a picture; try again later, or attach the picture instead.",
  "link.page": "That link is a page, not a picture; link to the picture itself, or attach it.",
  "link.compressed": "{host} sends the picture compressed, which I do not unpack; please attach the picture instead.",
  "palette.over": "This palette is over; `/stylize` posts a new one.",
  "palette.image-gone": "The picture of this palette is gone; please send it again with `/stylize`.",
  "image.not-written":
    "`{written}` has no picture here. Mention a member with an avatar, take an emoji of this community, or attach one.",
  "image.no-number": ({ number, count }: { number: number; count: number }) =>
    `There is no picture ${number}: ${count === 1 ? "there is only one" : `there are only ${count}`}.`,
  "image.among": ({ number, count, command }: Among & { command: string }) => {
    const other = `\`/${command} picture:${otherThan(number)}\``;
    return `${whichOf({ number, count })} For another, reply to their message with ${other}.`;
  },
  "style.among": ({ number, count, name, emoji }: Among & { name: string; emoji: string }) => {
    const again = `\`/style add name:${name} emoji:${emoji} picture:${otherThan(number)}\``;
    const other = `take this one away (\`/style remove ${name}\`) and reply to their message with ${again}`;
    return `${whichOf({ number, count })} For another, ${other}.`;
  },
  "image.more-there": ({ count, most }: { count: number; most: number }) =>
    `These are the first ${most} of ${count} pictures; \`picture:${most + 1}\` is about the next one.`,
  "image.which": "Which picture, from 1 to {count}",
  "image.unnamed": "That file",
  "filter.upload":
    "The filter here takes {name} for a picture that should not be shown. It can be wrong: please choose another one.",
  "filter.upload-unanswered":
    "{name} is not taken, as the filter here could not look at it: {why} Those who run the bot can fix that.",
  "filter.result":
    "The filter here takes the result for a picture that should not be shown, so it was not posted. It can be wrong; " +
    "another seed or another picture may work.",
  "filter.result-unanswered":
    "The filter here could not look at the result, so it was not posted: {why} Those who run the bot can fix that.",
  "filter.internal": "it failed, and the log says how.",
  "service.filter-fetched":
    "{network} is not on this machine: `dreamloom models pull {network}` fetches it before it is needed",
  "service.filter-on": ({ network, uploads, results }: { network: string; uploads: boolean; results: boolean }) =>
    `${network} looks at ${both.format([...(uploads ? ["uploads"] : []), ...(results ? ["results"] : [])])}`,
  "filter.classes": ({
    network,
    missing,
    known,
  }: Record<"missing" | "known", readonly string[]> & { network: string }) =>
    missing.length === 0
      ? `\`filter.classes\` names no class with less than 1.`
      : `\`filter.classes\` names ${both.format(missing)}, but ${network} knows ${both.format(known)}.`,
  "filter.seen": ({ label, share }: { label: string; share: number }) => `${label} ${percent(share)}`,
  "filter.report": "🚩 The filter has held back a result that {author} asked for (`{id}`): {seen}",
  "image.busy": "Too many pictures are being opened just now, so {name} has to wait. Try again in a moment.",
  "image.too-costly": "{name} takes too long or too much memory to open. Make it smaller, or save it as JPEG.",
  "image.empty": "{name} is empty. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.",
  "image.unreadable": "{name} is not a picture I can read. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.",
  "image.format":
    "{name} cannot be used: I do not read {format} files. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.",
  "image.heic": ({ name }: { name: string }) =>
    `${name} is a HEIC picture, which I do not read. Save it as JPEG, or have your phone do so: on an iPhone, ` +
    "Settings > Camera > Formats > Most Compatible.",
  "image.pretends":
    "{name} begins like a {format} file but is not one. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.",
  "film.not-taken":
    "{name} is a film, and the program that reads films is missing here. Send it as GIF or animated WebP.",
  "film.minutes": "{name} is longer than {most} minutes. Cut it and try again.",
  "film.codec": "{name} contains a kind of video that I cannot read. Save it as MP4 with H.264 and try again.",
  "film.unreadable": "{name} is not a film I can read. Save it as MP4 with H.264, or as GIF, and try again.",
  "image.megapixels": "{name} has more than {most} megapixels. Make it smaller and try again.",

  // What can be pressed or reacted to: results, palettes, votes.
  "button.unknown": "This button no longer works.",
  "button.job-unknown": "Job {id} is no longer known here; please start a new one.",
  "button.foreign": "This is {owner}'s; only they and moderators can {verb} it.",
  "button.ended": "This job has already ended.",
  "button.not-ended": "This job has not ended yet; cancel it first.",
  "button.delete-failed": "Some of the messages could not be deleted; please try again.",
  "styles.none": "There are no styles here yet.",
  "result.no-size": "This picture cannot be enlarged.",
  "result.largest": "It is already {size} px, the largest allowed here.",
  "result.no-strength": "This picture's strength cannot be changed.",
  "result.strength-limit": "Its strength is already {strength}, the limit.",
  "result.is-sheet": "These are several pictures: choose one with its button first.",
  "result.no-morph": "`/{command}` makes no morphs.",
  "result.no-variation": "There is no such variation.",
  "result.no-variations": "`/{command}` makes no variations: another seed changes next to nothing.",
  "result.is-film": "This is a film already; only still pictures can become one.",
  "result.image-gone": "The picture of job {id} is no longer kept; send it again with `/{command}`.",
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
  "vote.starting": "The painting is starting right now; cancel that instead.",
  "vote.image-gone": "The picture of this vote is gone. Cancel it, and send the picture again with `/blend vote`.",
  "vote.emoji": "{style}'s emoji, {emoji}, ends votes, so it cannot be voted for.",
  "vote.two-styles":
    "A vote needs at least two styles. For example: `/blend vote summer winter`; without any, all of them take part.",

  // What is posted about jobs, votes, works, settings and stored data, and what buttons are called.
  "cancel.too-late": "It had already ended.",
  "cancel.done": "Cancelled {ids}.",
  "gallery.empty":
    "There is nothing here yet. Finished pictures appear in the gallery by themselves; start with `/dream`.",
  "gallery.removed": "{id} is out of the gallery; its messages stay. `/gallery restore {id}` puts it back.",
  "gallery.restored": "{id} is in the gallery again.",
  "gallery.origins": ({ variation, works }: { variation: boolean; works: string }) =>
    `${variation ? "A variation of" : "Made from"} ${works}`,
  "gallery.remixes": "Made from it: {works}",
  "gallery.variations": "Variations of it: {works}",
  "gallery.message": "the message",
  "gallery.spoiler": "hidden",
  "gallery.busy": "Many pictures of the gallery are being made small just now; please try again in a moment.",
  "gallery.fact.picture": "picture",
  "gallery.fact.took": "took",
  "gallery.fact.made-by": "painted by",
  "work.by": "{title} by {author}",
  "button.again": "Again",
  "list.more": ({ list, hidden }: { list: string; hidden: number }) =>
    hidden > 0 ? `${list} and ${hidden} more` : list,
  "gallery.hint": "`/gallery show ID` shows everything about one, `/again ID` makes it again.",
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
  "help.print": "moderators: {forModerators}",
  "help.range": "{minimum} to {maximum}",
  "help.default": "default: {value}",
  "palette.question": "**Which style, {name}?** React with one, or with several to blend them.\n{styles}",
  "vote.paint-now": "Paint now",
  "vote.cancel": "Cancel the vote",
  "vote.until": "Open for {duration}, until {time}.",
  "vote.heading": ({ opener, until }: { opener: string; until: string }) =>
    `**Vote: which styles should it be?** Opened by ${opener}.${until && ` ${until}`}`,
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
  "vote.barred": "The moderators have barred {opener} from using me, so nothing is painted.",
  "vote.no-votes": "Nobody voted, so nothing is painted.",
  "vote.unread": "I was away for a while, and could not read who reacted then: those votes do not count.",
  "vote.unread-all":
    "I was away for a while, and could not read who reacted then, so nothing is painted. `/blend vote` asks again.",
  "lesson.question": ({ opener, name, works }: { opener: string; name: string; works: number }) =>
    `**${opener} would like to teach a look, ${name}, from these ${works} works with hearts.** Everybody in this ` +
    "community can then dream of it. It holds what they have in common, not the pictures.",
  "lesson.asked": "May it learn from yours, {people}?",
  "lesson.answers": ({ yes, no }: { yes: string; no: string }) =>
    [yes && `Yes: ${yes}.`, no && `No: ${no}.`].filter(Boolean).join(" "),
  "lesson.begins": ({ time, until }: { time: string; until: string }) =>
    `It begins when all have answered, at the latest after ${time}, at ${until}. Works without a yes from all who ` +
    "made them are left out.",
  "lesson.who": "{opener} and moderators can begin sooner, or cancel.",
  "lesson.stuck": "**It could not begin.** {why} *Begin now* tries again.",
  "lesson.agree": "Yes, learn from mine",
  "lesson.decline": "No",
  "lesson.begin": "Begin now",
  "lesson.cancel": "Cancel",
  "lesson.agreed": ({ name }: { name: string }) =>
    `Thank you: ${name} may learn from your works. Press No to take that back before it begins; afterwards ` +
    `\`/teach remove ${name}\` removes the look.`,
  "lesson.declined": "{name} will not learn from your works.",
  "lesson.heading": "**{opener} asked whether a look, {name}, may be taught from works with hearts.**",
  "lesson.begun": "It is being taught, as job `{id}`.",
  "job.alone": "I could not say this about **{title}** (`{id}`) where you asked for it:\n{text}",
  "job.cancelled": "Cancelled by {by}.",
  "credit.image": "picture by {by}",
  "credit.style": ({ names, count, by }: { names: string; count: number; by: string }) =>
    `${count > 1 ? "styles" : "style"}${names && ` ${names}`} by ${by}`,
  "credit.look": "look {look} by {by}",
  "credit.chosen": "chosen by {by}",
  "list.and": "{list} and {last}",
  "person.unnamed": "somebody",
  ...durations,
  "result.reduced":
    "*The original, {from} px in {megabytes} MB, is more than this chat takes: this is a {kind} of {to} px.*",
  "result.whole": "[Here is the original]({address}), for {days} days; the link works for anyone who has it.",
  "film.stilled": "*The film is too large for this chat, so this is one picture of it.*",
  "result.done": ({ octaves, part }: { octaves: number; part: FramePart }) =>
    octaves > 1 ? `${octaves} ${part}s done.` : "The picture is done.",
  done: "Done",
  "network.fetching": ({ network, received, all }: { network: string; received: number; all: number | undefined }) =>
    `Fetching ${network === "onnxruntime" ? "" : "the network "}${network}, which happens only once: ` +
    `${received}${all === undefined ? "" : ` of ${all}`} MB.`,
  "network.fetching-short": "Fetching {network}",
  "network.folder": "From a folder",
  "button.cancel": "Cancel",
  "button.delete": "Delete",
  "button.report": "Report",
  "button.numbered": "{label} {number}",
  "button.morph": "Morph",
  "button.choose": "Choose",
  "button.enlarge": "Larger",
  "button.vary": "Vary",
  "button.stronger": "Stronger",
  "button.weaker": "Weaker",
  "button.larger": "Larger",
  "button.film": "Film",
  "button.style": "Use as style",
  "button.emoji": "As emoji",
  "square.ready": "Cut square. Save the one that you want:",
  "square.row": ({ use, side, kilobytes, film }: SquareRow) =>
    `${capital(use)}: ${side} px, ${kilobytes} kB${film === undefined ? "" : `, ${SQUARE_FILMS[film]}`}`,
  "square.description": ({ use, title }: { use: SquareRow["use"]; title: string }) =>
    `${title}, cut square for ${use === "sticker" ? "a" : "an"} ${use}`,
  "square.gone": "The picture of job {id} is no longer kept, so nothing can be cut from it.",
  "square.none": "This chat has no emoji, stickers or avatars.",
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
  "job.still": "Of the film this takes one picture: the first frame that shows something.",
  "job.accepted": "Accepted.",
  "job.moment": "a moment",
  "job.about": "about {duration}",
  "job.in-progress": ({ takes }: { takes: string | undefined }) =>
    `In progress${takes === undefined ? "" : `, takes ${takes}`}. Watch it grow in the thread.`,
  "job.place": ({ place }: { place: number }) => `${ordinal(place)} in line`,
  "job.ahead": "{ahead} or more ahead in line",
  "job.in-line-notice": "{where}, takes {takes}. {notice}",
  "job.starts-at-once": "starts at once",
  "job.starts-in": "starts in about {duration}",
  "job.in-line": ({ where, starts, takes }: { where: string; starts: string | undefined; takes: string }) =>
    `${where}${starts === undefined ? "" : `, ${starts}`}, takes ${takes}.`,
  "job.beginning": ({ title, duration }: { title: string; duration: string | undefined }) =>
    `${title}: starting.${duration === undefined ? "" : ` It takes about ${duration}.`}`,
  "job.starting": "Starting",
  "frame.film": "Frame {frame} of {frames}",
  "frame.step": ({ part, ...at }: FrameCount & { step: number; steps: number }) =>
    `${capital(part)} ${at.octave} of ${at.octaves}, step ${at.step} of ${at.steps}`,
  "frame.learning": "Learning, {step} of {steps}",
  "frame.underway": ({ label, left }: { label: string; left: string | undefined }) =>
    `${label}${left === undefined ? "" : ` · about ${left} left`}`,
  "frame.size": ({ part, ...at }: FrameCount & { width: number; height: number }) =>
    `${capital(part)} ${at.octave} of ${at.octaves} · ${at.width} × ${at.height}`,
  "frame.description": ({ part, octave, octaves }: FrameCount) => `The picture after ${part} ${octave} of ${octaves}`,
  "result.seen": ({ seen }: { seen: readonly Sighting[] }) => sighted(seen),
  "result.meanings": ({ meanings }: { meanings: ChannelMeanings }) => meaningsOf(meanings),
  /** For people who do not see a result: what was done to what, and by whom. */
  "result.description": ({ deed, by, of, variations = 1 }: Described) => {
    const what = done(deed, of);
    const named = of?.maker === by && what.includes(pictureOf(of));
    const sheet = variations > 1 ? `${variations} variations side by side. ` : "";
    return `${sheet}${named ? what : `${what}, by ${by}`}`;
  },
  "result.took": "took {duration}",
  "result.runtime": "{network} on {runtime}",
  "result.unnamed": ({ images }: { images: readonly (keyof typeof UNNAMED)[] }) =>
    `needs the same ${both.format(images.map((image) => UNNAMED[image]))}`,
  "result.version": "recipe version {version}",
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
  "queue.more": "… and {hidden} more",
  "queue.used": "{open} of {most} unfinished, {started} of {anHour} in the last hour",
  "queue.caps": ({ mine, mineHere, all }: { mine: string; mineHere: string | undefined; all: string }) =>
    `You: ${mine}${mineHere === undefined ? "" : `; in this channel: ${mineHere}`}. This channel: ${all}.`,
  "queue.job": ({ title, author, id }: { title: string; author: string | undefined; id: string }) =>
    `${title}, ${author === undefined ? "**yours**" : `by ${author}`} (\`${id}\`)`,
  "queue.elsewhere": "A job in another channel or thread",
  "queue.running": "running, about {duration} left",
  "my-data.file":
    "**All that is stored about you**, in one file: jobs with their parameters, styles, favourites, votes, and " +
    "the pictures.",
  "settings.hint-moderator":
    "Change one with `/settings largest:768`, reset it with `/settings reset largest`; `everywhere:yes` means " +
    "the whole community.",
  "settings.hint": "Those who manage the channel may change them.",
  "settings.heading": "**Settings of {channel}**",
  // The page tells these words from other times, and adds what time that is where it is read.
  "settings.every-day": "{time}, every day",
  "settings.from.channel": "set here",
  "settings.from.community": "set for the whole community",
  "settings.from.installation": "the default",
  "settings.community": "the whole community",
  "settings.elsewhere": "in another channel",
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
  "settings.opted-out":
    "Done: I use your pictures and works for you alone now, in all communities on this platform. What others have " +
    "made of them stays, and so do styles that you have added. `/settings optin` takes it back.",
  "settings.opted-out-looks":
    "Looks that were taught from your works, as you agreed, stay too: {names}. `/teach remove {first}` removes one.",
  "settings.opted-in": "Done: others may use your pictures and works again.",
  "settings.reports": ({ by, open }: { by: string; open: boolean }) =>
    `${by} has made this the channel for reports: works that people report are posted here, for moderators to deal ` +
    `with.${open ? " Everybody in the community can read this channel, and so who has reported what." : ""}`,
  "moderate.bar": ({ name, role }: { name: string; role: boolean }) =>
    `${name} is barred: from ${role ? "people with that role" : "them"} I take no commands, buttons or reactions ` +
    "here. `/moderate lift` ends it" +
    (role ? "." : "; `/moderate cancel` and `/moderate hide` deal with what they have made."),
  "moderate.lift": "{name} is no longer barred.",
  "moderate.jobs": ({ jobs }: { jobs: number }) => counted(jobs, "job"),
  "moderate.works": ({ works }: { works: number }) => counted(works, "work"),
  "moderate.cancelled": ({ name, jobs }: { name: string; jobs: number }) =>
    `Cancelled ${counted(jobs, "job")} of ${name}.`,
  "moderate.hidden": ({ name, works }: { name: string; works: number }) =>
    `Took ${counted(works, "work")} of ${name} out of the gallery; the messages stay. ` +
    "`/moderate show` puts them back.",
  "moderate.shown": ({ name, works }: { name: string; works: number }) =>
    `Put ${counted(works, "work")} of ${name} back into the gallery.`,
  "moderate.list-empty": "Nobody is barred here. `/moderate bar @Ann` bars a person from using me here.",
  "moderate.list": "**Barred here**",
  "moderate.list-row": "{name}, by {by}, {day}",
  "moderate.no-acts": "The moderators have done nothing here that I know of.",
  "moderate.log": "**What moderators have done here** (times in UTC)",
  "moderate.act.bar": "{by} barred {subject}",
  "moderate.act.unbar": "{by} lifted the bar on {subject}",
  "moderate.act.mute": "{by} muted {subject}",
  "moderate.act.unmute": "{by} unmuted {subject}",
  "moderate.act.rename": "{by} renamed {subject}",
  "moderate.act.sign-out": "{by} signed {subject} out",
  "moderate.act.cancel-jobs": "{by} cancelled what {subject} had waiting or running",
  "moderate.act.hide-works": "{by} took works of {subject} out of the gallery",
  "moderate.act.show-works": "{by} put works of {subject} back into the gallery",
  "moderate.act.make-moderator": "{by} made {subject} a moderator",
  "moderate.act.unmake-moderator": "{by} took moderator rights from {subject}",
  "moderate.act.rename-channel": "{by} renamed the channel {subject}",
  "moderate.act.archive-channel": "{by} archived the channel {subject}",
  "moderate.act.open-channel": "{by} opened the channel {subject} again",
  "moderate.act.delete-channel": "{by} deleted the channel {subject}",
  "moderate.act.dismiss-report": "{by} dismissed a report about {subject}",
  "moderate.act.delete-work": "{by} deleted {subject}, which was reported",
  "moderate.act.remove-work": "{by} deleted {subject}",
  "moderate.act.hide-work": "{by} took {subject} out of the gallery",
  "moderate.act.show-work": "{by} put {subject} back into the gallery",
  "moderate.act.cancel-job": "{by} cancelled {subject}",
  "moderate.act.cancel-vote": "{by} cancelled a vote of {subject}",
  "moderate.act.rename-style": "{by} renamed the style {subject}",
  "moderate.act.remove-style": "{by} removed the style {subject}",
  "moderate.act.remove-look": "{by} removed the look {subject}",
  "moderate.act.delete-message": "{by} deleted a message of {subject}",
  "moderate.from-bot": "from the bot",
  "moderate.renamed": "now {name}",
  "moderate.act.change-settings": "{by} changed settings of {subject}",
  "report.done": "Thank you: the moderators have been told.",
  "report.message": "🚩 {by} has reported a work:\n{work}",
  "report.untold": "A work from a channel that not everybody can read",
  "report.work": "{title} by {author} (`{id}`)",
  "report.gone": "Job {id} is gone already.",
  "report.deleted": "Deleted by {by}.",
  "report.dismissed": "Dismissed by {by}.",
  "report.barred": "{by} has barred its author.",
  "report.barred-already": "Its author is barred already.",
  "report.button.delete": "Delete it",
  "report.button.bar": "Bar its author",
  "report.button.dismiss": "Dismiss",
  "my-data.chats":
    "What was said and shown in the chat stays there, my own messages too: first use 🗑️ to delete those that " +
    "should go.",
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
  "my-data.presets": ({ presets }: { presets: number }) => `${counted(presets, "preset")} that you have saved`,
  "my-data.looks": ({ looks, names }: { looks: number; names: string }) =>
    `${counted(looks, "look")} that you have taught: ${names}`,
  "my-data.lent": ({ looks, names }: { looks: number; names: string }) =>
    `${counted(looks, "look")} that others have taught from your works, as you agreed: ${names}`,
  "my-data.looks-go": "Looks that you have taught, or that others have taught from your works, go too: {names}.",
  "my-data.favourites": ({ favourites }: { favourites: number }) => counted(favourites, "favourite"),
  "my-data.interactive": ({ messages }: { messages: number }) =>
    `${messages} ${messages === 1 ? "palette, vote or lesson" : "palettes, votes or lessons"} that you have opened`,
  "my-data.votes": ({ votes }: { votes: number }) => `${counted(votes, "choice")} made by reaction or button`,
  "my-data.reports": ({ reports }: { reports: number }) => `${counted(reports, "work")} that you have reported`,
  "my-data.daily": ({ channels }: { channels: number }) =>
    `The dream of the day in ${counted(channels, "channel")}, which is made in your name`,
  "my-data.opted-out": "Since {since} no one else may use your pictures and works",
  "my-data.hint": "`/settings mydata export` gives you all of it in one file, `/settings mydata delete` deletes it.",
  "my-data.delete": "Delete all of it",
  "my-data.ask": ({ jobs, styles, favourites }: { jobs: number; styles: number; favourites: number }) =>
    `**Delete all that is stored about you?** ${counted(jobs, "job")}, ${counted(styles, "style")}, ` +
    `${counted(favourites, "favourite")}, their pictures, your palettes and votes. Styles that others use go ` +
    "too. Works that others have made from yours stay theirs, and still name you. This cannot be undone.",
  "my-data.daily-goes": "Channels whose dream of the day is made in your name will no longer have one.",
  "my-data.opt-out-goes": "Your opt-out goes too: give it again afterwards if you want to keep it.",
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

  // Why a job was not accepted, or did not end well.
  "queue.full": ({ jobs, here, mine }: { jobs: number; here: number; mine: number }) => {
    const whose = here === 0 ? "" : `, ${here} of them from this community${mine === 0 ? "" : ` and ${mine} yours`}`;
    return `The queue is full: ${counted(jobs, "job")} waiting${whose}. Please try again in a few minutes.`;
  },
  "queue.person": ({ jobs }: { jobs: number }) =>
    `You have ${counted(jobs, "unfinished job")}, as many as one person may have. Wait for one to end, or ` +
    "cancel one with /cancel.",
  "queue.person-here": ({ jobs }: { jobs: number }) =>
    `You have ${counted(jobs, "unfinished job")} in this channel, as many as one person may have here. Wait ` +
    "for one to end, or cancel one with /cancel.",
  "queue.address": ({ jobs }: { jobs: number }) =>
    `People at your internet address, which a household or a school shares, have ${counted(jobs, "unfinished job")} ` +
    "together, as many as one address may have. Please wait until one has ended.",
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
  "cluster.rival": (first: { prefix: string; pid: number; host: string; folder: string; since: string }) =>
    `The bots of another Dreamloom work on this Redis with CLUSTER_PREFIX=${first.prefix}: process ${first.pid} on ` +
    `${first.host}, data folder ${first.folder}, since ${first.since}. Stop it, or give this one a CLUSTER_PREFIX of ` +
    "its own.",
  "cluster.denied": (redis: { host: string; reason: string; prefix: string }) =>
    `Redis at ${redis.host} denies its user a right: ${redis.reason}. What is needed: ` +
    `ACL SETUSER <user> ~${redis.prefix}:* &${redis.prefix}:* +@all -@dangerous`,
  "cluster.login": "Redis at {host} does not take the user name or the password in REDIS_URL: {reason}",
  "cluster.full": "Redis at {host} is full: raise its maxmemory, or free some of it.",
  "cluster.replica": "Redis at {host} is a replica, which takes no jobs: REDIS_URL must name the primary.",
  "cluster.untagged": (redis: { host: string; prefix: string }) =>
    `Redis at ${redis.host} is a cluster, where all keys of Dreamloom must lie together: set ` +
    `CLUSTER_PREFIX={${redis.prefix}}, with the braces, for the bots and every worker.`,
  "cluster.other-node":
    "Redis at {host} is one node of a cluster, and Dreamloom's keys lie on {node}: REDIS_URL must name that one.",
  "cluster.refused": "Redis at {host} refuses what a job needs: {reason}",
  "cluster.trial-failed": "A test job does not come through Redis at {host}: {reason}",
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

  // The data folder: what could not be kept or found.
  "store.page-unknown": "This page of the gallery is not known; begin at the first.",
  "store.style-gone": "This style is no longer there.",
  "store.emoji-taken": "{emoji} is already the style {style}; choose another emoji.",
  "store.styles-full": "There are already {count} styles here, the most there can be; remove one first.",
  "store.own-styles-full":
    "You have already added {count} styles here, the most one person may have; remove one first.",
  "store.preset-taken": "{author} has saved a preset {name} here already; choose another name.",
  "store.presets-full": "There are already {count} presets, the most there can be; remove one first.",
  "store.look-taken": "{author} has taught a look {name} here already; choose another name.",
  "store.looks-full": "There are already {count} looks here, the most there can be; `/teach remove` one first.",
  "store.own-looks-full":
    "You have already taught {count} looks here, the most one person may; `/teach remove` one first.",
  "store.style-taken": "There is already a style {style}; choose another name.",
  "store.job-unfinished":
    "Your job {id} has not ended yet: cancel it, or wait for it, and then delete your data again.",
  "store.lesson-unfinished":
    "A look is being taught from works of yours right now (job {id}): wait for it, and then delete your data again.",
  "store.newer": "{file} was written by a newer Dreamloom: update this one, or name another folder in DATA_DIR.",
  "store.full": "There is no space left for {path}: free some, or lower retention.megabytes.",
  "store.unwritable": ({ path, code }: { path: string; code: string }) =>
    `${path} cannot be written (${code}): make it writable, or name another folder in data.dir or DATA_DIR.`,
  "store.foreign": ({ path, owner, user }: { path: string; owner: number; user: number }) =>
    `${path} belongs to user ${owner}, and Dreamloom runs as user ${user}: run it as user ${owner}, or give ` +
    `user ${user} the whole folder (chown -R).`,
  "store.damaged": ({ path }: { path: string }) =>
    `The database ${path} is damaged: restore a copy of it (docs/operating.md, "Backup"), or move it away to start ` +
    "with an empty one.",
  "store.no-key": ({ path }: { path: string }) =>
    `The tokens in ${path} are encrypted: set data.encryptionKey or DATA_ENCRYPTION_KEY to the key they were ` +
    "encrypted with.",
  "store.other-key": ({ path }: { path: string }) =>
    `The tokens in ${path} are encrypted with another key than data.encryptionKey or DATA_ENCRYPTION_KEY says: set ` +
    "it to that one.",
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
  "restarted.command": ({ line }: { line: string | undefined }) =>
    `I was restarted before I read this; send it again${line ? `: \`${line.replaceAll("`", "'")}\`` : "."}`,
  "restarted.button": "I was restarted before I got to that button; press it again.",
  "restarted.reaction":
    "I was restarted before I got to your {emoji}; if nothing came of it, take it back and add it again.",

  // What recipes, films and the engine refuse, and how it fails.
  "native.broken": ({ name, reason, folder }: { name: string; reason: string; folder: string | undefined }) =>
    `${name} cannot be loaded (${reason}). ` +
    (folder === undefined ? "Run npm install again, on this machine." : `Delete ${folder}, and it is fetched again.`),
  "native.broken-why": "{name} cannot be loaded ({reason}).",
  "channels.none":
    'No channel is named. Write channels as number:weight, for instance channels:"4 21:-0.5", or with their ' +
    'layer: "activation_30/4:1 activation_27/21:-0.5".',
  "channels.invalid": ({ part }: { part: string }) =>
    `"${part}" is not a channel. Write channels as number:weight, for instance channels:"4 21:-0.5", or with ` +
    `their layer: "activation_30/4:1 activation_27/21:-0.5".`,
  "channels.no-layer": ({ part }: { part: string }) =>
    `"${part}" needs its layer. Write channels as number:weight, for instance channels:"4 21:-0.5", or with ` +
    `their layer: "activation_30/4:1 activation_27/21:-0.5".`,
  "channels.range": "{layer} of {network} has channels 0 to {last}; there is no {channel}.",
  "stylize.no-photo": "There is no photo to paint. Attach one, or reply to a message that has one.",
  "stylize.no-style-image": "The style {style} has no picture.",
  "stylize.no-weight": "Every style has weight 0. Give at least one of them some weight.",
  "moving.too-long": ({ frames, seconds, side, most, mostSeconds, parts, smaller }: MovingTooLong) => {
    const option = (part: string): string => `moving:${part.includes(" ") ? `"${part}"` : part}`;
    const said = parts.map((part) => `\`${option(part)}\``);
    const offers = [...said, "`moving:still` for one picture"].join(", ").replace(/, ([^,]+)$/, " or $1");
    const sized = smaller && [`size:${smaller.side}`, ...(smaller.part ? [option(smaller.part)] : [])].join(" ");
    return (
      `This film has ${frames} frames in ${Math.round(10 * seconds) / 10} s, and at ${side} px I take ${most} in ` +
      `${mostSeconds} s. Say which part: ${offers}.${sized ? ` Or make it smaller: \`${sized}\`.` : ""}`
    );
  },
  "moving.or-other":
    "A moving picture becomes one film: leave out morph, repeat and sweep, or say moving:still for a picture.",
  "morph.made-again": "Not all octaves of `{id}` are kept, so it is made once more.",
  "morph.or-repeat": "A morph shows one picture taking shape: leave out morph or repeat.",
  "dream.no-guide":
    "There is no guide. Attach two pictures, the one to dream in and then its guide, or name a style: `{line}`",
  "dream.channels-or-guide": "A dream follows channels or a guide, not both. Leave one of them out.",
  "blend.sweep-short": "A sweep has at least 2 pictures.",
  "blend.sweep-two": "A sweep goes between two styles. Name exactly two.",
  "where.unreadable": "{where} is no region, no colour such as #0080ff, and no thing that the network knows.",
  "where.empty": "No part of the picture is {where}, so there is nothing to do. Name another place.",
  "where.transparent": "All of {where} is transparent in the picture, so there is nothing to do. Name another place.",
  "where.outside":
    "Nothing of {where} is within the part that is painted. Name another place, or leave that style out.",
  "where.no-rest": "The other styles' places leave no rest to paint. Leave that style out, or name other places.",
  "where.no-colour": "Nothing in the picture has a colour near {colour}. Take one from the picture itself.",
  "where.no-picture": "There is no picture to find {where} in. Name a region such as centre, or send a mask.",
  "where.mask-empty":
    "The mask leaves nothing to change. Make it white where something should happen; `not mask` inverts it.",
  "where.no-mask": "There is no mask. Send one as the second picture, white where something should happen.",
  "where.mask-shape":
    "The mask ({mask} px) and the picture ({picture} px here) differ in shape. Draw it on the picture.",
  "where.all-opaque": "No part of the picture is transparent. Name another place, such as centre.",
  "where.not-seen": ({ network, word, seen }: { network: string; word: string; seen: readonly string[] }) =>
    `${network} sees no ${word} in the picture; it sees ${oneOf.format(seen)}. Name one of these, a region such as ` +
    "top, or a colour such as #0080ff.",
  "where.book": "The book's preset paints one style everywhere. Leave preset out to give each style its place.",
  "where.sweep": "A sweep goes from one style to another everywhere. Leave sweep out to give each style its place.",
  "grid.no-channels": 'No channel is named. Write them as channels:"4 7 21".',
  "grid.too-many": "That would be {tiles} channels; a grid takes {most}. Take fewer layers or channels.",
  "texture.too-small":
    "These layers of {network} see nothing below {least} px; a tileable texture must be at least that large.",
  "texture.no-source": "There is no picture to take a texture from. Attach one, name a style, or say `into`.",
  "texture.book-tileable": "The book's textures end at their borders. With `tileable`, choose another preset.",
  "texture.book-words": "The book's textures follow a picture alone. With `into` or `away`, choose another preset.",
  "layers.invalid": ({ part }: { part: string }) =>
    `"${part}" is not a layer with a weight. Write layers as name:weight, for instance ` +
    `layers:"activation_36:1.5 activation_30:1.2".`,
  "layers.negative": ({ layer }: { layer: string }) =>
    `The weight of ${layer} is negative, which the book's preset cannot follow: its pixels are not bounded, and away ` +
    "from a style there is no end. Take the studio's preset, or a weight above 0.",
  "layers.none":
    'No layer is named. Write layers as name:weight, for instance layers:"activation_36:1.5 activation_30:1.2".',
  "neuron.too-large": "From {start} px, {octaves} octaves end at {last} px; the most is {most}. Take fewer.",
  "zoom.no-neuron": "A film needs at least one neuron.",
  "zoom.no-channels": 'No neuron is named. Write them one after the other, as channels:"4 21 25".',
  "engine.no-result": "The engine gave no result.",
  "film.ffmpeg-failed": "ffmpeg could not write the film. Take webp or gif instead.",
  "image.damaged": "That picture is damaged: too little of it can be read. Save it again and try once more.",
  "film.too-many-pixels":
    "The film has too many pixels in all: at most {most} megapixels. Send fewer or smaller frames.",
  "film.no-frame": "A film needs at least one frame.",
  "film.too-large": "The film takes at least {size}, more than {most}. Take fewer frames, or allow more.",
  "film.no-ffmpeg": "MP4 needs ffmpeg on the PATH. Install it, or take webp or gif.",
  "film.too-many-frames":
    "At {width} x {height}, a WebP or GIF holds {most} frames. Take fewer or smaller ones, or mp4 in a shell.",
  "engine.recipe-unknown": 'There is no recipe "{recipe}"; there are {known}.',
  "descent.no-start":
    "The first step gives no finite loss: the network's weights or its preprocessing are damaged, or the weight of a " +
    "layer or channel is far too large.",
  "descent.diverged": ({ step, steps }: { step: number; steps: number }) =>
    `Step ${step} of ${steps} ran away to infinity: what is asked for has no end. Negative or very large weights of ` +
    "layers do that; make them smaller.",
  "engine.no-picture": "The recipe made no picture.",
  "engine.option": ({ option, problem }: { option: string; problem: string }) =>
    `${option ? `"${option}" ` : ""}cannot be used: ${problem}.`,
  "engine.memory": "The picture is too large for this machine's memory. Try a smaller size.",
  "engine.failed": "The engine failed on this picture. The log says more.",
  "cases.tensor-unreadable": 'The case file names "{file}", which cannot be read beside it.',
  "cases.tensor-size": '"{file}" holds {bytes} bytes; a float32 tensor of shape [{shape}] takes {expected}.',
  "cases.channel": "{test}: {layer} has channels 0 to {last}, not {channel}.",
  "cases.network": "{test}: {problem}",
  "cases.unreadable": '"{file}" cannot be read. Give the path of a cases.json.',
  "cases.not-json": '"{file}" is not JSON.',
  "cases.invalid": '"{file}" is not a file of cases: {where}: {problem}.',
  "engine.closing": "The engine is shutting down.",
  "engine.crashed": "The engine crashed while it worked on this picture.",
  "onnx.musl":
    "Pictures are computed by onnxruntime, and there is none for Linux with musl, such as Alpine: take a system with " +
    "glibc, such as Debian or its container images.",
  "onnx.intel-mac":
    "Pictures are computed by onnxruntime, and there is none for Macs with an Intel processor any more: run " +
    "Dreamloom on a Mac with an Apple chip, or in a Linux container.",
  "onnx.no-build": "Pictures are computed by onnxruntime, and there is none for {platform} on {arch}.",
  "onnx.needed": "It cannot be tried without onnxruntime.",
  "onnx.not-here": "onnxruntime has not been fetched yet.",
  "onnx.not-fetched": ({ why, folder }: { why: string; folder: string }) =>
    `onnxruntime, which computes the pictures, could not be fetched: ${why}. Where the registry is out of reach, ` +
    `copy ${folder} from a machine that has it.`,
  "device.missing.onnx-cuda": "onnxruntime's CUDA provider is not installed.",
  "device.missing.onnx-webgpu": "There is no Vulkan driver.",
  "device.missing.tfjs-node-gpu": "The native part of @tensorflow/tfjs-node-gpu is not installed.",
  "device.mend.onnx-cuda":
    "Install NVIDIA's driver, CUDA 12 and cuDNN 9, then run: npm run install:cuda (in a checkout), or " +
    "npm install onnxruntime-node@1.30 (beside the package).",
  "device.mend.onnx-webgpu":
    "Install the graphics card's driver with Vulkan (Debian: mesa-vulkan-drivers, or NVIDIA's own) and libvulkan1.",
  "device.mend.tfjs-node-gpu": "Install NVIDIA's driver, CUDA 11 and cuDNN 8, then run: npm run install:tfjs-gpu",
  "device.mend.cpu": "Run npm install again; Dreamloom needs Node 20.19 or later.",
  "device.mend.driver": "Update its driver.",
  "device.wrong": "Its gradient is not the CPU's: they differ by {difference}.",
  "device.slow": "It did not finish within {seconds} s.",
  "device.untried": "It could not be tried: {reason}.",
  "device.crashed": "Trying it crashed ({how}).",
  "device.not-loaded": "It does not load: {reason}.",
  "device.silent": "it failed without a word",
  "device.unusable": ({ device, why, mend }: { device: string; why: string; mend: string }) =>
    `${device} cannot be used here. ${why} ${mend}`.trim(),
  "layers.weight": 'The weight of "{part}" must be from 0.001 to 1000, or below 0 from -1000 to -0.001.',
  "layers.twice": "The layer {layer} is given twice; once is enough.",
  "layers.too-many": "These are {count} layers; the most is {most}.",

  // Why a network, a layer or a taught layer cannot be fetched, read or used.
  "network.unknown":
    "There is no network {id}; there are {ids}, folders in MODELS_PATH, and paths of folders or files.",
  "network.unknown-near": "There is no network {id}; did you mean {near}?",
  "network.id-invalid":
    "'{id}' cannot be a network's id; use small letters, digits, -, _ and ., for instance --id moths.",
  "network.id-catalogue": "{id} is a network of the catalogue; choose another id, for instance --id my-{id}.",
  "network.id-taken": "There is a network {id} in {folder} already; choose another --id, or remove that folder.",
  "network.no-path": "There is nothing at {path}; give the path of a network's folder or file.",
  "network.not-a-model": "{path} is not a network: a tfjs model.json, a Keras .keras or .h5, or an .onnx file is.",
  "network.several": "{path} holds several networks ({models}); name one of them.",
  "network.none-in-folder":
    "{path} holds no network: a tfjs model.json, a Keras .keras or .h5, or an .onnx file is looked for.",
  "network.from-folder": "From a folder",
  "network.notes": "{file} cannot be used: {problem}",
  "network.no-numbers": "{network} computes no numbers: its weights are damaged; fetch or copy it again.",
  "network.sees-nothing": "{network} sees nothing in any picture: look at its weights, and at --mean and --scale.",
  "network.too-small":
    "At {side} px nothing is left of a picture in the network's deeper layers: they need {least} px on each side.",
  "network.no-layer": "No layer of {network} can be used: {reason}.",
  "network.prepared": ({
    preprocessing: { channels, mean, scale },
    from,
  }: {
    preprocessing: { channels: string; mean: readonly number[]; scale: number | readonly number[] };
    from: "notes" | "catalogue" | "metadata" | "operations" | "statistics" | "format";
  }) => {
    const why = {
      notes: "as its dreamloom.yaml says",
      catalogue: "as the catalogue says",
      metadata: "as the file says",
      operations: "which its own first operations ask for",
      statistics: "which fits what its first normalisation met in training",
      format: "as files of its kind usually want, which is a guess",
    }[from];
    const short = (n: number) => String(Number(n.toPrecision(4)));
    const all = (list: readonly number[]) => (new Set(list).size === 1 ? list.slice(0, 1) : list).map(short).join(", ");
    const by = typeof scale === "number" ? [scale] : scale;
    return (
      `It sees pictures as (${channels.toUpperCase()} - [${all(mean)}]) * [${all(by)}], ${why}; ` +
      "--channels, --mean and --scale of models add, or preprocessing in its dreamloom.yaml, change that."
    );
  },
  "network.not-fetched": ({ id, why, model }: { id: string; why: string; model: string }) =>
    `The network ${id} could not be fetched: ${why}. Put ${model} into a folder called ${id} and name the folder ` +
    `around it in MODELS_PATH${id === "resnet50" ? "" : ", or use resnet50"}.`,

  // Complete "could not be fetched:".
  "transfer.unreachable": "{host} cannot be reached ({why})",
  "transfer.certificate":
    "{host} cannot be reached ({why}; if your network has its own certificates, name them in NODE_EXTRA_CA_CERTS)",
  "transfer.silent": "nothing came for {seconds} s",
  "transfer.answer": "{host} answers {status}",
  "transfer.other-file": "what {host} sends is not the file that is expected (its checksum differs)",
  "transfer.other-package": "what {host} sends is not the package that is expected (its checksum differs)",
  "transfer.too-long": "{host} sends more than the file that is expected",
  "transfer.broke-off": "{host} broke off after {received} of {size} bytes",
  "transfer.stopped": "{host} stopped sending ({why})",
  "transfer.disk-full": "the disk is full",
  "transfer.no-model": "what came holds no {model}",

  "presets.no-layer": "at least one layer with a weight other than 0 is needed",
  "presets.default": "the default is not one of the looks",
  "catalogue.presets": "a network has looks (dream) and style layers (style), or names for its own classes (classes)",
  "catalogue.checksum": "a checksum is needed: md5 or sha256",
  "look.textures": "Surfaces",
  "look.patterns": "Patterns",
  "look.parts": "Parts of things",
  "look.creatures": "Whole things",
  "look.ornaments": "Large shapes",
  "look.taught": "What {pictures} pictures taught",
  "look.taught-unreadable": "Taught",
  "look.taught-by": "Taught by {by}, from {pictures} pictures",
  "look.none": "Nothing has been taught here yet. Attach five pictures or more that have something in common: `{line}`",
  "look.heading": "**Looks taught here**",
  "look.row": ({ name, network, pictures, by, makers }: Record<"name" | "network" | "by", string> & Learnt) =>
    `\`${name}\` by ${by}, from ${pictures} pictures` +
    `${makers.length > 0 ? `, some of them by ${both.format(makers)}` : ""} · ${network}: \`/dream look:${name}\``,
  "look.which": "Which look? For example: `{line}`",
  "look.removed": "The look {name} is removed. Pictures that were dreamt with it stay.",
  "look.foreign": ({ name, owner, makers }: { name: string; owner: string; makers: readonly string[] }) =>
    `The look ${name} is ${owner}'s: only ${[owner, ...makers].join(", ")} and moderators can remove it.`,
  "look.gone": "The look {name} has been removed. For example: `/dream look:creatures`",
  "look.other-network": "The look {name} was taught to {network}: leave out network, and it dreams.",
  "look.name-taken": "{name} is a look that comes with the program; please choose another name.",
  "look.being-taught": "A look {name} is being taught right now (job {id}); wait for it, or choose another name.",
  "look.unknown-here": ({ look, near, known }: { look: string; near: string | undefined; known: readonly string[] }) =>
    `There is no look ${look}; ${near === undefined ? lookList(known) : `did you mean ${near}?`}` +
    `${known.length === 0 ? "" : ` For example: \`/dream look:${near ?? known[0]}\``}`,
  "look.unknown": "{network} has no look called {look}; it has {looks}.",
  "look.unknown-near": "{network} has no look called {look}; did you mean {near}?",

  "layer.none": '{network} has no layer "{layer}".',
  "layer.unknown": "{network} has no layer called {layer}; its layers run from {first} to {last}.",
  "layer.unknown-near": ({ network, layer, near }: { network: string; layer: string; near: readonly string[] }) =>
    `${network} has no layer called ${layer}; did you mean ${oneOf.format(near)}?`,
  "layer.unusable": "Layer {layer} of {network} cannot be used: {reason}. The deepest usable layer is {deepest}.",
  "layer.circle": "Layer {layer} takes in its own result; the file is damaged.",
  "layer.double": "Two layers are called {layer}; the file is damaged.",
  "layer.missing": "There is no layer {layer} in the file.",

  "model.no-image": "The network does not take in one picture of three channels, so it cannot dream.",
  "model.input": "The network cannot dream of pictures: of its input {input}, {reason}.",
  "model.empty": "The model has no layers; the file is damaged.",
  "model.layers": "The model's list of layers cannot be read; the file is damaged.",
  "model.no-description": "The file holds no description of the model's layers.",
  "model.description": "The description of the model in {path} is damaged.",
  "model.kind": "A {kind} is not a Sequential or functional model, so it cannot be opened.",
  "model.not-hdf5": "{path} is not an HDF5 file, or is cut short; fetch or copy it again.",
  "model.not-zip": "{path} is not a whole .keras file; fetch or copy it again.",
  "model.no-keras": "{path} holds no Keras layers.",
  "model.weights-only":
    "{path} holds weights only, and not of VGG16, VGG19 or SqueezeNet; save the whole model with model.save.",
  "model.not-onnx": "{path} is not an ONNX file, or is cut short; fetch or copy it again.",
  "model.no-network": "{path} holds no network; fetch or copy it again.",
  "model.not-json": "{path} cannot be read as JSON; fetch or copy it again.",
  "model.not-layers": "{path} is not a tfjs model.",

  "weight.missing": "The weight {weight} is not in the file; fetch or copy it again.",
  "weight.type": "The weight {weight} is stored as {type}; float16, float32 and float64 are known.",
  "weight.unknown-type": "Weights of the type {type} are not known ({weight}).",
  "weight.short": "The weight {weight} is cut short; fetch or copy the file again.",
  "weight.bytes": "The weight {weight} has {bytes} bytes where {expected} are expected.",
  "weight.numbers": "The weight {weight} has {numbers} numbers where {expected} are expected.",
  "weights.list": "The model's list of weights cannot be read; the file is damaged.",
  "weights.missing": "The model's weight file {file} is missing; copy it beside {model}.",
  "weights.outside": "The model names weights outside its folder ({file}); they are not read.",
  "weights.short": "The model's weight file {file} is too short for {weight}; copy it again.",
  "weights.shrank": "The weight file {file} grew shorter while it was read.",
  "weights.bytes":
    "The model's weight files hold {bytes} bytes where {expected} are expected; fetch or copy them again.",

  "network.no-classes": ({ network, known }: { network: string; known: readonly string[] }) =>
    `${network} cannot name things: its file has no classifier. ${both.format(known)} can.`,
  "network.class-names":
    "{network} tells {classes} classes apart, but its list names {names}: mend `classes` in its dreamloom.yaml.",
  "share.percent": ({ share }: { share: number }) => percent(share),
  "zoom.into-or-channels": "A film goes through neurons or through things: give either channels or into, not both.",
  "grid.find-alone": "find chooses the layer and the channels itself; give it without layers and channels.",
  "grid.no-labels": "The channels of {network} have no labels, as its classifier does not read the means of one layer.",
  "preset.none": "No presets yet. Save one: `/preset save moody look:eyes into:owl`; then `/dream moody`.",
  "preset.heading": "**Presets** (`/dream moody`, or `preset:moody`)",
  "preset.row": ({ name, line, by, own }: Record<"name" | "line", string> & { by: string; own: boolean }) =>
    `**${name}** \`${line}\` · ${own ? "yours" : `by ${by}`}`,
  "preset.row-credits": " · from {credits}",
  "preset.needs-name": "Please name the preset. For example: `{line}`",
  "preset.needs-options": "Please say which options it has. For example: `/preset save moody look:eyes into:owl`",
  "preset.verb-missing": "To save it, write `/preset save {name} {options}`.",
  "preset.picture": "A preset has no picture of its own: name it when you use it.",
  "preset.name-taken": "{name} means something else in `/{command}` already; please choose another name.",
  "preset.unknown": ({ name, near }: { name: string; near: string | undefined }) =>
    `There is no preset ${name} here.${near === undefined ? "" : ` Did you mean ${near}?`} \`/preset\` lists them.`,
  "preset.foreign": "The preset {name} is {owner}'s: only {owner} and moderators can remove it.",
  "preset.no-community": "In direct messages there is no community to share it with; leave out `shared`.",
  "preset.saved": ({ name, line, shared }: { name: string; line: string; shared: boolean }) =>
    `Saved **${name}**${shared ? " for everybody here" : " for you"}: \`${line}\``,
  "preset.removed": "The preset {name} is removed.",
  "preset.card": "The preset **{name}**: it is in this picture's file, and `/preset import` reads it from there.",
  "preset.card-alt": "A card with the preset {name}: {line}",
  "preset.card-by": "Preset by {by}",
  "preset.no-card": "Attach the card of a preset, or a picture that I have made, to `/preset import name:moody`.",
  "made.nothing":
    "That picture does not say how it was made: I did not make it, or that was lost on the way. " +
    "A job's id does: `/again 7KQ4`.",
  "made.of-several": "{number}. {text}",
  "made.no-line": "The picture's file has a line that I do not know: it was made by another version of me.",
  "made.line": "The picture's file says how it was made, but not for here: {problem}",
  "made.needs-picture":
    "It was made from a picture that I do not have here. Send that one with this line:\n```\n{line}\n```",
  "made.elsewhere": "Its file says that I made it, but not where you see it from here:",
  "made.preset": "This is the card of the preset **{name}**; `/preset import` with it saves the preset.",
  "made.job": ({ title, author, id, claimed }: Record<"title" | "author" | "id", string> & { claimed: boolean }) =>
    `${claimed ? "Its file says that it is " : ""}**${title}** by ${author} (\`${id}\`)`,
  "daily.begins": ({ title, author, hearts }: { title: string; author: string; hearts: number }) =>
    `**Dream of the day**: ${title} by ${author}, the picture here with the most hearts (${hearts} ❤️).`,
  "see.no-image": "There is no picture to look at.",
  "see.answer": ({
    network,
    whose,
    labels,
  }: {
    network: string;
    whose: string | undefined;
    labels: readonly Seen[];
  }) => {
    const picture = whose === undefined ? "this picture" : pictureOf({ maker: whose, about: undefined });
    return `${network} sees in ${picture}: ${worthTelling(labels).map(named).join(", ")}`;
  },
  "see.busy-person": "I am still looking at {count} pictures for you; please wait until you have the answers.",
  "see.busy": "I am looking at many pictures just now; please try again in a moment.",
  "see.slow": "{network} has not answered within {seconds} s; please try again in a while.",
  "into.unreadable": 'What to dream into must be 1 to {most} things with weights, such as "jellyfish:0.7 castle:0.3".',
  "into.unknown": ({ word, near }: { word: string; near: string | undefined }) =>
    `The network knows nothing called ${word}` +
    (near === undefined ? "; try goldfish, castle or dogs." : `. Did you mean ${near}?`),

  // Complete "cannot be used:".
  "unusable.none": "the file has no layers",
  "unusable.flat": "it has no height and width left",
  "unusable.missing": "it is not in the file",
  "unusable.on": "it builds on {layer}, which cannot be used ({reason})",
  "unusable.classes": "only class scores are left from here on, and they need pictures of one size",
  "unusable.kind": "layers of the kind {kind} are not known",
  "unusable.operation": "the operation {operation} is not known",
  "unusable.node": "{reason} (node {node})",
  "unusable.settings": "its settings cannot be read ({setting})",
  "unusable.padding": 'its padding "{padding}" is not known',
  "unusable.no-weight": "its {weight} is not in the file",
  "unusable.no-weights": "it lacks weights",
  "unusable.kernel": "its kernel is damaged",
  "unusable.kernel-rank": "its kernel does not have four dimensions, so it is not about pictures",
  "unusable.variable": "its {what} is not a constant",
  "unusable.variable-limits": "its limits are not constants",
  "unusable.pads-count": "its pads are not eight constants",
  "unusable.image": "it takes {channels} channels where a picture has three",
  "unusable.not-channels": "it does not normalise channels",
  "unusable.slopes": "its slopes differ from place to place",
  "unusable.slope-count": "it has {slopes} slopes for {channels} channels",
  "unusable.number-count": "it has {numbers} numbers for {channels} channels",
  "unusable.joins": "it does not join channels",
  "unusable.joins-numbers": "it joins a feature map with single numbers",
  "unusable.joins-channels": "it joins {channels} channels",
  "unusable.no-input": "it takes nothing in",
  "unusable.inputs": "its kernel takes {takes} channels and is given {given}",
  "unusable.constant-shape": "its constant of shape [{shape}] differs from place to place",
  "unusable.not-two": "its {setting} does not have two numbers, so it is not about pictures",
  "unusable.negative-pads": "it has negative pads",
  "unusable.pads-channels": "it pads channels, or crops",
  "unusable.pads-mode": 'it pads by "{mode}"',
  "unusable.pads-value": "it pads with something other than zeros",
  "unusable.gaps": "its window has gaps (dilations)",
  "unusable.ceil-pads": "it rounds sizes up and counts its pads",
  "unusable.axes": "its axes lie in an order that is not known here",
  "unusable.per-channel": "it has another limit or exponent for each channel",
  "unusable.quantized": "its scale is not one number for all of a map",
  "unusable.row":
    "it strings the picture's places into a row, as transformers do, and only maps with height and width can dream",
  "unusable.gathers": "it picks something other than channels",
  "unusable.cuts": "it cuts in a way that depends on the picture's size",
  "unusable.resize-mode": 'it resizes by "{mode}"; nearest and linear are known',
  "unusable.resize-size": "it resizes to a size that does not follow the picture's",
  "unusable.transposed": "its transposed convolution has gaps or two strides",
  "unusable.norm": "it normalises over something other than channels or places",
  "unusable.setting": "its {setting} cannot be {value}",
  "unusable.groups": "its {channels} channels do not divide into {groups}",
  "unusable.no-channel": "it takes channels that are not among its {channels}",
  "unusable.mean": "it takes the mean over something other than the picture's plane",
  "unusable.relu": "a ReLU with a threshold, or with a slope and a largest value, is not known",
  "unusable.activation": "the activation {activation} is not known",
  "unusable.mixes": "it re-mixes {layer}, which {network} does not have",
  "unusable.mixes-channels": "it re-mixes {inputs} channels and {layer} has {channels}",
  "unusable.unreadable": "{file} cannot be read",

  "taught.few": "Give {least} pictures or more to learn from; there are {count}.",
  "taught.over-taught": "{layer} is a taught layer itself; teach over one of {network}'s own.",
  "taught.blind": "This layer sees nothing in these pictures; choose another layer.",
  "taught.other-file": "{file} is not a taught layer; teach it again.",
  "taught.damaged": "{file} is damaged or cut short; copy it or teach it again.",
  "taught.version": "{file} was taught by another version of Dreamloom; update Dreamloom, or teach it again.",

  // What Discord's adapter says, and what "I may not ..." continues with.
  "discord.not-connected": "Discord is not connected.",
  "discord.previews": "There are more previews in this channel than Discord takes.",
  "discord.history-hidden": `I can't see other people's pictures here, so I don't know which one you mean. ${GIVE_IT}`,
  "discord.running": "The Discord bot is already running.",
  "discord.message-hidden": `I can't see what is in other people's messages in this server. ${GIVE_IT}`,
  "discord.not-running": "The Discord bot is not running.",
  "discord.image-gone": "{name} is no longer there; please send it again.",
  "discord.image-refused": "Discord did not hand over {name} (it answered {status}); please try again.",
  "discord.image-timeout": "{name} took too long to arrive; please try again.",
  "discord.image-unreachable": "{name} could not be fetched from Discord; please try again.",
  "discord.wrong-app": ({ appId, owner }: { appId: string; owner: string }) =>
    `DISCORD_APP_ID is ${appId}, but DISCORD_TOKEN belongs to the application ${owner}: take both from the ` +
    "same application, or leave DISCORD_APP_ID out.",
  "discord.unreachable-at-start":
    "Discord could not be reached; is this machine on the internet? https://discordstatus.com tells whether " +
    "Discord has trouble.",
  "discord.wrong-token":
    "Discord does not know DISCORD_TOKEN: copy a new token from the developer portal, under Bot > Reset Token.",
  "discord.no-intent":
    'Discord does not grant the intent "Message Content": switch it on in the developer portal under Bot > ' +
    "Privileged Gateway Intents, or set DISCORD_MESSAGE_CONTENT to false.",
  "discord.unknown-intent":
    "Discord does not know an intent that the bot asks for (close code 4013): update Dreamloom. " +
    "DISCORD_MESSAGE_CONTENT=false leaves out the only one that it can do without.",
  "discord.wrong-shard":
    "Discord does not take the number of one of the bot's shards (close code 4010); it is asked again how many.",
  "discord.more-shards":
    "Discord wants the bot's servers on more shards (close code 4011); it is asked again how many.",
  "discord.old-version":
    "Discord no longer speaks the version of its gateway that this program knows (close code 4012): update Dreamloom.",
  "discord.sessions": ({ shards, remaining, time }: { shards: number; remaining: number; time: string }) =>
    `Discord recommends ${shards} shards, but lets the bot begin only ${remaining} more sessions before ${time} UTC: ` +
    "stop what starts it again and again. It goes on by itself then.",
  "discord.wait": "Discord asks me to wait {seconds} s before I {doing}.",
  "discord.status": "Discord is not working just now (it answered {status}); please try again later.",
  "discord.timeout": "Discord did not answer in time; please try again.",
  "discord.unreachable": "Discord cannot be reached just now; please try again later.",
  "discord.gone": "The message, the thread or the channel is gone.",
  "discord.too-large": "The file is larger than Discord takes here.",
  "discord.token-refused": "Discord no longer accepts my token. The operator must set a new DISCORD_TOKEN.",
  "discord.slow-down": "Discord asks me to slow down; please try again in a moment.",
  "discord.reactions": "This message has 20 different reactions, and Discord allows no more.",
  "discord.trouble": "Discord is not working just now; please try again later.",
  "discord.subject-gone": "What this was about is gone from Discord.",
  "discord.refused": "Discord does not let me {doing}: {reason}.",
  "discord.permission": ({ doing, permission }: { doing: string; permission: string | undefined }) =>
    `I may not ${doing} here. Somebody who manages this channel can allow me ` +
    `"${permission ?? "what it takes"}": Edit Channel > Permissions > Dreamloom.`,
  "discord.doing.thread": "open a thread",
  "discord.doing.find-thread": "look for the thread",
  "discord.doing.history": "look for the newest picture",
  "discord.doing.channel": "see that channel",
  "discord.doing.register": "register commands",
  "discord.doing.commands": "look at the commands",
  "discord.doing.application": "ask for the application",
  "discord.doing.post": "post",
  "discord.doing.edit": "edit my message",
  "discord.doing.direct": "write to that person",
  "discord.doing.delete": "delete that",
  "discord.doing.react": "react",
  "discord.doing.find-message": "look for my message",
  "discord.doing.reopen": "open the thread again",
  "discord.doing.read": "read that message",
  "discord.doing.form": "show a form",
  "discord.doing.choices": "offer choices",
  "discord.doing.login": "log in",
  "discord.doing.answer": "answer that",
  "discord.about-line": "About {where}:\n{text}",
  "discord.too-late": "Too late to be said in {where}, where only you would have seen it:\n{text}",
  "discord.private-thread": "I am not in this private thread. Mention me in this thread to let me in, then ask again.",
  "discord.cannot-post": ({ missing }: { missing: readonly string[] }) => {
    const named = missing.map((name) => `"${name}"`);
    const list = named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}` : named.join("");
    return (
      `I can't post pictures in this channel. Somebody who manages it can allow me ${list}: Edit Channel ` +
      "> Permissions > Dreamloom."
    );
  },
  "discord.connecting": "{connected} of {shards} shards are connected",
  "discord.reconnecting": (at: { shard: number; shards: number; time: string; others: number }) =>
    `shard ${at.shard}${at.shards > 1 ? ` of ${at.shards}` : ""} has been reconnecting since ${at.time} UTC` +
    (at.others > 0 ? `, and ${at.others} more` : ""),
  "discord.api-out": "calls have failed since {time} UTC: {why}",
  "discord.closed": "Discord takes no calls from here until {time} UTC, as too many were refused",
  "discord.a-channel": "a channel",
  "discord.thread": "Thread",
  "discord.further-picture": "A further picture",
  "discord.picture-from":
    "Instead of a file: a link, or latest for the newest picture here; some commands take none too",
  "discord.link-hidden":
    "I can't tell whether you may see the message behind that link, so I don't show its picture here. Attach the " +
    "picture, or choose Apps > Dream this on the message.",
  "chat.no-avatar": "{name} has no picture of their own as an avatar.",
  "discord.guest":
    "I am not a member here, so I cannot see messages or reactions, or open threads. Give me the picture with the " +
    "command, or choose Apps > Dream this on a message. What takes over 15 minutes comes as a direct message.",
  "interactive.archived": "{name} has been archived, so nothing is painted.",
  "interactive.no-reactions":
    "I can't see reactions here, so nobody could choose by them. Name the style instead: `/stylize winter`",
  "discord.second-alone": "`{second}` goes with `{first}`: please attach both.",

  // What Slack's adapter says.
  "slack.no-message-id": "Slack did not say where the message is.",
  "slack.message-gone": "The message is no longer there.",
  "slack.upload-limit": "{name} is larger than the {megabytes} MB that I may upload.",
  "slack.no-upload-address": "Slack gave no address for an upload.",
  "slack.file-too-large": "The file is larger than Slack takes.",
  "slack.upload-refused": "Slack did not take an upload ({status}); please try again.",
  "slack.socket-timeout": "Slack's connection could not be opened in time.",
  "slack.app-token":
    "Slack does not let me connect in Socket Mode: SLACK_APP_TOKEN must be an app-level token of this app, " +
    "beginning with xapp-, with the scope connections:write; and Socket Mode must be switched on.",
  "slack.api-url": 'SLACK_API_URL must be an address such as "http://127.0.0.1:4000/api/", not "{url}".',
  "slack.busy": "Slack takes no more just now; please try again soon.",
  "slack.not-running": "The Slack bot is not running.",
  "slack.workspace-unknown": "This came from a workspace that I do not know.",
  "slack.who-am-i": "Slack did not say who I am.",
  "slack.not-installed": "I am not installed in this workspace; its admin can install me.",
  "slack.running": "The Slack bot is already running.",
  "slack.no-token": "Slack needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and its secrets.",
  "slack.no-secrets": "Slack needs SLACK_CLIENT_SECRET and SLACK_STATE_SECRET beside SLACK_CLIENT_ID.",
  "slack.no-events": "Slack needs SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for events by HTTP.",
  "slack.no-roles": "Slack has no roles that I could bar; bar people one by one: `/moderate bar @Ann`",
  "slack.no-emoji": "Slack has no {emoji} to react with.",
  "slack.file-elsewhere": "{name} is not kept by Slack: upload the picture itself, or give its link.",
  "slack.file-timeout": "{name} could not be downloaded in time.",
  "slack.file-unreachable": "{name} could not be downloaded from Slack; please try again.",
  "slack.file-gone": "{name} is no longer there.",
  "slack.file-status": "{name} could not be downloaded from Slack ({status}); please try again.",
  "slack.file-scope": 'I may not see {name}: share it in a channel I am in; the app needs the permission "files:read".',
  "slack.file-hidden": "I may not see {name}; share it in a channel I am in.",
  "slack.reply-refused": "Slack did not take an answer ({status}).",
  "slack.wait": "Slack asks me to wait {seconds} s; please try again then.",
  "slack.trouble": "Slack is having trouble ({code}); please try again in a moment.",
  "slack.timeout": "Slack did not answer in time; please try again in a moment.",
  "slack.unreachable": "Slack cannot be reached; please try again in a moment.",
  "slack.scope": ({ scope }: { scope: string | undefined }) =>
    `I lack the permission${scope === undefined ? "" : ` "${scope}"`} in this workspace: an admin of the app ` +
    "adds it under OAuth & Permissions and installs the app again.",
  "slack.token-refused":
    "Slack no longer takes my token ({code}): the operator must install the app again and give me the new token.",
  "slack.refused": "Slack did not take this ({code}).",
  "slack.channel-not-found":
    "This conversation is no longer there, or I am not in it: invite me with /invite @dreamloom.",
  "slack.thread-not-found": "The thread is no longer there.",
  "slack.file-not-found": "The file is no longer there.",
  "slack.file-deleted": "The file has been deleted.",
  "slack.user-not-found": "This person is no longer in the workspace.",
  "slack.cant-update-message": "Slack does not let me change this message.",
  "slack.edit-window-closed": "The workspace does not let messages be changed so late; an admin can extend the time.",
  "slack.cant-delete-message": "Slack does not let me delete this message; its author or an admin can.",
  "slack.compliance-exports-prevent-deletion": "This workspace keeps every message; nothing can be deleted.",
  "slack.not-in-channel": "I am not in this channel: invite me with /invite @dreamloom.",
  "slack.is-archived": "This channel is archived; a member can unarchive it in the channel's settings.",
  "slack.restricted-action": "A workspace admin limits who may post here; they can let apps post.",
  "slack.restricted-action-read-only-channel": "This channel is read-only; an admin can let apps post in it.",
  "slack.restricted-action-thread-only-channel":
    "Only threads may be written to in this channel; an admin can change that.",
  "slack.restricted-action-thread-locked": "This thread is locked; an admin can open it.",
  "slack.ekm-access-denied": "The workspace's administrators have suspended access to this conversation.",
  "slack.access-denied": "Slack does not let me do this here; a workspace admin can.",
  "slack.team-access-not-granted": "I am not installed in this workspace; an admin can install me.",
  "slack.file-uploads-disabled": "File uploads are switched off in this workspace; an admin can switch them on.",
  "slack.storage-limit-reached": "The workspace's storage is full; an admin can delete files.",
  "slack.too-many-reactions": "The message has as many different reactions as Slack takes.",
  "slack.invalid-name": "Slack does not know this emoji.",
  "slack.msg-too-long": "The text is longer than Slack takes.",
  "slack.file-upload-size-restricted": "The file is larger than this workspace takes.",
  "slack.ratelimited": "Slack asks me to wait; please try again in a moment.",
  "slack.message-limit-exceeded": "Too many messages have been posted here; please try again later.",
  "slack.exp-trigger": "The form could not be opened in time; please try again.",
  "slack.this-channel": "this channel",
  "slack.a-bot": "a bot",
  "slack.film": "film",
  "slack.the-file": "The file",
  "slack.not-connected": "not connected",
  "slack.not-listening": "not listening for Slack's events",
  "slack.reconnecting": "reconnecting since {since}",
  "slack.api-out": "calls have failed since {since}: {why}",
  "slack.port-taken":
    "Port {port} on {host} is taken by another program: stop that one, or choose another with SLACK_PORT.",
  "slack.port-privileged":
    "Port {port} on {host} needs more rights than this program has: choose one above 1023 with SLACK_PORT.",
  "slack.no-address": ({ host, port }: { host: string; port: string }) =>
    `This machine has no address ${host} to listen on (port ${port}): choose 127.0.0.1, or 0.0.0.0 for all, ` +
    "with SLACK_HOST.",
  "slack.cannot-listen": "Slack's events cannot be listened for on {host}:{port}.",
  "slack.between-others":
    "I cannot post in a conversation between others. Use a channel that I am in, or write to me directly.",
  "slack.invite-me": "I am not in this channel yet. Invite me with `/invite @{bot}`, then try again.",
  "slack.home-title": "Your latest pictures",
  "slack.home-empty":
    "Nothing here yet. Write `/dream` in a channel that I am in, use *Dream this* in a message's menu, or " +
    "mention me in a thread: `@dreamloom stylize winter`.",
  "slack.home-work": "*{title}* · job `{job}` · {when}",
  "slack.open": "Open",
  "slack.form-submit": "Go",
  "slack.form-place": "Where",
  "slack.form-elsewhere": "I am not in this conversation. Choose another, or write `/invite @{bot}` in it first.",
  "slack.form-no-file": "There is no picture in this conversation yet: add one here.",
  "slack.form-shortcut": "{command} a picture",
  "slack.form-offer": "The form for `{line}`, with a field for your picture:",
  "slack.form-open": "Open the form",
  "slack.form-image-hint":
    "One picture; a second one is a style. Without any, the newest picture in the conversation is taken.",
  "slack.form-image-too-large": "{name} is larger than {megabytes} MB: choose a smaller one.",
  "slack.form-no-image": "{name} is not a picture that I can read: choose a PNG, JPEG, GIF or WebP.",
  "slack.form-number": ({ whole, minimum, maximum }: { whole: boolean; minimum: number; maximum: number }) => {
    const range = Number.isFinite(minimum) && Number.isFinite(maximum) ? ` from ${minimum} to ${maximum}` : "";
    return `This must be a ${whole ? "whole " : ""}number${range}, such as ${Number.isFinite(minimum) ? minimum : 1}.`;
  },
  "slack.form-too-small": "This must be {minimum} or more.",
  "slack.form-too-large": "This must be {maximum} or less.",
  "slack.form-choices": "This must be one of {choices}.",

  // What the web chat's server says; its page has a catalogue of its own.
  "web.session-unknown": "The chat no longer knows you: reload the page.",
  "web.newcomers": ({ seconds }: { seconds: number }) =>
    `Too many newcomers at once: try again in ${counted(seconds, "second")}.`,
  "web.bad-request": "The chat does not understand this request: reload the page.",
  "web.too-fast": ({ seconds }: { seconds: number }) =>
    `That was a lot at once: try again in ${counted(seconds, "second")}.`,
  "web.guesses": "Too many attempts: wait a minute.",
  "web.wrong-code": "This is not the moderator code.",
  "web.file-expired": "This file was kept for only a quarter of an hour: ask for it again.",
  "web.channel-name": "A channel's name can have 1 to 32 letters, digits and hyphens, for instance dream-lab.",
  "web.channel-exists": "There is already a channel called #{name}: choose a name that looks different.",
  "web.archived": "#{name} is archived: it can be read, but nothing can be posted or started there.",
  "web.first-channel": "#{name} is where newcomers arrive, so it cannot be deleted: rename or archive it.",
  "web.last-channel": "This is the last open channel: open another one first.",
  "web.muted": "A moderator has muted you: you can read, and write again in {left}.",
  "web.banned": "A moderator has barred you from this chat.",
  "web.address-banned": "Your address is shut out of this chat for a day: a moderator has barred someone there.",
  "web.session-ended": "A moderator has ended your session: reload the page to come in as somebody new.",
  "web.person-unknown": "This person is no longer here.",
  "web.moderates": "{name} is a moderator: take away their rights first.",
  "web.last-moderator": "This is the last moderator: make somebody else one first.",
  "web.banned-person": "{name} is barred: lift the bar first.",
  "web.address-unknown":
    "Their address cannot be kept out: it is not known since the last start, or a moderator or this machine has it.",
  "web.act.muted": "for {long}",
  "web.act.banned": "from the web chat",
  "web.act.address": "from the web chat, for a day with their address",
  "web.act.nothing": "nothing",
  "web.act.renamed": "now {name}",
  "web.act.code": "with the moderator code",
  "web.act.jobs": ({ count }: { count: number }) => counted(count, "job"),
  "web.act.works": ({ count }: { count: number }) => counted(count, "work"),
  "web.channels-full": "There are already {count} channels: use one of them.",
  "web.uploads-busy": "A lot of people are sending pictures: try again in a minute.",
  "web.uploads-yours": "Your last messages are still arriving: send this one once they are there.",
  "web.upload-slow": "The message took too long to arrive: try again with smaller pictures or a better connection.",
  "web.again-gone": "The message of this work is gone, so nothing can be made of it from here.",
  "web.no-image": "There is no such picture.",
  "web.public.title": "Gallery",
  "web.public.site": "Dreamloom",
  "web.public.about": "Pictures that people here have dreamed and painted.",
  "web.public.of": ({ title, author }: { title: string; author: string }) => `${title} by ${author}`,
  "web.public.by": "by {author}",
  "web.public.film": "Film",
  "web.public.empty": "No works to show yet.",
  "web.public.none": "No works here match this.",
  "web.public.find": "Find works",
  "web.public.style": "Style",
  "web.public.every.style": "Any style",
  "web.public.look": "Look",
  "web.public.every.look": "Any look",
  "web.public.person": "Made by",
  "web.public.every.person": "Everyone",
  "web.public.show": "Show",
  "web.public.everything": "All works",
  "web.public.more": "Older works",
  "web.public.newest": "Newest works",
  "web.public.all": "All works",
  "web.public.enter": "Open the chat",
  "web.public.gone": "There is no such work here, or it is no longer shown.",
  "web.public.page-gone": "This page of the gallery is no longer there.",
  "web.no-work": "There is no such work.",
  "web.not-a-form": "A message comes as a form.",
  "web.nonce": "A message needs a nonce of 8 to 64 letters and digits.",
  "web.image-too-large": "A picture can be at most {megabytes} MB here: make it smaller and send it again.",
  "web.too-many-images": "A message can have at most {count} pictures: send the rest in another one.",
  "web.incomplete": "The message did not arrive whole: send it again.",
  "web.channel-unknown": "There is no channel #{name} here.",
  "web.thread-gone": "This thread is no longer there.",
  "web.image-unusable": "{name} is {megabytes} MB, and at most {most} MB can be used here.",
  "web.text-too-long": "A message can have at most {most} characters; this one has {length}.",
  "web.upload-too-large": "{name} is {megabytes} MB; the limit is {most} MB.",
  "web.message-gone": "This message is no longer there.",
  "web.not-started": "The web chat has not been started.",
  "web.running": "The web chat is already running.",
  "web.not-running": "The web chat is not running.",
  "web.port-taken":
    "Port {port} on {host} is taken by another program: stop that one, or choose another with WEB_PORT.",
  "web.port-forbidden":
    "Port {port} on {host} needs more rights than this program has: choose one above 1023 with WEB_PORT.",
  "web.no-address": "This machine has no address {host} to listen on: choose 127.0.0.1, or 0.0.0.0 for all.",
  "web.image-gone": "The picture {name} is no longer here.",
  "web.empty": "Write something or add a picture.",
  "web.emoji": "A reaction is one emoji.",
  "web.reactions-full": "A message can have at most {count} different reactions: join one that is already there.",
  "web.button-gone": "This button is no longer there.",
  "web.delete-forbidden": "Only the author or a moderator may delete this message.",
  "web.join-code": "This code is wrong or has expired: make a new one in the other browser.",
  "web.join-signed-in": "Who you are here comes from your sign-in, so a code cannot change it.",
  "web.name-signed-in": "Your name comes from your sign-in, so it cannot be changed here.",
  "web.device-gone": "This browser is signed out already.",
  "web.device-ended":
    "This browser was signed out from another one of yours: reload the page to come in as somebody new.",
  "web.edit-foreign": "Only its author may change a message.",
  "web.edit-empty": "Write something, or delete the message.",
  "web.edit-command": "What is said to the bot cannot be changed afterwards: send another message.",
  "web.name-length": "A name can have 1 to 32 characters.",
  "web.name-taken": "Somebody here is already called {name}: choose another name.",
  "web.name-alike": "This is too much like {name}, who is here already: choose another name.",
  "web.name-unseen": "This name has letters that cannot be seen: leave them out.",
  "web.name-mixed": "This name mixes letters of two alphabets that look the same: write each word in one of them.",
  "admin.job-ended": "Job {id} has just ended.",
  "admin.forbidden": "Only moderators may see and do this.",
  "gallery.no-command": "No command of this name makes pictures.",
  "gallery.work-gone": "This work is no longer in the gallery.",
  "gallery.link-gone": "This link opens nothing any more: its time is over, or the work was deleted or hidden.",
  "web.full": "The chat is full right now: try again in a minute.",
  "web.tabs": "The chat is open in too many tabs: close one and reload.",
  "web.restarts": "The chat is restarting.",
  "web.welcome": ({ sample }: { sample: boolean }) =>
    "**Welcome to the studio.** Give me a picture and I will dream into it, or paint it in another style.\n" +
    (sample ? "Start with this photo: press a button below it. Or add" : "Add") +
    " a photo of your own and type `/dream`, or `/stylize` and choose a style by its emoji. " +
    "I answer in a thread, where you can watch the picture grow.",
  "web.welcome.dream": "Dream creatures into it",
  "web.welcome.paint": "Paint it as a woodcut",
  "web.welcome.castle": "Turn it into a castle",
  "web.art-topic": "Pictures, dreams and paintings",
  "web.someone": "someone",
  "web.host": "This chat does not answer as {name}: open it by its address, or ask its owner to allow that name.",
  "web.unknown-proxy":
    "Visitors come through a proxy at {address} that web.trustedProxies does not name: they all count as one address.",
  "web.origin": "This request did not come from the chat's own page: reload the page and try again.",
  "web.other-origin": ({ page, host }: { page: string; host: string }) =>
    `This came from a page at ${page}, but to this chat it looks as if it were at ${host}, so it was not taken. If ` +
    "both are this chat, a proxy changes the name or leaves out the port: let it hand on the Host header as it is.",
  "web.not-built": "The chat's page has not been built yet: run `npm run build` once, then start again.",
  "web.failed": "Something went wrong; it has been written to the log. Please try again.",
  "web.not-found": "There is nothing at this address.",
} as const;

type Meant = { readonly meant: string | undefined };

type Machine = Record<"node" | "platform" | "model", string> & Record<"cores" | "memoryBytes", number>;

function gigabytes(bytes: number, digits: number): string {
  return `${(bytes / 1e9).toFixed(digits)} GB`;
}

const lookList = (known: readonly string[]): string =>
  known.length === 0 ? "none has been taught here." : `there is ${both.format(known)}.`;

type Learnt = { readonly pictures: number; readonly makers: readonly string[] };

type Taught = Record<"channels" | "pictures" | "skipped" | "keptBack" | "preference" | "seconds", number> &
  Record<"path" | "layer" | "size" | "network" | "name", string>;

type Bounds = Record<"minimum" | "maximum", number>;

type Ran = Record<"width" | "height" | "seconds" | "seed", number> &
  Record<"output" | "network" | "runtime", string> & {
    readonly frames: number | undefined;
    readonly seen?: readonly Sighting[];
    readonly meanings?: ChannelMeanings;
  };

function range(minimum: number, maximum: number): string {
  return maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `${minimum} to ${maximum}`;
}
