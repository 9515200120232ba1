/** Days and moments: typed, or picked from a calendar. */
import { Input } from "antd";
import { lazy, Suspense, useState } from "react";
import { formatDate, formatDateTime } from "@/lib/format";
import type { ControlProps, Kind } from "../types";

const CalendarPicker = lazy(() =>
  import("./picker").then((found) => ({ default: found.CalendarPicker })),
);
const OPERATORS = ["ge", "le", "gt", "lt", "eq", "is_blank", "not_blank"];
const OFFSET = "+08:00";

/** The value as the browser's inputs write it, in the company's zone. */
function localOf(value: unknown, moment: boolean): string {
  if (typeof value !== "string" || !value) return "";
  if (!moment || value.length === 10) return value.slice(0, 10) + (moment ? "T00:00" : "");
  const shifted = new Date(new Date(value).getTime() + 8 * 3_600_000);
  return Number.isNaN(shifted.getTime()) ? "" : shifted.toISOString().slice(0, 16);
}

function Picker({ id, field, value, onChange, invalid, label, autoFocus }: ControlProps) {
  const moment = field.kind === "datetime";
  const local = localOf(value, moment);
  // whoever enters the field before the calendar is here finds it open when it comes
  const [entered, setEntered] = useState(false);
  const pick = (text: string) => onChange(text ? (moment ? `${text}:00${OFFSET}` : text) : null);
  return (
    <Suspense
      fallback={
        <Input
          id={id}
          aria-label={label}
          value={local.replace("T", " ")}
          readOnly
          autoFocus={autoFocus ?? false}
          onFocus={() => setEntered(!autoFocus)}
          onBlur={() => setEntered(false)}
        />
      }
    >
      <CalendarPicker
        {...{ id, label, local, moment, entered }}
        autoFocus={autoFocus ?? false}
        invalid={invalid ?? false}
        onPick={pick}
      />
    </Suspense>
  );
}

export const date: Kind = {
  cell: ({ value }) => formatDate(value),
  control: (props) => <Picker {...props} />,
  operators: OPERATORS,
};
export const datetime: Kind = { ...date, cell: ({ value }) => formatDateTime(value) };
