/** Whether the window is as narrow as a phone. */
import { useSyncExternalStore } from "react";

const query = typeof window === "undefined" ? null : window.matchMedia("(max-width: 767px)");

export function usePhone(): boolean {
  return useSyncExternalStore(
    (changed) => {
      query?.addEventListener("change", changed);
      return () => query?.removeEventListener("change", changed);
    },
    () => query?.matches ?? false,
  );
}
