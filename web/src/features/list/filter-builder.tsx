/** The filter builder: field, operator, value; it writes formula text. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Segmented, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Entity, Refs } from "@/api/types";
import { kindOf, SYSTEM_FIELDS } from "@/fields/registry";
import type { Condition, FilterModel } from "@/lib/filter";
import { labelOf } from "@/lib/label";

interface Props {
  app: string;
  entity: Entity;
  model: FilterModel;
  refs: Refs;
  onApply: (model: FilterModel) => void;
}

export function filterFields(entity: Entity) {
  const own = Object.entries(entity.fields).filter(([, field]) => field.kind !== "lines");
  return Object.fromEntries([...own, ["created_at", SYSTEM_FIELDS.created_at!]]);
}

export function FilterBuilder({ app, entity, model, refs, onApply }: Props) {
  const { t } = useTranslation();
  const fields = filterFields(entity);
  const first = entity.states?.field ?? Object.keys(fields)[0] ?? "";
  const fresh = (key: string): Condition => ({
    field: key,
    op: kindOf(fields[key]!).operators[0] ?? "eq",
    value: "",
  });
  const [draft, setDraft] = useState<FilterModel>(
    model.conditions.length ? model : { join: "AND", conditions: [fresh(first)] },
  );
  const change = (index: number, next: Partial<Condition>) =>
    setDraft({
      ...draft,
      conditions: draft.conditions.map((one, at) => (at === index ? { ...one, ...next } : one)),
    });
  return (
    <div style={{ width: "min(560px, 86vw)" }}>
      <Segmented
        aria-label={t("list.filter")}
        size="small"
        value={draft.join}
        onChange={(join) => setDraft({ ...draft, join: join as FilterModel["join"] })}
        options={[
          { value: "AND", label: t("filter.all") },
          { value: "OR", label: t("filter.any") },
        ]}
      />
      {draft.conditions.map((condition, index) => (
        <Row
          // oxlint-disable-next-line react/no-array-index-key -- a condition is its place
          key={`${index}-${condition.field}`}
          app={app}
          fields={fields}
          condition={condition}
          refs={refs}
          onField={(key) => change(index, fresh(key))}
          onChange={(next) => change(index, next)}
          onRemove={() =>
            setDraft({ ...draft, conditions: draft.conditions.filter((_, at) => at !== index) })
          }
        />
      ))}
      <Space style={{ marginTop: 8 }}>
        <Button
          icon={<PlusOutlined />}
          size="small"
          onClick={() => setDraft({ ...draft, conditions: [...draft.conditions, fresh(first)] })}
        >
          {t("filter.add")}
        </Button>
        <Button size="small" onClick={() => onApply({ join: "AND", conditions: [] })}>
          {t("filter.clear")}
        </Button>
        <Button type="primary" size="small" onClick={() => onApply(draft)}>
          {t("filter.apply")}
        </Button>
      </Space>
    </div>
  );
}

interface RowProps {
  app: string;
  fields: Entity["fields"];
  condition: Condition;
  refs: Refs;
  onField: (key: string) => void;
  onChange: (next: Partial<Condition>) => void;
  onRemove: () => void;
}

function Row({ app, fields, condition, refs, onField, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const field = fields[condition.field]!;
  const kind = kindOf(field);
  const blank = condition.op.endsWith("blank");
  const many = condition.op === "in";
  const value = many ? (condition.value ? condition.value.split("|") : []) : condition.value;
  const control = {
    ...field,
    kind: many ? "multi_choice" : field.kind === "multi_choice" ? "choice" : field.kind,
  };
  const typed = field.kind === "boolean" ? condition.value === "true" : value;
  return (
    <div style={{ display: "flex", gap: 6, marginTop: 8, alignItems: "center" }}>
      <Select
        aria-label={t("filter.field")}
        size="small"
        style={{ width: 140 }}
        showSearch={{ optionFilterProp: "label" }}
        value={condition.field}
        onChange={onField}
        options={Object.entries(fields).map(([key, one]) => ({
          value: key,
          label: labelOf(one.label),
        }))}
      />
      <Select
        aria-label={t("filter.operator")}
        size="small"
        style={{ width: 110 }}
        value={condition.op}
        onChange={(op) => onChange({ op, value: "" })}
        options={kind.operators.map((op) => ({ value: op, label: t(`op.${op}`) }))}
      />
      <div style={{ flex: 1, minWidth: 0 }}>
        {blank
          ? null
          : kindOf(control).control({
              id: `filter-${condition.field}`,
              field: control,
              value: typed,
              refs,
              app,
              label: t("filter.value"),
              onChange: (next) =>
                onChange({ value: Array.isArray(next) ? next.join("|") : String(next ?? "") }),
            })}
      </div>
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined />}
        aria-label={t("filter.remove")}
        onClick={onRemove}
      />
    </div>
  );
}
