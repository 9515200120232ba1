/** One field of a form, as its rules want it just now. */
import { useTranslation } from "react-i18next";
import type { Entity, Field } from "@/api/types";
import { isComputed, kindOf } from "@/fields/registry";
import { targetOf } from "@/fields/reference/kind";
import { labelOf } from "@/lib/label";
import { FaultText } from "./action-dialog";
import { filterFor, offering } from "./form-rules";
import type { Draft } from "./use-draft";
import type { FormRules } from "./use-form-rules";

export function isOpen(field: Field, key: string, readOnly: string[]): boolean {
  return field.read_only !== true && !isComputed(field) && !readOnly.includes(key);
}

interface Props {
  app: string;
  entity: Entity;
  draft: Draft;
  rules: FormRules;
  currency: string;
  readOnly: string[];
  name: string;
}

/** The field with what the form offers of it: options that fit, references that fit. */
function offered(field: Field, name: string, value: unknown, rules: FormRules): Field {
  const { filter, ...rest } = offering(field, name, value, rules);
  const fitting = filterFor(filter, rules.row);
  return { ...rest, ...(fitting ? { filter: fitting } : {}) };
}

export function FieldRow({ app, entity, draft, rules, currency, readOnly, name }: Props) {
  const { t } = useTranslation();
  const given = entity.fields[name]!;
  const value = rules.row[name];
  const differs = rules.differs(name);
  const field = offered(given, name, value, rules);
  const early = rules.errors.filter((one) => one.pointer === `/${name}`);
  const faults = [...draft.faults, ...(draft.faults.length ? [] : early)];
  const required = field.required === "always" || rules.required(name);
  const kind = kindOf(field);
  const label = labelOf(field.label);
  const id = `f-${name}`;
  if (!isOpen(field, name, readOnly) || rules.frozen(name)) {
    return (
      <div className={kind.wide ? "wide" : ""}>
        <label htmlFor={id}>{label}</label>
        <output id={id}>{kind.cell({ field, value, refs: draft.refs, app, currency })}</output>
        {differs ? <div className="muted">{t("record.differs")}</div> : null}
      </div>
    );
  }
  return (
    <div className={kind.wide ? "wide" : ""}>
      <label htmlFor={id}>
        {label}
        {required ? " *" : ""}
      </label>
      {kind.control({
        id,
        field,
        label,
        value,
        parsed: draft.preview?.[name],
        refs: draft.refs,
        app,
        invalid: faults.some((one) => one.pointer.startsWith(`/${name}`)),
        onChange: (next, title) => {
          draft.set(name, next);
          draft.remember(targetOf(field.kind, field.entity, app), next, title);
        },
      })}
      {field.help ? <div className="muted">{labelOf(field.help)}</div> : null}
      <FaultText faults={faults} pointer={`/${name}`} />
    </div>
  );
}
