/** How far something is, from 0 to 1. */
export function ProgressBar({ share, label }: { share: number; label: string }) {
  const done = Math.min(1, Math.max(0, share));
  return (
    <i
      class="thread-progress"
      role="progressbar"
      aria-valuenow={Math.round(done * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-label={label}
    >
      <i style={{ transform: `scaleX(${done})` }} />
    </i>
  );
}
