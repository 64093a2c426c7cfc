/** What the command line says. */
export const cli = {
  "cli.number": "It takes a number.",
  "cli.bounds": ({ minimum, maximum, whole }: { minimum: number; maximum: number; whole: boolean }) =>
    `It takes a ${whole ? "whole " : ""}number: ${range(minimum, maximum)}.`,
  "cli.argument": "{about} (JPEG, PNG, WebP, GIF, AVIF or TIFF)",
  "cli.image": ({ use, without }: { use: string; without: string | undefined }) =>
    `${use}${without === undefined ? "" : `; without one, ${without}`}`,
  "cli.output": ({ still, films }: { still: readonly string[]; films: readonly string[] }) => {
    const film = films.length > 0 && still.length > 0 ? [`a film ${films.join(", ")}`] : [films.join(", ")];
    return `Where the result goes: ${[still.join(", "), ...film].filter(Boolean).join("; ")}`;
  },
  "cli.style": "A picture to paint in the style of; may be given several times, with weights",
  "cli.option": ({ help, more, bounds }: { help: string; more: string | undefined; bounds: Bounds | undefined }) =>
    `${help}${bounds ? ` (${range(bounds.minimum, bounds.maximum)})` : ""}` +
    `${more ? `. ${more.replace(/\.$/, "")}` : ""}`,
  "cli.ending": 'The output "{output}" should end in {endings}.',
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
    `${run.seconds.toFixed(1)} s with ${run.network} on ${run.runtime}, seed ${run.seed}`,
  "cli.worker-redis":
    "A worker takes its jobs from Redis: set REDIS_URL to the bots' own, for instance redis://127.0.0.1:6379.",
  "cli.registered":
    "{commands} commands are registered for the application {appId}. Reload Discord (Ctrl+R) to see them.",
  "cli.backed-up":
    "Copied {databases} and {copied} new pictures to {target}; {kept} were there, {removed} are no longer kept.",
  "cli.step": "{network} at {size} px: {median_ms} ms a step, {gflops} GFLOP/s ({runtime}, {threads} threads)",
  "cli.case": "{name} loss {loss}  gradient {gradient}",
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
} as const;

type Taught = Record<"channels" | "pictures" | "skipped" | "keptBack" | "preference" | "seconds", number> &
  Record<"path" | "layer" | "size" | "network" | "name", string>;

type Bounds = Record<"minimum" | "maximum", number>;

type Ran = Record<"width" | "height" | "seconds" | "seed", number> &
  Record<"output" | "network" | "runtime", string> & { readonly frames: number | undefined };

function range(minimum: number, maximum: number): string {
  return maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `${minimum} to ${maximum}`;
}
