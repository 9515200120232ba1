/** Days and moments, by the browser's own pickers. */
import { Input } from "antd";
import { formatDate, formatDateTime } from "@/lib/format";
import type { ControlProps, Kind } from "../types";

const OPERATORS = ["ge", "le", "gt", "lt", "eq", "is_blank", "not_blank"];
const OFFSET = "+08:00";

function Picker({ id, field, value, onChange, invalid, label, autoFocus }: ControlProps) {
  const moment = field.kind === "datetime";
  const local = () => {
    if (typeof value !== "string" || !value) return "";
    if (!moment || value.length === 10) return value.slice(0, 10) + (moment ? "T00:00" : "");
    const shifted = new Date(new Date(value).getTime() + 8 * 3_600_000);
    return Number.isNaN(shifted.getTime()) ? "" : shifted.toISOString().slice(0, 16);
  };
  return (
    <Input
      id={id}
      aria-label={label}
      type={moment ? "datetime-local" : "date"}
      value={local()}
      autoFocus={autoFocus ?? false}
      status={invalid ? "error" : ""}
      onChange={(event) => {
        const text = event.target.value;
        onChange(text ? (moment ? `${text}:00${OFFSET}` : text) : null);
      }}
    />
  );
}

export const date: Kind = {
  cell: ({ value }) => formatDate(value),
  control: (props) => <Picker {...props} />,
  operators: OPERATORS,
};
export const datetime: Kind = { ...date, cell: ({ value }) => formatDateTime(value) };
