/** What the sections of a form have to say: whether they ask for something, or hold a fault. */
import type { RefObject } from "react";
import type { Entity } from "@/api/types";
import type { Draft } from "./use-draft";
import type { FormRules } from "./use-form-rules";

/** Whether a section holds lines, or a field that has to be filled. */
export function asks(entity: Entity, keys: string[], rules: Pick<FormRules, "required">): boolean {
  return keys.some((key) => {
    const field = entity.fields[key];
    return field?.kind === "lines" || field?.required === "always" || rules.required(key);
  });
}

/** Whether a save was refused for something in the field. */
export function faulty(draft: Pick<Draft, "faults">, key: string): boolean {
  return draft.faults.some(
    ({ pointer }) => pointer === `/${key}` || pointer.startsWith(`/${key}/`),
  );
}

const CONTROL = "input, textarea, button, [tabindex]";

/** Bring the first thing to mend into sight, once it is drawn, and the keyboard to it. */
export function revealFault(form: RefObject<HTMLFormElement | null>): void {
  window.requestAnimationFrame(() => {
    const first = form.current?.querySelector<HTMLElement>(".fields .fault, td.bad, .fault");
    if (!first) return;
    first.scrollIntoView({ block: "center" });
    const around = first.matches("td") ? first : first.parentElement;
    around?.querySelector<HTMLElement>(CONTROL)?.focus({ preventScroll: true });
  });
}
