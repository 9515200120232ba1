/** The form of a record, rendered from its definition. */
import { useBlocker } from "@tanstack/react-router";
import { App as Antd, Alert, Button, Space } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import type { Action, App, Entity, Rec, Refs, Rights } from "@/api/types";
import { isComputed } from "@/fields/registry";
import { labelOf, listed } from "@/lib/label";
import { useShortcuts } from "@/lib/shortcuts";
import { Section } from "@/ui/section";
import { FaultText } from "./action-dialog";
import { FieldRow, isOpen } from "./form-field";
import { asks, faulty, revealFault } from "./form-parts";
import { LinesGrid } from "./lines-grid";
import { headingOf, partsOf } from "./sections";
import { useDraft } from "./use-draft";
import type { Draft } from "./use-draft";
import { useFormRules } from "./use-form-rules";

interface Props {
  app: string;
  definition: App;
  entity: Entity;
  record: (Rec & { refs?: Refs }) | null;
  /** An action of the entity as a whole, whose parameters the entity's fields stand for. */
  action?: { key: string; title: string };
  /** What a new record starts with. */
  given?: Record<string, unknown> | undefined;
  onDone: (id?: string) => void;
}

const REASON_SECONDS = 10;

export function RecordForm({ app, definition, entity, record, action, given, onDone }: Props) {
  const { t } = useTranslation();
  const { message } = Antd.useApp();
  const draft = useDraft(app, entity, record, { action: action?.key, start: given });
  const rules = useFormRules(definition, entity, record, draft, action !== undefined);
  const currency = definition.app.currency ?? "CNY";
  const readOnly = definition.rights[entity.id]?.read_only ?? [];
  const left = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  useBlocker({
    shouldBlockFn: () => draft.dirty && !left.current && !window.confirm(t("record.unsaved")),
    enableBeforeUnload: () => draft.dirty && !left.current,
  });
  const onward = record || action ? undefined : firstStep(entity, definition.rights[entity.id]);
  const goOn = async (saved: Rec) => {
    const path = `/${app}/${entity.id}/${saved.id}/actions/${onward?.[0] ?? ""}`;
    try {
      await call("POST", path, { body: { version: saved.version } });
    } catch (error) {
      // it is read on the next page, where it can be put right
      void message.error((error as Error).message, REASON_SECONDS);
    }
    onDone(saved.id);
  };
  const save = (against?: number, further = false) => {
    if (draft.save.isPending) return;
    draft.save.mutate(against, {
      onSuccess: (saved) => {
        left.current = true;
        if (further) return void goOn(saved);
        void message.success(
          action ? t("record.actionDone", { action: action.title }) : t("record.saved"),
        );
        onDone(saved.id);
      },
      onError: (error) => {
        void message.error(error.message);
        revealFault(form);
      },
    });
  };
  useShortcuts({ "mod+enter": () => save(), "mod+s": () => save() });
  const parts = partsOf(entity);
  const visible = (key: string) => {
    const field = entity.fields[key];
    if (!field || field.hidden_in_form || field.visible === false) return false;
    if (!rules.visible(key)) return false;
    const asked = isOpen(field, key, readOnly) || field.kind === "money";
    return record !== null || asked || (isComputed(field) && rules.follows(key));
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Problem draft={draft} entity={entity} onKeepMine={save} />
      {rules.warnings.map((one) => (
        <Alert
          key={one.message}
          type="warning"
          showIcon
          role="status"
          style={{ marginBottom: 12 }}
          message={one.message}
        />
      ))}
      {parts.map((part, at) => {
        const keys = part.fields.filter(visible);
        if (keys.length === 0) return null;
        const plain = keys.filter((key) => entity.fields[key]?.kind !== "lines");
        const heading = headingOf(part, parts);
        return (
          <Section
            key={part.id}
            title={heading}
            folded={at > 0 && !asks(entity, keys, rules)}
            urgent={keys.some((key) => faulty(draft, key))}
            keep
          >
            <div className="fields" style={{ "--columns": part.columns } as React.CSSProperties}>
              {plain.map((key) => (
                <FieldRow
                  key={key}
                  {...{ app, entity, draft, rules, currency, readOnly }}
                  name={key}
                />
              ))}
            </div>
            {keys
              .filter((key) => entity.fields[key]?.kind === "lines")
              .map((key) => (
                <div key={key}>
                  {plain.length || keys.length > 1 ? (
                    <h3>{labelOf(entity.fields[key]?.label)}</h3>
                  ) : null}
                  <LinesGrid {...{ app, definition, entity, draft, rules, currency }} name={key} />
                  <FaultText faults={draft.faults} pointer={`/${key}`} />
                </div>
              ))}
          </Section>
        );
      })}
      <div className="bottom">
        <Button onClick={() => onDone()}>{t("record.cancel")}</Button>
        {onward ? (
          <Button loading={draft.save.isPending} onClick={() => save(undefined, true)}>
            {t("record.saveAndSubmit", { action: labelOf(onward[1].label) })}
          </Button>
        ) : null}
        <Button type="primary" htmlType="submit" loading={draft.save.isPending}>
          {action?.title ?? t("record.save")}
        </Button>
      </div>
    </form>
  );
}

/** The action that a new record usually takes next, when it asks nothing. */
function firstStep(entity: Entity, rights: Rights | undefined): [string, Action] | undefined {
  return Object.entries(entity.actions ?? {}).find(
    ([key, one]) =>
      one.style === "primary" &&
      rights?.actions.includes(key) &&
      one.from?.includes(entity.states?.initial ?? "") &&
      Object.values(one.parameters ?? {}).every((parameter) => parameter.hidden_in_form),
  );
}

interface ProblemProps {
  draft: Draft;
  entity: Entity;
  onKeepMine: (version: number) => void;
}

function Problem({ draft, entity, onKeepMine }: ProblemProps) {
  const { t } = useTranslation();
  const { problem, faults } = draft;
  if (!problem || draft.save.isSuccess) return null;
  const changes = (problem.params.changes ?? []) as {
    fields: Record<string, unknown>;
    by?: string;
  }[];
  const latest = problem.params.version;
  if (problem.code === "records.version_conflict") {
    return (
      <Alert
        type="warning"
        showIcon
        role="alert"
        style={{ marginBottom: 12 }}
        message={problem.title}
        description={
          <>
            {t("record.conflict")}{" "}
            {listed(
              changes
                .flatMap((one) => Object.keys(one.fields))
                .map((key) => labelOf(entity.fields[key]?.label))
                .filter(Boolean),
            )}
          </>
        }
        action={
          <Space direction="vertical">
            <Button onClick={() => window.location.reload()}>{t("record.reload")}</Button>
            {typeof latest === "number" ? (
              <Button onClick={() => onKeepMine(latest)}>{t("record.keepMine")}</Button>
            ) : null}
          </Space>
        }
      />
    );
  }
  if (problem.errors.length && faults.length === 0) return null;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      style={{ marginBottom: 12 }}
      message={faults.length ? t("record.faults", { count: faults.length }) : problem.detail}
    />
  );
}
