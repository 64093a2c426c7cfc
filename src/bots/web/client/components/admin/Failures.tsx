import type { WireAdmin } from "../../../wire.js";
import { Time } from "../Time.js";

/** What went wrong in the last days, and what people were told. */
export function Failures({ failures }: Pick<WireAdmin, "failures">) {
  return (
    <section class="sheet-section" aria-label="Recent failures">
      <h2>
        Recent failures <span>{failures.length}</span>
      </h2>
      {failures.length === 0 && <p class="empty">None in the last seven days.</p>}
      <ul class="failures">
        {failures.map((failure) => (
          <li key={failure.job}>
            <div>
              <b class="kind">{failure.kind}</b>
              <strong>{failure.title}</strong>
              <span>
                {failure.person} · {failure.platform} · <Time at={failure.at} />
              </span>
              <code class="job-id">{failure.job}</code>
            </div>
            <p>{failure.message}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
