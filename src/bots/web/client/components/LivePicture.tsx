import { useEffect, useRef, useState } from "preact/hooks";
import type { WireImage } from "../../wire.js";

const FADE_MS = 450;

interface Props {
  readonly picture: WireImage;
  readonly cover?: boolean;
  readonly veiled?: boolean;
}

/**
 * An image that may be replaced while it is looked at: the next one is decoded first and then fades in over the old, so
 * that frames of a job follow one another without a flash or a jump. The element that holds it decides the size.
 */
export function LivePicture({ picture, cover = false, veiled = false }: Props) {
  const [shown, setShown] = useState(picture);
  const [leaving, setLeaving] = useState<WireImage>();
  const present = useRef(shown);
  useEffect(() => {
    if (picture.preview === present.current.preview) return;
    let current = true;
    const image = new Image();
    image.src = picture.preview;
    const show = () => {
      if (!current) return;
      setLeaving(present.current);
      present.current = picture;
      setShown(picture);
    };
    image.decode().then(show, show);
    return () => {
      current = false;
    };
  }, [picture]);
  useEffect(() => {
    if (!leaving) return;
    const timer = setTimeout(() => setLeaving(undefined), FADE_MS);
    return () => clearTimeout(timer);
  }, [leaving]);
  const fit = ["live-picture", cover && "cover", veiled && "veiled"].filter(Boolean).join(" ");
  return (
    <span class={fit}>
      {leaving && <img key={leaving.preview} src={leaving.preview} alt="" aria-hidden="true" />}
      <img
        key={shown.preview}
        class={leaving ? "arriving" : undefined}
        src={shown.preview}
        width={shown.width}
        height={shown.height}
        alt={picture.description || picture.name}
        decoding="async"
        draggable={false}
      />
    </span>
  );
}
