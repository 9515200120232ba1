/** Numbers, whole numbers, money and percentages: decimals as text, never floating point. */
import { Input } from "antd";
import { Decimal, decimalOf, formatMoney, formatNumber, formatPercent } from "@/lib/format";
import type { ControlProps, Kind } from "../types";

const OPERATORS = ["eq", "ne", "gt", "ge", "lt", "le", "is_blank", "not_blank"];

function Entry({ id, value, onChange, invalid, label, autoFocus, field }: ControlProps) {
  const percent = field.kind === "percent";
  const typed = (raw: string) => {
    const text = raw.replace(/[，,\s¥￥%]/g, "");
    const number = percent ? decimalOf(text) : null;
    if (!text) onChange(null);
    else if (field.kind === "integer" && /^-?\d+$/.test(text)) onChange(Number(text));
    else onChange(percent && number ? number.div(100).toFixed() : text);
  };
  const shown =
    percent && decimalOf(value) ? new Decimal(String(value)).times(100).toFixed() : value;
  return (
    <Input
      id={id}
      aria-label={label}
      className="num"
      inputMode="decimal"
      autoFocus={autoFocus ?? false}
      suffix={percent ? "%" : undefined}
      key={autoFocus ? "active" : "idle"}
      defaultValue={(shown as string | null) ?? ""}
      status={invalid ? "error" : ""}
      onChange={(event) => typed(event.target.value)}
    />
  );
}

const control = (props: ControlProps) => <Entry {...props} />;

export const number: Kind = {
  cell: ({ value }) => formatNumber(value),
  control,
  operators: OPERATORS,
  numeric: true,
};
export const money: Kind = {
  ...number,
  cell: ({ value, field, currency }) =>
    formatMoney(value, (field as { currency?: string }).currency ?? currency),
};
export const percent: Kind = { ...number, cell: ({ value }) => formatPercent(value) };
