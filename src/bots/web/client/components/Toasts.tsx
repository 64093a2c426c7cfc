import { dismissToast, useStore } from "../state/store.js";
import { Icon } from "./Icon.js";

export function Toasts() {
  const toasts = useStore((state) => state.toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text }) => (
        <p class="toast" key={id}>
          <span>{text}</span>
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => dismissToast(id)}>
            <Icon name="close" size={16} />
          </button>
        </p>
      ))}
    </div>
  );
}
