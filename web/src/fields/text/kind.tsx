/** Text, long text, phone, e-mail and business numbers. */
import { Input } from "antd";
import { DASH } from "@/lib/format";
import { labelOf, listed } from "@/lib/label";
import type { CellProps, ControlProps, Kind } from "../types";

const OPERATORS = ["contains", "eq", "ne", "starts_with", "is_blank", "not_blank"];
const show = (value: unknown) =>
  value === null || value === undefined || value === "" ? DASH : String(value);

/** Codes read as words when the field says that it holds codes. */
function Cell({ field, value, refs }: CellProps) {
  if (!field.codes || !value) return show(value);
  const words = refs[field.codes];
  // a filter names words that no record on the page has
  const named = (code: string) => field.options?.find((one) => one.key === code)?.label;
  return listed(
    String(value)
      .split(",")
      .map((code) => (words?.[code] ?? labelOf(named(code))) || code),
  );
}

function Line({ id, value, onChange, field, invalid, label, autoFocus }: ControlProps) {
  return (
    <Input
      id={id}
      aria-label={label}
      value={(value as string | null) ?? ""}
      maxLength={field.max_length ?? 500}
      status={invalid ? "error" : ""}
      autoFocus={autoFocus ?? false}
      inputMode={field.kind === "phone" ? "tel" : "text"}
      onChange={(event) => onChange(event.target.value || null)}
    />
  );
}

function Area({ id, value, onChange, invalid, label }: ControlProps) {
  return (
    <Input.TextArea
      id={id}
      aria-label={label}
      autoSize={{ minRows: 2, maxRows: 8 }}
      value={(value as string | null) ?? ""}
      status={invalid ? "error" : ""}
      onChange={(event) => onChange(event.target.value || null)}
    />
  );
}

export const text: Kind = {
  cell: (props) => <Cell {...props} />,
  control: (props) => <Line {...props} />,
  operators: OPERATORS,
};

export const longText: Kind = { ...text, control: (props) => <Area {...props} />, wide: true };
