/** Refusals of commands: what is wrong, and what to do instead. */
export const commands = {
  "cancel.none": "You have no job that is waiting or running.",
  "cancel.unknown": "No job {id} is waiting or running here; `/queue` lists those that are.",
  "cancel.ambiguous": "Several jobs begin with {id}; please give more of the id.",
  "cancel.foreign": "Job {id} is {owner}'s; only they and moderators can cancel it.",
  "stylize.which": "Which style? There are {styles}. For example: `/stylize {first}`",
  "texture.no-image": "There is no picture here to take a texture from. Attach one, or name a style: `/texture winter`",
  "blend.sweep": "A sweep goes from one style to another, so name two. For example: `/blend summer winter sweep:6`",
  "again.retired": "Job {id} is a {recipe}, which I can no longer make.",
  "again.version": "`/{command}` works differently since job {id} was made: the new picture will differ from it.",
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
  "option.expected.flag": "yes or no",
  "option.expected.choice": ({ words, near }: { words: string; near: string | undefined }) =>
    `one of ${words}${near === undefined ? "" : `; did you mean ${near}?`}`,
  "style.name": "A style's name is one word. For example: `{line}`",
  "style.taken": ({ style, name, emoji }: { style: string; name: string | undefined; emoji: string }) =>
    `${name === undefined ? emoji : `The name ${name}`} is already ${style}'s; choose another.`,
  "style.no-image": "There is no picture here. Attach one with `{line}`.",
  "style.spoiler": "This picture is hidden, and everybody sees the styles; choose another.",
  "style.name-taken": "The name {name} is taken; choose another.",
  "style.not-own": "{name} is not one of this community's own styles; `/style` lists them all.",
  "style.foreign": "{name} is {owner}'s; only they and moderators can change it.",
  "style.is-option": "{word} is an option and needs a value: write {word}: and the value after it.",
  "settings.too-large":
    "{asked} px is more than this channel allows: the largest here is {largest} px. For example: `size:{largest}`",
  "settings.action-alone":
    "/settings {action} changes no values; give them alone. For example: `/settings largest:768`",
  "settings.of-my-data": "That belongs to your data. For example: `/settings mydata delete`",
  "settings.value-missing":
    "Set {name} to what? Give it a value, `/settings {name}:…`, or reset it: `/settings reset {name}`",
  "settings.my-data-usage":
    "`/settings mydata` shows what is stored about you, `/settings mydata export` gives it to you as a file, " +
    "`/settings mydata delete` deletes it.",
  "settings.nothing-to-reset": ({ everywhere }: { everywhere: boolean }) =>
    `Nothing of that is set ${everywhere ? "for the whole community" : "here"}, so there is nothing to reset. ` +
    `\`/settings\` shows what applies.`,
  "settings.forbidden":
    "Only those who manage this channel may change its settings. `/settings` alone shows them to everybody.",
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
    `That needs ${option === "to" ? "to, the new name" : option}. For example: \`${line}\``,
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
} as const;
