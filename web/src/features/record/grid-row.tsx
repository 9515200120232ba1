/** One row of the grid; drawn anew only when something of its own changed. */
import { CopyOutlined, DeleteOutlined, WarningOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Field, Line, Refs } from "@/api/types";
import { targetOf } from "@/fields/reference/kind";
import { isComputed } from "@/fields/registry";
import { labelOf } from "@/lib/label";
import { offering, rulesOf } from "./form-rules";
import { GridCell } from "./grid-cell";
import type { GridCommands } from "./grid-commands";
import type { Kit } from "./live";

interface Props {
  app: string;
  currency: string;
  columns: [string, Field][];
  index: number;
  /** The line as it is shown, as it is stored, and the formulas of its fields. */
  shown: Line;
  stored: Line | undefined;
  kit: Kit;
  faults: Record<string, string> | undefined;
  refs: Refs;
  /** The column of the active cell, when it is in this row. */
  active: number | null;
  chosen: boolean;
  /** What can be promised, when the grid shows it. */
  sellable: string | null;
  /** Whether the line wants more than that. */
  short?: boolean;
  commands: GridCommands;
}

export const GridRow = memo(function GridRow(props: Props) {
  const { t } = useTranslation();
  const { app, currency, columns, index, shown, stored, kit, commands, active } = props;
  const rules = rulesOf(kit.trees, shown, stored ?? null, kit.context);
  return (
    <tr aria-rowindex={index + 2} className={props.chosen ? "is-chosen" : ""}>
      <td>
        <button
          type="button"
          className="cell number"
          tabIndex={-1}
          aria-label={t("lines.choose", { number: index + 1 })}
          aria-pressed={props.chosen}
          onClick={(event) => commands.choose(index, event.shiftKey)}
        >
          {index + 1}
        </button>
      </td>
      {columns.map(([key, field], column) => (
        <GridCell
          key={key}
          app={app}
          currency={currency}
          field={active === column ? offering(field, key, shown[key], rules) : field}
          value={shown[key]}
          hidden={!rules.visible(key)}
          closed={field.read_only === true || isComputed(field) || rules.frozen(key)}
          asked={rules.required(key)}
          refs={props.refs}
          label={`${labelOf(field.label)} ${index + 1}`}
          fault={props.faults?.[key]}
          active={active === column}
          onActivate={() => commands.activate(index, column)}
          onMove={(down, right) => commands.move(index + down, column + right)}
          onLeave={commands.leave}
          onChange={(value, title) => {
            commands.change(index, key, value);
            commands.remember(targetOf(field.kind, field.entity, app), value, title);
          }}
        />
      ))}
      {props.sellable === null ? null : (
        <td
          className={`plain num ${props.short ? "is-short" : ""}`}
          {...(props.short ? { title: t("lines.short") } : {})}
        >
          {props.short ? <WarningOutlined aria-label={t("lines.short")} /> : null} {props.sellable}
        </td>
      )}
      <td style={{ whiteSpace: "nowrap" }}>
        <Button
          type="text"
          size="small"
          icon={<CopyOutlined aria-hidden />}
          aria-label={`${t("lines.duplicate")} ${index + 1}`}
          onClick={() => commands.copy(index)}
        />
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={`${t("lines.remove")} ${index + 1}`}
          onClick={() => commands.remove(index)}
        />
      </td>
    </tr>
  );
});
