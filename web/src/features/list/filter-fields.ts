/** What a list can be filtered by: its fields, and those one reference away. */
import type { App, Entity, Field } from "@/api/types";
import { SYSTEM_FIELDS } from "@/api/system-fields";
import i18n from "@/lib/i18n";
import { labelOf } from "@/lib/label";
import { fieldAt, Level } from "@/ui/formula/names";
import { parse } from "@/ui/formula/parse";
import { toGroup } from "@/ui/formula/model";
import type { Group } from "@/ui/formula/model";

export function levelOf(definition: App, entity: Entity): Level {
  return Level.of(definition.app.entities, definition.app.id, entity.id);
}

/** The fields by path; the state first, as it is asked for most. */
export function filterFields(level: Level, entity: Entity): Record<string, Field> {
  const own = Object.entries(entity.fields).filter(([, field]) => field.kind !== "lines");
  const state = entity.states?.field;
  const sorted = [...own.filter(([key]) => key === state), ...own.filter(([key]) => key !== state)];
  const onward = own
    .filter(([, field]) => field.kind === "reference" || field.kind === "address")
    .flatMap(([key, field]) => below(level, key, field));
  const system = ["created_at", "created_by", "owner_id"].map((key) => [key, SYSTEM_FIELDS[key]!]);
  return Object.fromEntries([...sorted, ...system, ...onward]) as Record<string, Field>;
}

function below(level: Level, key: string, field: Field): [string, Field][] {
  return Object.entries(level.below(key).fields)
    .filter(([inner, one]) => one.kind !== "lines" && !(inner in SYSTEM_FIELDS))
    .filter(([inner]) => inner !== "id" && inner !== "version" && inner !== "owner_department_id")
    .map(([inner, one]) => [`${key}.${inner}`, { ...one, label: joined(field, one) }]);
}

const joined = (field: Field, inner: Field): Field["label"] => ({
  "zh-CN": `${field.label["zh-CN"] ?? ""} · ${inner.label["zh-CN"] ?? ""}`,
  en: `${field.label.en ?? ""} · ${inner.label.en ?? ""}`,
});

/** A path's label: of the field, after those that lead to it. */
export function pathLabel(level: Level, at: string[]): string {
  const labels = at.map((_, index) => labelOf(fieldAt(level, at.slice(0, index + 1))?.label));
  return labels.filter(Boolean).join(" · ");
}

/** The rows of a filter's text; null when it is no formula. */
export function groupOf(level: Level, text: string | undefined): Group | null {
  if (!text?.trim()) return toGroup(null, () => undefined);
  const node = parse(text);
  return node && toGroup(node, (at) => fieldAt(level, at));
}

export const language = () => (i18n.language === "en" ? "en" : "zh-CN");
