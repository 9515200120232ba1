/** The rules of a form over what is typed just now. */
import type { App, Entity, Fault, Rec } from "@/api/types";
import { labelOf } from "@/lib/label";
import type { Row } from "@/lib/formula/types";
import { rulesOf, violations } from "./form-rules";
import type { Draft } from "./use-draft";
import { useFormulaContext } from "./use-formula-context";

/** The record as typed: what was read, what the server worked out, what was typed since. */
export function typedRow(entity: Entity, record: Rec | null, draft: Draft): Row {
  const lines = Object.entries(draft.lines).map(([key, all]) => {
    const made = draft.previewed(key);
    const read = (record?.[key] ?? []) as Rec[];
    const rows = all.map((one) => ({
      ...read.find((line) => line.id === one.id),
      ...made.get(one.key),
      ...one.given,
    }));
    return [key, rows.filter((one) => Object.keys(one).length)];
  });
  const blank = Object.keys(entity.fields).map((key) => [key, null]);
  return {
    ...Object.fromEntries(blank),
    ...record,
    ...draft.preview,
    ...draft.given,
    ...Object.fromEntries(lines),
  };
}

export function useFormRules(definition: App, entity: Entity, record: Rec | null, draft: Draft) {
  const trees = definition.forms?.[entity.id];
  const context = useFormulaContext();
  const row = typedRow(entity, record, draft);
  const rules = rulesOf(trees, row, record, context);
  const early = draft.dirty
    ? violations(entity.validations ?? [], trees, row, context, labelOf)
    : [];
  const told = (draft.preview?.warnings ?? []) as Fault[];
  const warnings = draft.current ? told : early.filter((one) => one.level === "warning");
  return {
    row,
    ...rules,
    /** What is wrong by the rules, before the server says so. */
    errors: early.filter((one) => one.level === "error"),
    warnings,
    /** A computed field: the server's value once it knows what was typed, ours until then. */
    computed: (key: string): { value: unknown; differs: boolean } => {
      const [own, theirs] = [rules.value(key), draft.preview?.[key]];
      if (own === undefined || (draft.current && theirs === own))
        return { value: draft.valueOf(key), differs: false };
      if (!draft.current) return { value: own, differs: false };
      return { value: theirs, differs: !same(own, theirs) };
    },
  };
}

export type FormRules = ReturnType<typeof useFormRules>;

/** Numbers are stored to their places: 1.5 and 1.50 are no difference. */
function same(own: unknown, theirs: unknown): boolean {
  if (own === theirs) return true;
  const [a, b] = [Number(own), Number(theirs)];
  const numeric =
    typeof own === "string" && typeof theirs === "string" && own !== "" && theirs !== "";
  return numeric && Math.abs(a - b) <= Math.abs(b) * 1e-6 + 0.006;
}
