import type { WireImage } from "../../wire.js";

interface Props {
  readonly url: string;
  /** Address of a still of it. */
  readonly poster: string;
  readonly label: string;
  readonly class?: string;
  readonly style?: Readonly<Record<string, string>>;
}

/** Whether a file is a film that only a player shows; animated pictures are pictures. */
export function isVideo({ type }: Pick<WireImage, "type">): boolean {
  return type.startsWith("video/");
}

/** A film with sound: nothing of it is loaded before it is played. */
export function Player({ url, label, ...look }: Props) {
  return <video {...look} src={url} aria-label={label} controls loop playsInline preload="none" />;
}
