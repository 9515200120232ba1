/** What the lines look like read and typed: the head over the columns, the totals at the foot. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Field, Line, Refs } from "@/api/types";
import { kindOf } from "@/fields/registry";
import { Decimal, decimalOf } from "@/lib/format";
import { labelOf } from "@/lib/label";

export type Columns = [string, Field][];

interface HeadProps {
  columns: Columns;
  /** Mark the columns that have to be filled. */
  asks?: boolean;
  children?: ReactNode;
}

export function LinesHead({ columns, asks, children }: HeadProps) {
  const { t } = useTranslation();
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th>{t("lines.number")}</th>
        {columns.map(([key, one]) => (
          <th key={key} className={kindOf(one).numeric ? "num" : ""}>
            {labelOf(one.label)}
            {asks && one.required === "always" ? " *" : ""}
          </th>
        ))}
        {children}
      </tr>
    </thead>
  );
}

export function totalOf(lines: Line[], key: string): string {
  return lines.reduce((sum, line) => sum.plus(decimalOf(line[key]) ?? 0), new Decimal(0)).toFixed();
}

interface TotalsProps {
  columns: Columns;
  totals: string[] | undefined;
  lines: Line[];
  refs: Refs;
  app: string;
  currency: string;
  children?: ReactNode;
}

export function LinesTotals({ columns, totals, lines, children, ...shared }: TotalsProps) {
  const { t } = useTranslation();
  if (!totals?.length || lines.length === 0) return null;
  return (
    <tfoot>
      <tr>
        <td title={t("lines.totalHint")}>{t("lines.total")}</td>
        {columns.map(([key, field]) => (
          <td key={key} className="num">
            {totals.includes(key)
              ? kindOf(field).cell({ field, value: totalOf(lines, key), ...shared })
              : null}
          </td>
        ))}
        {children}
      </tr>
    </tfoot>
  );
}
