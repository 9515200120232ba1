/** The rules of a form over what is typed just now. */
import { useMemo } from "react";
import type { App, Entity, Fault, Field, Line, Rec } from "@/api/types";
import { isComputed } from "@/fields/registry";
import { labelOf } from "@/lib/label";
import { followed, rulesOf, violations } from "./form-rules";
import { gridColumns } from "./grid-commands";
import { liveLine, liveRow, same } from "./live";
import type { Kit } from "./live";
import { filled } from "./use-draft";
import type { Draft, DraftLine } from "./use-draft";
import { useFormContext } from "./use-elsewhere";

/** The formulas of lines, and the fields that are their columns. */
interface Grid extends Kit {
  columns: [string, Field][];
}

type Stored = ReadonlyMap<string | undefined, Line>;

function storedLines(entity: Entity, record: Rec | null): Record<string, Stored> {
  const lines = Object.keys(entity.fields).filter((key) => entity.fields[key]?.kind === "lines");
  return Object.fromEntries(
    lines.map((key) => [
      key,
      new Map(((record?.[key] ?? []) as Line[]).map((one) => [one.id, one])),
    ]),
  );
}

/** The rules of a form; those of an action's parameters are the server's alone. */
export function useFormRules(
  definition: App,
  entity: Entity,
  record: Rec | null,
  draft: Draft,
  isAction: boolean,
) {
  const trees = isAction ? undefined : definition.forms?.[entity.id];
  const { fields } = entity;
  const stored = useMemo(() => storedLines(entity, record), [entity, record]);
  const typed = Object.entries(draft.lines).map(([name, all]): [string, Line[]] => [
    name,
    all.map((one) => ({
      ...stored[name]?.get(one.id),
      ...draft.previewed(name).get(one.key),
      ...one.given,
    })),
  ]);
  const known = { ...record, ...draft.preview, ...draft.given, ...Object.fromEntries(typed) };
  const context = useFormContext(trees, known);
  const kit = useMemo((): Kit => ({ fields, trees, context }), [fields, trees, context]);
  const isNew = record === null;
  const grids = useMemo(() => {
    const inner = Object.entries(fields).map(([key, field]): [string, Grid] => {
      const own = trees?.lines?.[key];
      const columns = gridColumns(field, isNew, own?.values);
      return [key, { fields: field.fields ?? {}, trees: own, context, columns }];
    });
    return Object.fromEntries(inner);
  }, [fields, trees, context, isNew]);
  const following = useMemo(() => {
    const open = Object.keys(fields).filter(
      (key) => !isComputed(fields[key]!) && fields[key]!.read_only !== true,
    );
    return followed(trees?.values, open);
  }, [fields, trees]);
  const live = (name: string, line: DraftLine): Line =>
    liveLine(grids[name] ?? kit, line, {
      stored: stored[name]?.get(line.id),
      previewed: draft.previewed(name).get(line.key),
      of: draft.previewOf(name, line.key),
    });
  const lines = Object.entries(draft.lines).map(([name, all]): [string, Line[]] => [
    name,
    all.filter(filled).map((one) => live(name, one)),
  ]);
  const { row, own } = liveRow(kit, record, draft, Object.fromEntries(lines));
  const rules = rulesOf(trees, row, record, context);
  const early = draft.dirty
    ? violations(entity.validations ?? [], trees, row, context, labelOf)
    : [];
  const told = (draft.preview?.warnings ?? []) as Fault[];
  const warnings = draft.current ? told : early.filter((one) => one.level === "warning");
  return {
    row,
    ...rules,
    /** A line of the grid as it is shown, and the formulas of its fields. */
    live,
    grid: (name: string): Grid => grids[name] ?? { ...kit, columns: [] },
    stored: (name: string): Stored => stored[name] ?? NOTHING,
    /** Whether a computed field follows from what the form lets one type. */
    follows: (key: string): boolean => following.has(key),
    /** What is wrong by the rules, before the server says so. */
    errors: early.filter((one) => one.level === "error"),
    warnings,
    /** Whether the server, knowing all that was typed, computed another value than the form. */
    differs: (key: string): boolean =>
      draft.current &&
      draft.preview !== null &&
      key in draft.preview &&
      trees?.values?.[key] !== undefined &&
      !same(own[key], draft.preview[key]),
  };
}

const NOTHING: Stored = new Map();

export type FormRules = ReturnType<typeof useFormRules>;
