/** The filter as rows or as a formula: two views of one tree. Loaded when first opened. */
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, ConfigProvider, Segmented, Select, theme } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { functionsQuery } from "@/api/queries";
import type { App, Entity, Page } from "@/api/types";
import type { Ast } from "@/ui/formula/ast";
import { freshRow, GroupRows } from "@/ui/formula/builder";
import { check } from "@/ui/formula/check";
import type { Checked } from "@/ui/formula/check";
import { FormulaEditor } from "@/ui/formula/editor";
import { emptyGroup, toAst, toGroup } from "@/ui/formula/model";
import type { Group } from "@/ui/formula/model";
import { fieldAt, toKeys, toLabels } from "@/ui/formula/names";
import { parse } from "@/ui/formula/parse";
import { print } from "@/ui/formula/print";
import { usePhone } from "@/ui/use-phone";
import { filterFields, groupOf, language, levelOf } from "./filter-fields";
import { FilterValue } from "./filter-value";
import { vocabulary } from "./filter-words";

interface Props {
  definition: App;
  entity: Entity;
  text: string | undefined;
  page: Page | undefined;
  onApply: (text: string) => void;
}

export function FilterPanel({ definition, entity, text, page, onApply }: Props) {
  const { t } = useTranslation();
  const phone = usePhone();
  const colours = useColours();
  const { data: functions = [] } = useQuery(functionsQuery);
  const { words, aliases } = vocabulary(functions, language());
  const level = levelOf(definition, entity);
  const fields = filterFields(level, entity);
  const begun = groupOf(level, text);
  const first = Object.keys(fields)[0] ?? "";
  const start = begun?.items.length ? begun : { ...emptyGroup(), items: [freshRow(first, fields)] };
  const [group, setGroup] = useState<Group>(start);
  const [typed, setTyped] = useState<string | null>(begun ? null : (text ?? ""));
  const [note, setNote] = useState("");
  const [checked, setChecked] = useState<Checked | null>(null);
  const [sample, setSample] = useState(page?.items[0]?.id);
  const about = { app: definition.app.id, entity: entity.id, usage: "filter" as const };
  const shown = (node: Ast) => print(toLabels(node, level, language()), words);

  const turn = (mode: string) => {
    setNote("");
    if (mode === "formula") {
      const node = toAst(group);
      return setTyped(node ? shown(node) : "");
    }
    const node = typed?.trim() ? parse(typed, aliases) : null;
    if (typed?.trim() && !node) return setNote(t("filter.notRows"));
    setGroup(toGroup(node && toKeys(node, level), (at) => fieldAt(level, at)));
    return setTyped(null);
  };
  const apply = async () => {
    if (typed === null) {
      const node = toAst(group);
      return onApply(node ? print(node) : "");
    }
    if (!typed.trim()) return onApply("");
    const found = await check(typed, about);
    const node = parse(typed, aliases);
    if (found.canonical && found.errors.length === 0)
      return onApply(node ? print(toKeys(node, level)) : found.canonical);
    return setNote(t("filter.mend"));
  };
  const wrong = typed !== null && Boolean(checked?.errors.length);
  return (
    <div
      className="fb"
      style={colours}
      {...(phone ? {} : { role: "dialog", "aria-label": t("list.filter") })}
    >
      <Segmented
        aria-label={t("filter.mode")}
        value={typed === null ? "rows" : "formula"}
        onChange={turn}
        options={[
          { value: "rows", label: t("filter.rows") },
          { value: "formula", label: t("filter.formula") },
        ]}
      />
      {note ? <Alert type="warning" showIcon role="alert" message={note} /> : null}
      {typed === null ? (
        <ConfigProvider componentSize={phone ? "middle" : "small"}>
          <GroupRows
            {...{ group, fields }}
            look={(at) => fieldAt(level, at)}
            show={shown}
            onChange={setGroup}
            control={(condition, field, place, onChange) => (
              <FilterValue
                app={definition.app.id}
                {...{ condition, field, place, onChange }}
                refs={page?.refs ?? {}}
                label={t("filter.value")}
              />
            )}
          />
        </ConfigProvider>
      ) : (
        <>
          <FormulaEditor
            {...{ text: typed, level, functions }}
            about={{ ...about, record: sample }}
            language={language()}
            onChange={setTyped}
            onChecked={setChecked}
            onSubmit={() => void apply()}
          />
          <Trial {...{ entity, page, sample, checked }} onSample={setSample} />
        </>
      )}
      <div className="fb-actions">
        <Button onClick={() => onApply("")}>{t("filter.clear")}</Button>
        <Button type="primary" disabled={wrong} onClick={() => void apply()}>
          {t("filter.apply")}
        </Button>
      </div>
    </div>
  );
}

/** The panel hangs outside the shell, whose colours it needs. */
function useColours() {
  const { token } = theme.useToken();
  return {
    "--line": token.colorBorderSecondary,
    "--soft": token.colorFillQuaternary,
    "--quiet": token.colorTextSecondary,
    "--paper": token.colorBgElevated,
    "--chosen": token.colorPrimaryBg,
    "--accent": token.colorPrimary,
    "--bad": token["red-8"],
    "--code": token["blue-8"],
    "--good": token["green-8"],
  } as React.CSSProperties;
}

interface TrialProps {
  entity: Entity;
  page: Page | undefined;
  sample: string | undefined;
  checked: Checked | null;
  onSample: (id: string) => void;
}

/** The formula's answer for one of the records that the list shows. */
function Trial({ entity, page, sample, checked, onSample }: TrialProps) {
  const { t } = useTranslation();
  const items = page?.items ?? [];
  if (items.length === 0) return null;
  const title = (id: string) =>
    String(items.find((one) => one.id === id)?.[entity.title ?? "id"] ?? t("record.untitled"));
  const known = checked && checked.errors.length === 0 && "value" in checked;
  return (
    <div className="fb-trial">
      <span>{t("formula.try")}</span>
      <Select
        size="small"
        aria-label={t("formula.try")}
        value={sample ?? null}
        onChange={onSample}
        popupMatchSelectWidth={false}
        options={items.map(({ id }) => ({ value: id, label: title(id) }))}
      />
      <output aria-live="polite">
        {known ? t(checked.value === true ? "formula.holds" : "formula.fails") : "—"}
      </output>
    </div>
  );
}
