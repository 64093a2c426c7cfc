import { useState } from "preact/hooks";
import { sentence } from "../text/sentences.js";

interface Side {
  readonly url: string;
  readonly name: string;
}

/** Two pictures of a shape over each other, and a slider that shows more of the one or the other. */
export function Compare(props: { before: Side; after: Side; class: string; style: Readonly<Record<string, string>> }) {
  const { before, after, style } = props;
  const [percent, setPercent] = useState(50);
  return (
    <div class={`${props.class} compare`} style={{ ...style, "--split": `${percent}%` }}>
      <img src={after.url} alt={sentence("picture.after.of", { name: after.name })} draggable={false} />
      <img
        class="compare-before"
        src={before.url}
        alt={sentence("picture.before.of", { name: before.name })}
        draggable={false}
      />
      <i class="compare-line" aria-hidden="true" />
      <span class="compare-label left">{sentence("picture.before")}</span>
      <span class="compare-label right">{sentence("picture.after")}</span>
      <input
        type="range"
        min="0"
        max="100"
        value={percent}
        aria-label={sentence("picture.split")}
        onInput={(event) => setPercent(Number(event.currentTarget.value))}
      />
    </div>
  );
}
