/** Rows of field, operator and value, in groups within groups; what they cannot say stays a formula. */
import { DeleteOutlined, PlusOutlined, SubnodeOutlined } from "@ant-design/icons";
import { Button, Segmented, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Field } from "@/api/types";
import { labelOf } from "@/lib/label";
import type { Ast } from "./ast";
import { operatorText } from "./builder-words";
import { arity, emptyGroup, operators, row } from "./model";
import type { Condition, Group, Item, Look } from "./model";

export interface Surroundings {
  /** The fields to choose from, by path (`customer.level`), in order. */
  fields: Record<string, Field>;
  look: Look;
  /** The control of a value, or of several (`place` counts them). */
  control: (
    condition: Condition,
    field: Field,
    place: number,
    onChange: (next: Condition) => void,
  ) => ReactNode;
  /** A part that has no row, as it is read. */
  show: (node: Ast) => string;
}

interface GroupProps extends Surroundings {
  group: Group;
  depth?: number;
  onChange: (next: Group) => void;
  onRemove?: () => void;
}

const MOST_DEPTH = 4;

export function GroupRows(props: GroupProps) {
  const { t } = useTranslation();
  const { group, depth = 0, onChange, onRemove, ...around } = props;
  const put = (index: number, next: Item) =>
    onChange({ ...group, items: group.items.map((one, at) => (at === index ? next : one)) });
  const remove = (index: number) =>
    onChange({ ...group, items: group.items.filter((_, at) => at !== index) });
  const add = (item: Item) => onChange({ ...group, items: [...group.items, item] });
  const first = Object.keys(around.fields)[0] ?? "";
  const fresh = () => freshRow(first, around.fields);
  return (
    <fieldset className={depth ? "fb-group inner" : "fb-group"} aria-label={t("filter.group")}>
      <div className="fb-head">
        <Segmented
          aria-label={t("filter.join")}
          size="small"
          value={group.join}
          onChange={(join) => onChange({ ...group, join: join as Group["join"] })}
          options={[
            { value: "AND", label: t("filter.all") },
            { value: "OR", label: t("filter.any") },
          ]}
        />
        {onRemove ? <Remove label={t("filter.removeGroup")} onRemove={onRemove} /> : null}
      </div>
      {group.items.map((item, index) => {
        // oxlint-disable-next-line react/no-array-index-key -- a condition is its place
        const key = `${index}-${item.kind === "condition" ? item.path.join(".") : item.kind}`;
        if (item.kind === "group")
          return (
            <GroupRows
              key={key}
              {...around}
              group={item}
              depth={depth + 1}
              onChange={(next) => put(index, next)}
              onRemove={() => remove(index)}
            />
          );
        if (item.kind === "raw")
          return <RawRow key={key} text={around.show(item.node)} onRemove={() => remove(index)} />;
        return (
          <ConditionRow
            key={key}
            {...around}
            condition={item}
            onChange={(next) => put(index, next)}
            onRemove={() => remove(index)}
          />
        );
      })}
      <div className="fb-foot">
        <Button
          size="small"
          type="text"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => add(fresh())}
        >
          {t("filter.add")}
        </Button>
        {depth < MOST_DEPTH ? (
          <Button
            size="small"
            type="text"
            icon={<SubnodeOutlined aria-hidden />}
            onClick={() =>
              add({ ...emptyGroup(group.join === "AND" ? "OR" : "AND"), items: [fresh()] })
            }
          >
            {t("filter.addGroup")}
          </Button>
        ) : null}
      </div>
    </fieldset>
  );
}

/** A row about a field, with nothing said yet. */
export function freshRow(key: string, fields: Record<string, Field>): Condition {
  const field = fields[key];
  return row(key.split("."), field ? (operators(field)[0] ?? "eq") : "eq");
}

interface RowProps extends Surroundings {
  condition: Condition;
  onChange: (next: Condition) => void;
  onRemove: () => void;
}

function ConditionRow({ condition, fields, look, control, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const key = condition.path.join(".");
  const field = look(condition.path) ?? fields[key];
  if (!field) return null;
  const known = operators(field);
  const ops = known.includes(condition.op) ? known : [...known, condition.op];
  const places = Math.min(arity(condition.op), 2);
  const chosen = key in fields ? fields : { ...fields, [key]: field };
  return (
    <div className="fb-row">
      <Select
        aria-label={t("filter.field")}
        className="fb-field"
        popupMatchSelectWidth={260}
        showSearch={{ optionFilterProp: "label" }}
        value={key}
        onChange={(next) => onChange(freshRow(next, fields))}
        options={Object.entries(chosen).map(([one, { label }]) => ({
          value: one,
          label: labelOf(label),
        }))}
      />
      <Select
        aria-label={t("filter.operator")}
        className="fb-op"
        popupMatchSelectWidth={false}
        value={condition.op}
        onChange={(op) => {
          const same = arity(op) === arity(condition.op);
          onChange({ ...condition, op, values: same ? condition.values : [] });
        }}
        options={ops.map((op) => ({ value: op, label: t(operatorText(op, field)) }))}
      />
      <div className="fb-value">
        {places === 0 ? null : control(condition, field, 0, onChange)}
        {condition.op === "between" ? (
          <>
            <span>{t("filter.to")}</span>
            {control(condition, field, 1, onChange)}
          </>
        ) : null}
      </div>
      <Remove label={t("filter.remove")} onRemove={onRemove} />
    </div>
  );
}

function RawRow({ text, onRemove }: { text: string; onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="fb-row">
      <code className="fb-raw" title={t("filter.raw")}>
        {text}
      </code>
      <Remove label={t("filter.remove")} onRemove={onRemove} />
    </div>
  );
}

function Remove({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <Button
      type="text"
      size="small"
      icon={<DeleteOutlined aria-hidden />}
      aria-label={label}
      onClick={onRemove}
    />
  );
}
