/** The lines grid: a spreadsheet of the lines' fields; only the active cell is an editor. */
import { CopyOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { App as Antd, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { App, Entity, Field, Line, Rec } from "@/api/types";
import { targetOf } from "@/fields/reference/kind";
import { isComputed, kindOf } from "@/fields/registry";
import { labelOf } from "@/lib/label";
import { GridCell } from "./grid-cell";
import { pasteRows } from "./paste";
import { useSellable } from "./sellable";
import type { Draft, DraftLine } from "./use-draft";
import { newLine } from "./use-draft";
import { totalOf } from "./view";

interface Props {
  app: string;
  definition: App;
  entity: Entity;
  draft: Draft;
  currency: string;
  name: string;
  record: Rec | null;
}

export interface Place {
  row: number;
  column: number;
}

export function gridColumns(field: Field): [string, Field][] {
  return Object.entries(field.fields ?? {}).filter(
    ([key, one]) =>
      !one.hidden_in_form && (one.read_only !== true || key === "reserved") && !isComputed(one),
  );
}

export function LinesGrid({ app, definition, entity, draft, currency, name, record }: Props) {
  const { t } = useTranslation();
  const { message } = Antd.useApp();
  const field = entity.fields[name]!;
  const columns = gridColumns(field).filter(([key]) => record !== null || key !== "reserved");
  const rows = draft.lines[name] ?? [];
  const [active, setActive] = useState<Place | null>(null);
  const previewed = (draft.preview?.[name] as Line[] | undefined) ?? [];
  const stored = (record?.[name] as Line[] | undefined) ?? [];
  const shownOf = (line: DraftLine, index: number): Line => {
    const base = stored.find((one) => one.id === line.id) ?? {};
    return { ...base, ...previewed[index], ...line.given };
  };
  const shown = rows.map(shownOf);
  const sellable = useSellable(app, definition, field, shown);
  const change = (index: number, key: string, value: unknown) =>
    draft.setLines(name, (before) =>
      before.map((one, at) =>
        at === index ? { ...one, given: { ...one.given, [key]: value } } : one,
      ),
    );
  const add = () => {
    draft.setLines(name, (before) => [...before, newLine()]);
    setActive({ row: rows.length, column: 0 });
  };
  const move = (row: number, column: number) => {
    const wide =
      column >= columns.length ? { row: row + 1, column: 0 } : { row, column: Math.max(0, column) };
    if (wide.row >= rows.length) return add();
    return setActive({ row: Math.max(0, wide.row), column: wide.column });
  };
  const paste = async (text: string, at: Place) => {
    const pasted = await pasteRows(app, columns, text, at.column);
    for (const [target, id, title] of pasted.titles) draft.remember(target, id, title);
    draft.setLines(name, (before) => {
      const next = [...before];
      pasted.rows.forEach((given, offset) => {
        const old = next[at.row + offset];
        next[at.row + offset] = old
          ? { ...old, given: { ...old.given, ...given } }
          : newLine(given);
      });
      return next;
    });
    setActive(null);
    void message.success(t("lines.pasted", { count: pasted.rows.length }));
    if (pasted.missing.length)
      void message.warning(t("lines.notFound", { values: pasted.missing.slice(0, 10).join("、") }));
  };
  const bad = (index: number, key: string) =>
    draft.faults.find((one) => one.pointer === `/${name}/${index}/${key}`)?.message;
  const totals = field.totals ?? [];
  return (
    <div
      className="sheet"
      onPaste={(event) => {
        const text = event.clipboardData.getData("text");
        if (!text.includes("\t") && !text.trim().includes("\n")) return;
        event.preventDefault();
        void paste(text, active ?? { row: rows.length, column: 0 });
      }}
    >
      <table aria-label={labelOf(field.label)}>
        <thead>
          <tr>
            <th>{t("lines.number")}</th>
            {columns.map(([key, one]) => (
              <th key={key} className={kindOf(one).numeric ? "num" : ""}>
                {labelOf(one.label)}
                {one.required === "always" ? " *" : ""}
              </th>
            ))}
            {sellable ? <th className="num">{t("lines.sellable")}</th> : null}
            <th>
              <span className="hidden">{t("record.more")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((line, index) => (
            <tr key={line.key}>
              <td className="plain">{index + 1}</td>
              {columns.map(([key, one], column) => (
                <GridCell
                  key={key}
                  app={app}
                  currency={currency}
                  field={one}
                  value={shown[index]?.[key]}
                  refs={draft.refs}
                  label={`${labelOf(one.label)} ${index + 1}`}
                  fault={bad(index, key)}
                  active={active?.row === index && active.column === column}
                  onActivate={() => setActive({ row: index, column })}
                  onMove={(down, right) => move(index + down, column + right)}
                  onLeave={() => setActive(null)}
                  onChange={(value, title) => {
                    change(index, key, value);
                    draft.remember(targetOf(one.kind, one.entity, app), value, title);
                  }}
                />
              ))}
              {sellable ? <td className="plain num">{sellable(shown[index] ?? {})}</td> : null}
              <td style={{ whiteSpace: "nowrap" }}>
                <Button
                  type="text"
                  size="small"
                  icon={<CopyOutlined />}
                  aria-label={`${t("lines.duplicate")} ${index + 1}`}
                  onClick={() =>
                    draft.setLines(name, (before) =>
                      before.toSpliced(index + 1, 0, newLine(copied(shown[index], columns))),
                    )
                  }
                />
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={`${t("lines.remove")} ${index + 1}`}
                  onClick={() => draft.setLines(name, (before) => before.toSpliced(index, 1))}
                />
              </td>
            </tr>
          ))}
        </tbody>
        {totals.length && rows.length ? (
          <tfoot>
            <tr>
              <td>{t("lines.total")}</td>
              {columns.map(([key, one]) => (
                <td key={key} className="num">
                  {totals.includes(key)
                    ? kindOf(one).cell({
                        field: one,
                        value: totalOf(shown, key),
                        refs: {},
                        app,
                        currency,
                      })
                    : null}
                </td>
              ))}
              {sellable ? <td /> : null}
              <td />
            </tr>
          </tfoot>
        ) : null}
      </table>
      {rows.length === 0 ? <p className="muted">{t("lines.empty")}</p> : null}
      <div style={{ display: "flex", gap: 12, alignItems: "center", paddingTop: 8 }}>
        <Button icon={<PlusOutlined />} size="small" onClick={add}>
          {t("lines.add")}
        </Button>
        {rows.length ? <span className="muted">{t("lines.pasteHint")}</span> : null}
      </div>
    </div>
  );
}

function copied(line: Line | undefined, columns: [string, Field][]): Record<string, unknown> {
  const kept = columns.filter(
    ([key, one]) => one.read_only !== true && key !== "amount" && line?.[key] != null,
  );
  return Object.fromEntries(kept.map(([key]) => [key, line?.[key]]));
}
