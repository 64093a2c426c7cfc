/** What is said of settings, and what `dreamloom doctor` says of a machine. */
export const doctor = {
  "config.unreadable":
    "The settings file {path} cannot be read ({reason}); DREAMLOOM_CONFIG must name a readable YAML file.",
  "config.no-yaml": "The settings file {path} is not valid YAML: {reason}",
  "config.no-groups":
    'The settings file {path} must hold groups of settings, such as "web:" with "  port: 3000" under it.',
  "config.wrong": "{key} is {value}{from}, but it must be {expected}.",
  "config.unknown": ({ key, from, meant, known }: Record<"key" | "from" | "known", string> & Meant) =>
    `${key} is not a setting${from}; ${meant ? `did you mean ${meant}?` : `known here: ${known}.`}`,
  "config.too-large": "{key} is {value}, but it must not be larger than {limit}, which is {maximum}.",
  "doctor.trying": "Trying {device} ...",
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
  "doctor.discord": ({ ready, invite }: { ready: boolean; invite: string | undefined }) => {
    const token = ready ? "a token is set" : "off, until DISCORD_TOKEN is set (docs/operating.md)";
    return (
      `${token}; ` +
      `${invite ? `add it to a server: ${invite}` : "DISCORD_APP_ID is not set, so there is no invite link"}`
    );
  },
  "doctor.ffmpeg": "films as MP4",
  "doctor.extra": "not found; only {use} need it",
} as const;

type Meant = { readonly meant: string | undefined };

type Machine = Record<"node" | "platform" | "model", string> & Record<"cores" | "memoryBytes", number>;

function gigabytes(bytes: number, digits: number): string {
  return `${(bytes / 1e9).toFixed(digits)} GB`;
}
