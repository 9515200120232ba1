/** What an action asks before it runs: its parameters, and a word of warning. */
import { Alert, InputNumber, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "@/api/client";
import type { RecordAnswer } from "@/api/queries";
import type { Action, Entity, Fault, Field, Line } from "@/api/types";
import { targetOf } from "@/fields/reference/kind";
import { kindOf } from "@/fields/registry";
import { decimalOf, DASH, formatNumber } from "@/lib/format";
import { labelOf } from "@/lib/label";
import { useRun } from "./use-run";

interface Props {
  app: string;
  entity: Entity;
  record: RecordAnswer;
  name: string;
  action: Action;
  onClose: () => void;
}

/** A parameter of lines that names the record's own lines: choose among them. */
function picksLines(field: Field): boolean {
  return field.kind === "lines" && Boolean(field.fields?.line && field.fields.quantity);
}

export function ActionDialog({ app, entity, record, name, action, onClose }: Props) {
  const { t } = useTranslation();
  const run = useRun(app, entity, record);
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [titles, setTitles] = useState<Record<string, string>>({});
  const parameters = Object.entries(action.parameters ?? {}).filter(
    ([, one]) => !one.hidden_in_form,
  );
  const problem = run.error instanceof ProblemError ? run.error.problem : null;
  const title = labelOf(action.label);
  const submit = () => run.mutate({ action: name, body: values }, { onSuccess: onClose });
  return (
    <Modal
      open
      title={title}
      okText={title}
      cancelText={t("action.cancel")}
      okButtonProps={{ danger: action.style === "danger", loading: run.isPending }}
      onOk={submit}
      onCancel={onClose}
    >
      {action.confirm ? <p>{labelOf(action.confirm)}</p> : null}
      {parameters.map(([key, field]) => (
        <div key={key} style={{ marginBottom: 12 }}>
          <label htmlFor={`p-${key}`}>
            {labelOf(field.label)}
            {field.required === "always" ? " *" : ""}
          </label>
          {picksLines(field) ? (
            <LinePicker
              app={app}
              entity={entity}
              record={record}
              onChange={(lines) => setValues({ ...values, [key]: lines })}
            />
          ) : (
            kindOf(field).control({
              id: `p-${key}`,
              field,
              label: labelOf(field.label),
              value: values[key] ?? null,
              refs: { ...record.refs, ...asRefs(field, app, titles) },
              app,
              invalid: Boolean(problem?.errors.some((one) => one.pointer === `/${key}`)),
              onChange: (value, shown) => {
                setValues({ ...values, [key]: value });
                if (shown) setTitles({ ...titles, [String(value)]: shown });
              },
            })
          )}
          <FaultText faults={problem?.errors} pointer={`/${key}`} />
        </div>
      ))}
      {run.error ? <Alert type="error" showIcon message={run.error.message} role="alert" /> : null}
    </Modal>
  );
}

function asRefs(field: Field, app: string, titles: Record<string, string>) {
  if (field.kind !== "reference" || Object.keys(titles).length === 0) return {};
  return { [field.entity?.includes(".") ? field.entity : `${app}.${field.entity ?? ""}`]: titles };
}

export function FaultText({ faults, pointer }: { faults: Fault[] | undefined; pointer: string }) {
  const found = faults?.filter((one) => one.pointer === pointer) ?? [];
  return found.length ? (
    <div className="fault" role="alert">
      {found.map((one) => one.message).join("；")}
    </div>
  ) : null;
}

function LinePicker(props: {
  app: string;
  entity: Entity;
  record: RecordAnswer;
  onChange: (lines: { line: string; quantity: string }[] | undefined) => void;
}) {
  const { t } = useTranslation();
  const { app, entity, record, onChange } = props;
  const [key, field] = Object.entries(entity.fields).find(([, one]) => one.kind === "lines") ?? [];
  const lines = ((key ? record[key] : []) as Line[]) ?? [];
  const known = (line: Line) =>
    Object.entries(field?.fields ?? {}).every(
      ([name, one]) =>
        one.kind !== "reference" ||
        !line[name] ||
        record.refs[targetOf(one.kind, one.entity, app)]?.[String(line[name])],
    );
  // what refers to something that I may not see is not mine to handle
  const open = lines.filter((line) => decimalOf(line.released)?.greaterThan(0) && known(line));
  const [chosen, setChosen] = useState<Record<string, string>>(() =>
    Object.fromEntries(open.map((line) => [line.id ?? "", String(line.released)])),
  );
  const change = (id: string, quantity: string | null) => {
    const next = { ...chosen, [id]: quantity ?? "0" };
    setChosen(next);
    onChange(
      Object.entries(next)
        .filter(([, count]) => decimalOf(count)?.greaterThan(0))
        .map(([line, count]) => ({ line, quantity: count })),
    );
  };
  const first = Object.entries(field?.fields ?? {}).find(([, one]) => one.kind === "reference");
  const named = (line: Line) =>
    (first &&
      record.refs[targetOf(first[1].kind, first[1].entity, app)]?.[String(line[first[0]])]) ??
    DASH;
  return (
    <ul style={{ listStyle: "none", padding: 0, margin: 0 }}>
      {open.map((line) => {
        return (
          <li
            key={line.id}
            style={{ display: "flex", gap: 8, padding: "4px 0", alignItems: "center" }}
          >
            <span style={{ flex: 1 }}>{named(line)}</span>
            <InputNumber<string>
              stringMode
              aria-label={`${t("action.quantity")} ${named(line)}`}
              className="num"
              min="0"
              max={String(line.released)}
              value={chosen[line.id ?? ""] ?? "0"}
              onChange={(value) => change(line.id ?? "", value)}
            />
            <span className="muted of">/ {formatNumber(line.released)}</span>
          </li>
        );
      })}
    </ul>
  );
}
