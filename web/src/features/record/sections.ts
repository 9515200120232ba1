/** The sections of a form: as declared, and one more for the fields that no section names. */
import type { Entity } from "@/api/types";
import type { Label } from "@/api/types";
import i18n from "@/lib/i18n";
import { labelOf } from "@/lib/label";

export interface Part {
  id: string;
  label: Label | null;
  columns: number;
  fields: string[];
}

export function partsOf(entity: Entity): Part[] {
  const declared = (entity.sections ?? []).map((one) => ({
    id: one.id,
    label: one.label as Label | null,
    columns: one.columns ?? 2,
    fields: one.fields.filter((key) => entity.fields[key]),
  }));
  const named = new Set(declared.flatMap((one) => one.fields));
  const rest = Object.entries(entity.fields)
    .filter(([key, field]) => !named.has(key) && !field.hidden_in_form)
    .map(([key]) => key);
  if (rest.length === 0) return declared;
  return [...declared, { id: "rest", label: null, columns: 3, fields: rest }];
}

/** What a part is called: what its definition says, or that it is the rest, or all there is. */
export function headingOf(part: Part, parts: Part[]): string {
  if (part.label) return labelOf(part.label);
  return i18n.t(parts.length === 1 ? "record.details" : "record.others");
}
