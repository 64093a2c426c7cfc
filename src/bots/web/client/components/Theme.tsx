import { useState } from "preact/hooks";
import { sentence } from "../text/sentences.js";
import { IconButton } from "./Button.js";

const themes = {
  auto: { next: "light", icon: "auto" },
  light: { next: "dark", icon: "sun" },
  dark: { next: "auto", icon: "moon" },
} as const;
type Theme = keyof typeof themes;

export function ThemeToggle() {
  const { dataset } = document.documentElement;
  const [theme, setTheme] = useState<Theme>(() => (dataset.theme as Theme | undefined) ?? "auto");
  const { next, icon } = themes[theme];
  const change = () => {
    setTheme(next);
    if (next === "auto") delete dataset.theme;
    else dataset.theme = next;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  };
  const [now, then] = [sentence(`nav.theme.${theme}`), sentence(`nav.theme.${next}`)];
  return (
    <IconButton
      icon={icon}
      size={19}
      onClick={change}
      label={sentence("nav.theme.change", { theme: now, next: then })}
      title={sentence("nav.theme", { theme: now })}
    />
  );
}
