/** Keyboard shortcuts: single keys work while nobody types. */
import { useEffect, useEffectEvent } from "react";

type Keys = Record<string, (event: KeyboardEvent) => unknown>;

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(
    element?.closest(
      "input, textarea, select, [contenteditable], [role=dialog], button, a, [role=menu]",
    ),
  );
}

/** Keys by name; a leading "mod+" means Ctrl or ⌘ and works while typing too. */
export function useShortcuts(keys: Keys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const mod = event.metaKey || event.ctrlKey;
    const name = mod ? `mod+${event.key.toLowerCase()}` : event.key;
    const action = keys[name];
    if (!action || event.altKey || event.isComposing) return;
    if (!mod && isTyping(event.target)) return;
    event.preventDefault();
    action(event);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
