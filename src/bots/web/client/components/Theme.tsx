import { useState } from "preact/hooks";
import { Icon } from "./Icon.js";

type Theme = "auto" | "light" | "dark";
const next: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };
const names: Readonly<Record<Theme, string>> = { auto: "as the system", light: "light", dark: "dark" };
const icons = { auto: "auto", light: "sun", dark: "moon" } as const;

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(
    () => (document.documentElement.dataset.theme as Theme | undefined) ?? "auto",
  );
  const change = () => {
    const chosen = next[theme];
    setTheme(chosen);
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  };
  return (
    <button
      type="button"
      class="quiet"
      onClick={change}
      aria-label={`Colours: ${names[theme]}. Change to ${names[next[theme]]}`}
      title={`Colours: ${names[theme]}`}
    >
      <Icon name={icons[theme]} size={19} />
    </button>
  );
}
