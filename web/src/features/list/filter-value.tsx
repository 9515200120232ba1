/** The value of a condition, by the control of its field's kind. */
import { useId } from "react";
import type { Field, Refs } from "@/api/types";
import { kindOf } from "@/fields/registry";
import { literal } from "@/ui/formula/ast";
import type { Literal } from "@/ui/formula/ast";
import { kindName, literalOf } from "@/ui/formula/model";
import type { Condition } from "@/ui/formula/model";

interface Props {
  app: string;
  condition: Condition;
  field: Field;
  place: number;
  refs: Refs;
  label: string;
  onChange: (next: Condition) => void;
}

export function FilterValue({ app, condition, field, place, refs, label, onChange }: Props) {
  const id = useId();
  const many = condition.op === "in" || condition.op === "not_in";
  const kind = kindName(field);
  const asked: Field = {
    ...field,
    kind: many
      ? "multi_choice"
      : kind === "multi_choice" || field.codes
        ? "choice"
        : kind === "long_text"
          ? "text"
          : kind,
  };
  const values = condition.values.map((one) => one.value);
  const change = (next: unknown) => {
    if (Array.isArray(next))
      return onChange({ ...condition, values: next.map((one) => text(one)) });
    const blank = next === null || next === undefined || next === "";
    const made = blank ? undefined : literalOf(field, String(next));
    if (condition.op !== "between") return onChange({ ...condition, values: made ? [made] : [] });
    const both: (Literal | undefined)[] = [condition.values[0], condition.values[1]];
    both[place] = made;
    // a half that is missing waits as blank text, so that the other keeps its place
    const kept = both.map((one) => one ?? text(""));
    return onChange({ ...condition, values: both.some(Boolean) ? kept : [] });
  };
  return kindOf(asked).control({
    id,
    field: asked,
    value: many ? values : (values[place] ?? null),
    refs,
    app,
    label,
    onChange: change,
  });
}

const text = (value: unknown) => literal("text", String(value));
