import { useState } from "react";
import { chooseTheme, storedTheme, THEMES, type Theme } from "./theme.ts";

const LABELS: Readonly<Record<Theme, string>> = { system: "As the system", light: "Light", dark: "Dark" };

export function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  const choose = (text: string) => {
    const chosen = THEMES.find((one) => one === text) ?? "system";
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <label>
      <span>Colours</span>
      <select value={theme} onChange={(event) => choose(event.target.value)}>
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {LABELS[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
